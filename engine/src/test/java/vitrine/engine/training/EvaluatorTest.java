package vitrine.engine.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import vitrine.engine.InputException;
import vitrine.engine.data.Examples;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Head;
import vitrine.engine.hooks.Labels;
import vitrine.engine.models.Model;
import vitrine.kernels.Backends;
import vitrine.kernels.Kernels;

final class EvaluatorTest {
  private static final Examples CLASSED = new Toy.Classed(60, 7, 12, 2);

  private final Kernels kernels = Backends.open("scalar", 1, note -> {});

  @AfterEach
  void close() {
    kernels.close();
  }

  private Model classifier() {
    return Toy.load(Toy.bert(8, 12, 8, Head.SEQUENCE), kernels);
  }

  @Test
  void should_measure_classes_when_a_classifier_is_evaluated() {
    try (Model model = classifier()) {
      Recipe recipe = Toy.recipe(Objective.LABELS, 60, 8).withDropout(0.0);
      Recipe quick = recipe.with(AdamSettings.of(5e-3));
      new Trainer(model, quick, TrainingData.of(CLASSED), event -> {}).train();
      Evaluation evaluation = Evaluator.evaluate(model, Objective.LABELS, CLASSED, 7, 0);
      assertEquals(60, evaluation.examples());
      assertTrue(evaluation.value(Measure.ACCURACY) > 0.9, evaluation.toString());
      assertTrue(evaluation.value(Measure.F1) > 0.9, evaluation.toString());
      assertTrue(evaluation.value(Measure.MATTHEWS) > 0.8, evaluation.toString());
      assertThrows(InputException.class, () -> evaluation.value(Measure.PEARSON));
      // How examples are put together changes nothing but the order of sums.
      assertEquals(
          evaluation.loss(),
          Evaluator.evaluate(model, Objective.LABELS, CLASSED, 60, 0).loss(),
          1e-6);
    }
  }

  @Test
  void should_run_texts_of_like_lengths_together_when_it_evaluates() {
    List<Integer> lengths = new ArrayList<>();
    try (Model model = classifier()) {
      Evaluation evaluation =
          Evaluator.evaluate(model, Objective.LABELS, new Read(CLASSED, lengths), 7, 0);
      assertEquals(60, lengths.size());
      assertEquals(lengths.stream().sorted().toList(), lengths);
      assertEquals(
          Evaluator.evaluate(model, Objective.LABELS, CLASSED, 1, 0).loss(),
          evaluation.loss(),
          1e-6);
    }
  }

  /** Examples that note the lengths of those that are read. */
  private record Read(Examples whole, List<Integer> lengths) implements Examples {
    @Override
    public int size() {
      return whole.size();
    }

    @Override
    public Example get(int index, long key) {
      Example example = whole.get(index, key);
      lengths.add(example.ids().length);
      return example;
    }

    @Override
    public int length(int index) {
      return whole.length(index);
    }

    @Override
    public int longest() {
      return whole.longest();
    }

    @Override
    public String fingerprint() {
      return whole.fingerprint();
    }
  }

  /** Of a text of two tokens, a start and an end look like a class for each. */
  @Test
  void should_weigh_an_example_by_the_head_when_its_labels_could_be_anothers() {
    Example answer = Example.of(3, 4).withLabels(new Labels.Many(new int[] {0, 1}));
    Example words = Example.of(3, 4, 5).withLabels(new Labels.Many(new int[] {-100, 1, 0}));
    assertEquals(1, terms(Objective.LABELS, Head.QUESTION).of(answer));
    assertEquals(2, terms(Objective.LABELS, Head.TOKENS).of(answer));
    assertEquals(2, terms(Objective.LABELS, Head.TOKENS).of(words));
    assertEquals(2, terms(Objective.MASKED, Head.MASKED).of(words));
    assertEquals(1, terms(Objective.LABELS, Head.SEQUENCE).of(answer));
    Example unasked = Example.of(3).withLabels(new Labels.One(-100));
    assertEquals(0, terms(Objective.LABELS, Head.SEQUENCE).of(unasked));
    assertEquals(1, terms(Objective.LABELS, Head.SEQUENCE).of(Example.of(3, 4, 5)));
  }

  private Terms terms(Objective objective, Head head) {
    Architecture two = classifierArchitecture();
    return new Terms(
        objective,
        new Architecture(
            two.family(),
            two.style(),
            two.layers(),
            two.heads(),
            two.dModel(),
            two.dHead(),
            two.dMlp(),
            two.vocabulary(),
            two.positions(),
            two.segments(),
            two.causality(),
            head,
            two.outputs()));
  }

  private Architecture classifierArchitecture() {
    try (Model model = classifier()) {
      return model.architecture();
    }
  }
}
