package vitrine.tests.golden;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import vitrine.engine.InputException;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Axis;
import vitrine.engine.hooks.Edit;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.ExampleLoss;
import vitrine.engine.hooks.Head;
import vitrine.engine.hooks.Indices;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Layers;
import vitrine.engine.hooks.Loss;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Site;
import vitrine.engine.hooks.Tap;
import vitrine.engine.hooks.Trace;
import vitrine.engine.io.Npy;
import vitrine.engine.models.LogitRows;
import vitrine.engine.models.Model;
import vitrine.engine.models.Prefix;
import vitrine.engine.models.Sweep;
import vitrine.kernels.Shape;
import vitrine.kernels.Tensor;

/**
 * A sweep's results are those of running each plan alone, to the bit: every site, every kind of
 * edit, every head, padded batches, any number at once.
 */
final class SweepTest {
  /** Every head, and batches padded at each side. */
  private static final List<String> CASES =
      List.of(
          "gpt2-lm right",
          "gpt2-lm left",
          "gpt2-sequence ragged",
          "gpt2-sequence right",
          "bert-pretraining types-right",
          "bert-pretraining ragged",
          "bert-mlm small",
          "bert-nsp types-right",
          "bert-qa types-right",
          "bert-sequence right",
          "bert-regression small",
          "bert-tokens small",
          "bert-bare small");

  /** Kinds of edits that {@link #edits} makes, custom ones among them. */
  private static final int KINDS = 12;

  @TempDir Path scratch;

  /** What a plan gives: values by site, the loss whole and by example, rows of logits. */
  @SuppressWarnings("ArrayRecordComponent") // compared by their bits, below
  private record Results(
      Map<Site, float[]> values, List<Double> loss, List<ExampleLoss> examples, float[] logits) {}

  @ParameterizedTest
  @CsvSource({"simd, 1", "simd, 2", "simd, 3", "scalar, 1", "opaque, 1"})
  void should_have_the_bits_of_each_plan_alone_when_plans_run_at_once(String backend, int threads) {
    int compared = 0;
    Set<Class<?>> kinds = new HashSet<>();
    for (String each : CASES) {
      int space = each.indexOf(' ');
      GoldenCase golden = GoldenCase.named(each.substring(0, space));
      GoldenCase.Run run = golden.run(each.substring(space + 1));
      try (Engine engine = Engine.open(golden.directory(), backend, threads)) {
        List<Plan> plans = plans(engine.model(), each, run);
        plans.forEach(plan -> plan.edits().forEach(edit -> kinds.add(edit.edit().getClass())));
        compared += check(engine.model(), each, plans, run.inputs());
        compared +=
            check(
                engine.model(),
                each + " at one position",
                onePosition(engine.model().architecture(), run),
                run.inputs());
      }
    }
    assertEquals(KINDS, kinds.size(), kinds::toString);
    System.out.printf("sweeps: %s: %d variants, bits of each alone%n", backend, compared);
    assertTrue(compared > 1500, compared + " variants");
  }

  private static int check(Model model, String what, List<Plan> plans, Inputs inputs) {
    List<Results> alone = plans.stream().map(plan -> alone(model, plan, inputs)).toList();
    for (int atOnce : new int[] {3, Integer.MAX_VALUE}) {
      Map<Integer, Results> together =
          together(model, plans, inputs, new Sweep.Limits(Long.MAX_VALUE, atOnce));
      assertEquals(plans.size(), together.size());
      for (int i = 0; i < plans.size(); i++) {
        String which = what + ", " + atOnce + " at once: " + plans.get(i);
        assertSame(which, alone.get(i), Objects.requireNonNull(together.get(i)));
      }
    }
    return plans.size();
  }

  // ---- plans ----

  /**
   * At every site three kinds of edits in turn, whole or in part, with other edits, reads and
   * losses.
   */
  private List<Plan> plans(Model model, String name, GoldenCase.Run run) {
    Architecture architecture = model.architecture();
    SplittableRandom random = new SplittableRandom(11);
    List<Site> sites = everySite(architecture);
    Path stored = scratch.resolve(name);
    Map<Site, Shape> shapes = store(model, reversed(run.inputs()), sites, stored);
    List<Loss> losses = run.losses().keySet().stream().map(Loss::parse).toList();
    List<Plan> plans = new ArrayList<>();
    plans.add(Plan.of(architecture));
    for (Site site : sites) {
      Shape shape = Objects.requireNonNull(shapes.get(site));
      List<Edit> edits = edits(site, architecture, shape, stored);
      for (int i = 0; i < 3; i++) {
        Edit edit = edits.get(plans.size() % edits.size());
        Plan plan = Plan.of(architecture).seed(plans.size()).edit(part(site, shape, random), edit);
        Site other = sites.get(random.nextInt(sites.size()));
        if (random.nextInt(3) == 0) {
          plan = plan.edit(site, Edit.scale(0.9f));
        }
        if (random.nextInt(2) == 0) {
          plan = plan.read(site);
        }
        if (random.nextInt(8) == 0) {
          plan = plan.read(part(other, Objects.requireNonNull(shapes.get(other)), random), other);
        }
        if (!losses.isEmpty() && random.nextInt(2) == 0) {
          plan = plan.loss(losses.get(random.nextInt(losses.size())));
        }
        Site last = sites.getLast();
        plans.add(random.nextInt(3) == 0 ? plan.read(last) : plan);
      }
    }
    return plans;
  }

  /**
   * Edits below the last block, of which one position of each example is looked at afterwards:
   * there the last block is computed for that one alone. By rows of logits, by a head that reads
   * one position, or by a read of the last residual stream.
   */
  private static List<Plan> onePosition(Architecture architecture, GoldenCase.Run run) {
    int last = architecture.layers() - 1;
    boolean bare = architecture.head() == Head.NONE;
    boolean ofTexts =
        architecture.head() == Head.SEQUENCE || architecture.head() == Head.NEXT_SENTENCE;
    List<Loss> losses = run.losses().keySet().stream().map(Loss::parse).toList();
    List<Plan> plans = new ArrayList<>();
    for (Site site : everySite(architecture)) {
      Tap tap = (Tap) site.target();
      boolean below = tap.perBlock() && site.layers().resolve(last + 1, "test")[0] < last;
      if (!below || !fits(Edit.scale(0.5f), site, architecture)) {
        continue;
      }
      Plan plan = Plan.of(architecture).edit(site, Edit.scale(0.5f));
      if (bare) {
        plan = plan.read(Site.residPost(last).position(1));
      }
      if (ofTexts && !losses.isEmpty()) {
        plan = plan.loss(losses.get(plans.size() % losses.size())).read(Site.logits());
      }
      plans.add(plan);
    }
    return plans;
  }

  private static List<Edit> edits(Site site, Architecture architecture, Shape shape, Path stored) {
    Path row = stored.resolve("row" + shape.dim(-1) + ".npy");
    float[] values = new float[shape.dim(-1)];
    for (int i = 0; i < values.length; i++) {
      values[i] = 0.1f * i - 0.3f;
    }
    write(row, new long[] {values.length}, values);
    Edit own =
        Edit.custom(
            "own",
            (value, context) -> {
              float[] numbers = value.toArray();
              int example = numbers.length % context.batch();
              float factor = context.isReal(example, context.length() - 1) ? 0.5f : 0.75f;
              context.kernels().scale(value, factor + 0.01f * context.batch(), value);
            });
    return List.of(
            Edit.zero(),
            Edit.mean(),
            Edit.mean(row),
            Edit.uniform(),
            Edit.scale(0.5f),
            Edit.set(0.25f),
            Edit.set(row),
            Edit.add(row),
            Edit.noise(0.1f),
            Edit.skip(),
            Edit.from(stored),
            own)
        .stream()
        .filter(edit -> fits(edit, site, architecture))
        .toList();
  }

  private static boolean fits(Edit edit, Site site, Architecture architecture) {
    try {
      edit.validate(site, architecture);
      return true;
    } catch (InputException noSuchEdit) {
      return false;
    }
  }

  /** The site, or one or two indices of one of its axes; the last one is left to files. */
  private static Site part(Site site, Shape shape, SplittableRandom random) {
    if (random.nextBoolean()) {
      return site;
    }
    int axis = random.nextInt(Math.max(1, shape.rank() - 1));
    int length = shape.dim(axis);
    int first = random.nextInt(length);
    Axis named = axes(site, shape).get(axis);
    return length > 1 && random.nextBoolean()
        ? site.with(named, Indices.list(first, (first + 1) % length))
        : site.with(named, Indices.of(first));
  }

  private static List<Axis> axes(Site site, Shape shape) {
    return switch ((Tap) site.target()) {
      case SCORES, PATTERN -> List.of(Axis.BATCH, Axis.HEAD, Axis.QUERY, Axis.KEY);
      case Q, K, V, Z, RESULT -> List.of(Axis.BATCH, Axis.POSITION, Axis.HEAD, Axis.HEAD_DIM);
      default -> shape.rank() == 2 ? List.of(Axis.BATCH) : List.of(Axis.BATCH, Axis.POSITION);
    };
  }

  /** What another batch of equal lengths has at every site, as files. */
  private static Map<Site, Shape> store(Model model, Inputs inputs, List<Site> sites, Path to) {
    assertTrue(to.toFile().mkdir(), to::toString);
    Map<Site, Shape> shapes = new LinkedHashMap<>();
    try (Trace trace = model.run(Plan.empty().read(sites.toArray(Site[]::new)), inputs)) {
      for (Site site : sites) {
        Tensor value = trace.value(site);
        shapes.put(site, value.shape());
        write(
            to.resolve(site.name() + ".npy"),
            Arrays.stream(value.shape().toArray()).asLongStream().toArray(),
            value.toArray());
      }
    }
    return shapes;
  }

  private static void write(Path file, long[] shape, float[] values) {
    Npy.write(
        file,
        shape,
        (offset, to, at, length) ->
            System.arraycopy(values, Math.toIntExact(offset), to, at, length));
  }

  private static Inputs reversed(Inputs inputs) {
    return new Inputs(inputs.examples().stream().map(SweepTest::reversed).toList());
  }

  private static Example reversed(Example example) {
    int[] ids = example.ids();
    Example back =
        Example.of(IntStream.range(0, ids.length).map(i -> ids[ids.length - 1 - i]).toArray());
    boolean[] mask = example.mask();
    return mask == null ? back : back.withMask(mask);
  }

  private static List<Site> everySite(Architecture architecture) {
    return Arrays.stream(Tap.values())
        .filter(tap -> tap.absence(architecture).isEmpty())
        .map(tap -> tap.perBlock() ? Site.of(tap, Layers.ALL) : Site.of(tap))
        .flatMap(site -> site.expand(architecture).stream())
        .toList();
  }

  // ---- running ----

  private static Results alone(Model model, Plan plan, Inputs inputs) {
    boolean rows = model.architecture().head().scoresVocabulary();
    float[] logits = new float[0];
    if (rows) {
      try (Trace trace = model.run(plan.read(Site.logits()), inputs)) {
        logits = rows(trace);
      }
    }
    try (Trace trace = model.run(plan, inputs)) {
      return results(trace, logits);
    }
  }

  /** The logits of the last real token of each example. */
  private static float[] rows(Trace trace) {
    Tensor logits = trace.value(Site.logits());
    int vocabulary = logits.shape().dim(2);
    float[] rows = new float[trace.batch().batch() * vocabulary];
    for (int b = 0; b < trace.batch().batch(); b++) {
      long row = (long) b * trace.batch().length() + trace.batch().lastReal(b);
      logits.download(row * vocabulary, rows, b * vocabulary, vocabulary);
    }
    return rows;
  }

  private static Map<Integer, Results> together(
      Model model, List<Plan> plans, Inputs inputs, Sweep.Limits limits) {
    Map<Integer, Results> results = new LinkedHashMap<>();
    try (Prefix prefix = model.prefix(inputs)) {
      boolean rows = model.architecture().head().scoresVocabulary();
      Sweep sweep =
          rows ? prefix.sweep(plans, LogitRows.last(prefix.batch())) : prefix.sweep(plans);
      sweep.run(
          limits,
          outcome -> {
            Tensor logits = outcome.logits();
            float[] numbers = logits == null ? new float[0] : logits.toArray();
            assertEquals(rows, logits != null);
            assertEquals(
                null, results.put(outcome.variant(), results(outcome.trace(), numbers)), "twice");
          });
    }
    return results;
  }

  private static Results results(Trace trace, float[] logits) {
    Map<Site, float[]> values = new LinkedHashMap<>();
    trace.reads().forEach(read -> values.put(read.site(), read.value().toArray()));
    List<Double> loss = trace.loss().stream().boxed().toList();
    return new Results(values, loss, trace.exampleLosses(), logits);
  }

  private static void assertSame(String what, Results alone, Results together) {
    assertEquals(List.copyOf(alone.values().keySet()), List.copyOf(together.values().keySet()));
    alone
        .values()
        .forEach((site, values) ->
            assertBits(
                what + ": " + site, values, Objects.requireNonNull(together.values().get(site))));
    assertEquals(alone.loss(), together.loss(), what);
    assertEquals(alone.examples(), together.examples(), what);
    assertBits(what + ": rows of logits", alone.logits(), together.logits());
  }

  private static void assertBits(String what, float[] alone, float[] together) {
    assertArrayEquals(bits(alone), bits(together), what);
  }

  /** One pattern for all that is not a number: which one an op gives is the processor's affair. */
  private static int[] bits(float[] values) {
    return IntStream.range(0, values.length).map(i -> Float.floatToIntBits(values[i])).toArray();
  }

  // ---- losses by example ----

  @Test
  void should_give_each_example_its_own_loss_when_a_batch_has_one() {
    int compared = 0;
    for (GoldenCase golden : GoldenCase.all()) {
      try (Engine engine = Engine.open(golden.directory(), "simd", 1)) {
        for (GoldenCase.Run run : golden.runs()) {
          for (String loss : run.losses().keySet()) {
            String what = golden.name() + " " + run.name() + " " + loss;
            compared += examples(what, engine.model(), Loss.parse(loss), run.inputs());
          }
        }
      }
    }
    System.out.printf("losses: %d of examples, as each alone%n", compared);
    assertTrue(compared >= 90, compared + " losses");
  }

  private static int examples(String what, Model model, Loss loss, Inputs inputs) {
    Plan plan = Plan.of(model.architecture()).loss(loss);
    int alone = 0;
    try (Trace batch = model.run(plan, inputs);
        Trace all = model.run(outputs(plan), inputs)) {
      assertEquals(inputs.examples().size(), batch.exampleLosses().size(), what);
      double sum = 0;
      for (int b = 0; b < inputs.examples().size(); b++) {
        ExampleLoss found = batch.exampleLosses().get(b);
        assertEquals(all.exampleLosses().get(b).weight(), found.weight(), what);
        assertEquals(all.exampleLosses().get(b).loss(), found.loss(), 1e-5, what);
        if (found.weight() == 0) {
          assertTrue(Double.isNaN(found.loss()), what);
          continue;
        }
        sum += found.weight() * found.loss();
        try (Trace single = model.run(plan, Inputs.of(inputs.examples().get(b)))) {
          assertEquals(single.loss().orElseThrow(), found.loss(), 1e-5, what + ", example " + b);
        }
        alone++;
      }
      assertEquals(batch.loss().orElseThrow(), sum, 1e-6, what);
    }
    return alone;
  }

  /** The plan on the path with all logits. */
  private static Plan outputs(Plan plan) {
    return plan.read(Site.logits());
  }
}
