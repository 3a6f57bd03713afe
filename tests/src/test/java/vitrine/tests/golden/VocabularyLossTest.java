package vitrine.tests.golden;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Labels;
import vitrine.engine.hooks.Layers;
import vitrine.engine.hooks.Loss;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Saving;
import vitrine.engine.hooks.Site;
import vitrine.engine.hooks.Tap;
import vitrine.engine.hooks.Trace;
import vitrine.engine.models.Model;
import vitrine.engine.models.ModelFiles;
import vitrine.engine.models.Parameter;

/**
 * The head in blocks of rows is the head on all rows: who reads the logits gets the same loss and
 * the same gradients.
 */
final class VocabularyLossTest {
  private static final double TOLERANCE = 1e-5;

  /** More rows than a block has, of several lengths. */
  private static final int[] LENGTHS = {37, 100, 64, 1, 90, 99};

  private static ModelFiles model(String name) {
    return switch (name) {
      case "gpt2" -> RandomModel.gpt2();
      case "gpt2-untied" -> RandomModel.gpt2Untied();
      case "bert" -> RandomModel.bert();
      case "bert-untied" -> RandomModel.bertUntied();
      default -> throw new IllegalArgumentException(name);
    };
  }

  /**
   * Texts whose tokens have labels with that probability, and one whose tokens have none.
   *
   * @param labelled 0 for a single label
   */
  private static Inputs inputs(double labelled) {
    SplittableRandom random = new SplittableRandom(3);
    List<Example> examples = new ArrayList<>();
    for (int length : LENGTHS) {
      int[] ids = random.ints(length, 1, RandomModel.VOCABULARY).toArray();
      int[] labels = new int[length];
      boolean none = examples.size() == 2;
      for (int t = 0; t < length; t++) {
        boolean asked = !none && random.nextDouble() < labelled;
        labels[t] = asked ? random.nextInt(RandomModel.VOCABULARY) : Labels.IGNORED;
      }
      if (examples.size() == 1) {
        labels[20] = 7;
      }
      examples.add(Example.of(ids).withLabels(new Labels.Many(labels)));
    }
    return new Inputs(examples);
  }

  @ParameterizedTest
  @CsvSource({
    "scalar, gpt2, next, 1",
    "simd, gpt2, next, 1",
    "simd, gpt2, labels, 0.7",
    "simd, gpt2, labels, 0",
    "simd, gpt2, 'logprob:0,7', 1",
    "opaque, gpt2-untied, labels, 0.7",
    "simd, gpt2-untied, next, 1",
    "scalar, bert, labels, 0.7",
    "simd, bert, labels, 0.7",
    "simd, bert, labels, 0.15",
    "simd, bert, labels, 0",
    "simd, bert, 'mlm:0=5', 1",
    "opaque, bert-untied, labels, 0.15",
    "simd, bert-untied, labels, 1",
  })
  void should_agree_with_all_logits_when_the_head_runs_in_blocks(
      String backend, String name, String loss, double labelled) {
    Inputs inputs = inputs(labelled);
    try (Engine engine = Engine.open(model(name), backend, 2)) {
      Model model = engine.model();
      Plan plan = Plan.of(model.architecture()).loss(Loss.parse(loss));
      Plan all = plan.read(Site.logits());
      try (Trace blocks = model.run(plan, inputs);
          Trace whole = model.run(all, inputs)) {
        assertEquals(whole.loss().orElseThrow(), blocks.loss().orElseThrow(), 1e-6);
        assertEquals(
            model.forecast(plan, inputs, Saving.KEEP).peakBytes(), blocks.peakBytes(), "forecast");
      }
      Map<String, float[]> expected = gradients(engine, all, inputs);
      Map<String, float[]> found = gradients(engine, plan, inputs);
      String what = backend + ": " + name + ", " + loss + ", " + labelled;
      System.out.println("head in blocks: " + what + ": " + compare(what, expected, found));
    }
  }

  @ParameterizedTest
  @CsvSource({"gpt2, next", "bert, labels"})
  void should_give_the_same_bits_when_threads_differ(String name, String loss) {
    Inputs inputs = inputs(0.7);
    Map<String, float[]> first = Map.of();
    double value = 0;
    for (int threads = 1; threads <= 3; threads++) {
      try (Engine engine = Engine.open(model(name), "simd", threads)) {
        Plan plan = Plan.of(engine.model().architecture()).loss(Loss.parse(loss));
        Map<String, float[]> found = gradients(engine, plan, inputs);
        double foundLoss;
        try (Trace trace = engine.model().run(plan, inputs)) {
          foundLoss = trace.loss().orElseThrow();
        }
        if (threads > 1) {
          assertEquals(value, foundLoss);
          assertEquals(first.keySet(), found.keySet());
          first.forEach((key, bits) -> assertArrayEquals(bits, found.get(key), key));
        }
        first = found;
        value = foundLoss;
      }
    }
    assertTrue(first.size() >= 35, "few gradients were compared");
  }

  /** Of every site below the head, and of every parameter. */
  private static Map<String, float[]> gradients(Engine engine, Plan plan, Inputs inputs) {
    Model model = engine.model();
    List<Site> sites = sites(model.architecture());
    Plan asked = plan.gradient(sites.toArray(Site[]::new)).gradientOfParameters();
    Map<String, float[]> gradients = new LinkedHashMap<>();
    try (Trace trace = model.run(asked, inputs)) {
      trace
          .gradients()
          .forEach(each -> gradients.put("site " + each.site(), each.value().toArray()));
      for (Parameter parameter : model.parameters()) {
        float[] gradient = parameter.gradient(engine.kernels(), trace.parameterGradients());
        gradients.put(parameter.name(), gradient);
      }
    }
    return gradients;
  }

  private static List<Site> sites(Architecture architecture) {
    List<Site> sites = new ArrayList<>();
    for (Tap tap : new Tap[] {Tap.EMBED, Tap.RESID_PRE, Tap.MLP_POST, Tap.RESID_POST}) {
      sites.addAll((tap.perBlock() ? Site.of(tap, Layers.ALL) : Site.of(tap)).expand(architecture));
    }
    return sites;
  }

  /** Each by the largest of its numbers, but for those that are nothing beside the others. */
  private static String compare(
      String what, Map<String, float[]> expected, Map<String, float[]> found) {
    assertEquals(expected.keySet(), found.keySet());
    double all =
        expected.values().stream().mapToDouble(VocabularyLossTest::largest).max().orElse(0);
    double worst = 0;
    String where = "any";
    for (Map.Entry<String, float[]> each : expected.entrySet()) {
      float[] numbers = each.getValue();
      float[] actual = found.getOrDefault(each.getKey(), new float[0]);
      double scale = Math.max(largest(numbers), 1e-2 * all);
      for (int i = 0; i < numbers.length; i++) {
        double error = Math.abs(numbers[i] - actual[i]) / scale;
        if (!(error <= worst)) {
          worst = error;
          where = each.getKey() + " [" + i + "]";
        }
      }
    }
    String report = "%.2g at %s".formatted(worst, where);
    assertTrue(all > 0 && worst <= TOLERANCE, () -> what + ": " + report);
    return expected.size() + " gradients within " + report;
  }

  private static double largest(float[] numbers) {
    double largest = 0;
    for (float number : numbers) {
      largest = Math.max(largest, Math.abs(number));
    }
    return largest;
  }

  @ParameterizedTest
  @CsvSource({"gpt2, next, 1", "bert, labels, 0.15"})
  void should_hold_less_memory_when_nobody_reads_the_logits(
      String name, String loss, double labelled) {
    Inputs inputs = inputs(labelled);
    try (Engine engine = Engine.open(model(name), "simd", 2)) {
      Model model = engine.model();
      Plan plan = Plan.of(model.architecture()).loss(Loss.parse(loss)).gradientOfParameters();
      long rows = LENGTHS.length * (long) Arrays.stream(LENGTHS).max().orElseThrow();
      try (Trace blocks = model.run(plan, inputs);
          Trace whole = model.run(plan.read(Site.logits()), inputs)) {
        long saved = whole.peakBytes() - blocks.peakBytes();
        assertTrue(saved > rows * RandomModel.VOCABULARY * 2, () -> "only " + saved + " bytes");
      }
    }
  }
}
