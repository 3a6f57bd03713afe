package vitrine.tests.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import vitrine.engine.data.Examples;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Labels;
import vitrine.engine.models.Model;
import vitrine.engine.training.Evaluator;
import vitrine.engine.training.Measure;
import vitrine.engine.training.Objective;
import vitrine.interp.Texts;
import vitrine.interp.ablation.Ablation;
import vitrine.interp.ablation.AblationResult;
import vitrine.interp.ablation.AblationSpec;
import vitrine.interp.ablation.Component;
import vitrine.interp.ablation.Effect;
import vitrine.interp.ablation.Watch;
import vitrine.interp.metrics.Metric;

/** On labelled texts the clean run's metric is what an evaluation measures, for every head. */
final class AgreementTest {
  private static final int TEXTS = 30;

  /** Texts with labels that a seed decides on; of one class, values. */
  private record Labelled(List<Example> all) implements Examples {
    static Labelled texts(int classes) {
      SplittableRandom random = new SplittableRandom(11);
      return new Labelled(
          IntStream.range(0, TEXTS)
              .mapToObj(i ->
                  Example.of(random.ints(2 + random.nextInt(4), 1, 30).toArray())
                      .withLabels(
                          new Labels.One(
                              classes == 1 ? random.nextGaussian() : random.nextInt(classes))))
              .toList());
    }

    static Labelled tokens(int classes) {
      SplittableRandom random = new SplittableRandom(12);
      return new Labelled(
          IntStream.range(0, TEXTS)
              .mapToObj(i -> {
                int[] ids = random.ints(2 + random.nextInt(4), 1, 30).toArray();
                int[] labels = random.ints(ids.length, 0, classes).toArray();
                labels[0] = Labels.IGNORED;
                return Example.of(ids).withLabels(new Labels.Many(labels));
              })
              .toList());
    }

    @Override
    public int size() {
      return all.size();
    }

    @Override
    public Example get(int index, long key) {
      return all.get(index);
    }

    @Override
    public int longest() {
      return all.stream().mapToInt(each -> each.ids().length).max().orElseThrow();
    }

    @Override
    public String fingerprint() {
      return "made";
    }
  }

  @ParameterizedTest
  @CsvSource({
    "bert-sequence,3,accuracy",
    "bert-sequence,3,f1",
    "bert-sequence,3,matthews",
    "bert-nsp,2,f1",
    "bert-regression,1,pearson",
    "bert-regression,1,spearman",
    "bert-tokens,0,accuracy",
    "bert-tokens,0,matthews",
  })
  void should_be_what_an_evaluation_says_when_nothing_is_off(
      String name, int classes, String metric) {
    try (Engine engine = Engine.open(GoldenCase.named(name).directory(), "simd", 1)) {
      Model model = engine.model();
      Labelled texts = classes == 0 ? Labelled.tokens(2) : Labelled.texts(classes);
      Map<Measure, Double> expected =
          Evaluator.evaluate(model, Objective.LABELS, texts, 7, 0).measures();
      AblationResult result = run(engine, texts, metric);
      double clean =
          Objects.requireNonNull(expected.get(Measure.valueOf(metric.toUpperCase(Locale.ROOT))));
      assertEquals(clean, result.clean().estimate(), 1e-12);
      assertEquals(TEXTS, result.clean().n());
      int changed = 0;
      for (Effect effect : result.effects()) {
        assertEquals(clean + effect.change().estimate(), effect.value().estimate(), 1e-12);
        assertTrue(Double.isNaN(effect.p()) || (effect.p() > 0 && effect.p() <= 1));
        changed += effect.change().estimate() != 0 ? 1 : 0;
      }
      assertTrue(changed > 0, "nothing changed anything");
    }
  }

  private static AblationResult run(Engine engine, Labelled texts, String metric) {
    List<List<String>> spelled =
        texts.all().stream()
            .map(each -> IntStream.of(each.ids()).mapToObj(String::valueOf).toList())
            .toList();
    return Ablation.run(
        engine.model(),
        engine.files(),
        new Texts(Inputs.batch(texts.all()), spelled),
        AblationSpec.of(Component.Kind.SUBLAYERS, Metric.parse(metric)).inBatchesOf(4),
        null,
        new Ablation.Effort(1L << 30, 1),
        Watch.NOBODY,
        "test");
  }
}
