package vitrine.engine.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import vitrine.engine.data.Draw;
import vitrine.engine.data.Examples;
import vitrine.engine.data.Masking;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Head;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Loss;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Trace;
import vitrine.engine.models.Model;
import vitrine.kernels.Backends;
import vitrine.kernels.Kernels;

/** Models that learn from scratch what can only be learnt with attention that works. */
final class LearningTest {
  private final Kernels kernels = Backends.open("auto", 2, note -> {});

  @AfterEach
  void close() {
    kernels.close();
  }

  private static Recipe recipe(Objective objective, int steps, double learningRate) {
    return Recipe.forText(objective)
        .with(Extent.steps(steps))
        .with(new Batching(32, 1, null))
        .with(new AdamSettings(learningRate, 0.9, 0.99, 1e-8, 0.01, 1.0))
        .with(Schedule.cosine(0.1, 0.1))
        .withDropout(0.0);
  }

  /** The loss on tokens that the examples label. */
  private static double labelled(Model model, Examples examples) {
    List<Example> all = new ArrayList<>();
    for (int i = 0; i < examples.size(); i++) {
      all.add(examples.get(i, 0));
    }
    try (Trace trace = model.run(Plan.empty().loss(Loss.labels()), Inputs.batch(all))) {
      return trace.loss().orElseThrow();
    }
  }

  /**
   * Of a random sequence that is said twice, the second half can be known: who knows it not has a
   * loss of ln 16 = 2.77 there.
   */
  @Test
  void should_copy_a_random_sequence_when_gpt2_learns_to() {
    Examples unseen = new Toy.Copies(64, 10, 16, 2);
    try (Model model = Toy.load(Toy.gpt2(64, 16, 20), kernels)) {
      double before = labelled(model, unseen);
      assertEquals(Math.log(16), before, 0.1);
      new Trainer(
              model,
              recipe(Objective.NEXT, 240, 3e-3),
              TrainingData.of(new Toy.Copies(20_000, 10, 16, 1)),
              event -> {})
          .train();
      double after = labelled(model, unseen);
      System.out.println("copying: second half's loss " + before + " before, " + after + " after");
      assertTrue(after < 0.05, "the second half's loss is " + after);
    }
  }

  /**
   * Three tokens in turn, which stand at the beginning, go on to the end; some are hidden. Who
   * looks at the others knows them.
   */
  private record Turns(int size, long seed) implements Examples {
    private static final int FIRST = 4;
    private static final int VOCABULARY = 20;

    @Override
    public Example get(int index, long key) {
      int[] ids = new int[14];
      long row = Draw.next(seed, index);
      for (int t = 0; t < 12; t++) {
        ids[t + 1] = FIRST + Draw.below(Draw.next(row, t % 3), VOCABULARY - FIRST);
      }
      ids[0] = 2;
      ids[13] = 3;
      return Example.of(ids);
    }

    @Override
    public int longest() {
      return 14;
    }

    @Override
    public String fingerprint() {
      return toString();
    }

    Examples masked() {
      BitSet special = new BitSet();
      special.set(0, FIRST);
      return new Masking(1, special, VOCABULARY, 0.15).of(this);
    }
  }

  @Test
  void should_fill_in_a_pattern_when_bert_learns_to() {
    Examples unseen = new Turns(256, 2).masked();
    try (Model model = Toy.load(Toy.bert(64, Turns.VOCABULARY, 14, Head.MASKED), kernels)) {
      double before = Evaluator.evaluate(model, Objective.MASKED, unseen, 64, 0).loss();
      assertEquals(Math.log(Turns.VOCABULARY), before, 0.1);
      new Trainer(
              model,
              recipe(Objective.MASKED, 400, 2e-3),
              TrainingData.of(new Turns(20_000, 1).masked()),
              event -> {})
          .train();
      Evaluation after = Evaluator.evaluate(model, Objective.MASKED, unseen, 64, 0);
      System.out.println("pattern: loss " + before + " before, " + after.loss() + " after");
      assertTrue(after.loss() < 0.15, "the loss is " + after.loss());
    }
  }

  @Test
  void should_learn_the_same_bits_when_it_learns_again_with_other_threads() {
    List<float[]> first = new ArrayList<>();
    for (int threads : new int[] {1, 2}) {
      try (Kernels own = Backends.open("auto", threads, note -> {});
          Model model = Toy.load(Toy.gpt2(32, 16, 20), own)) {
        new Trainer(
                model,
                recipe(Objective.NEXT, 10, 3e-3).withDropout(0.1),
                TrainingData.of(new Toy.Copies(500, 10, 16, 1)),
                event -> {})
            .train();
        List<float[]> weights = List.copyOf(Toy.weights(model).values());
        if (first.isEmpty()) {
          first.addAll(weights);
        }
        for (int i = 0; i < weights.size(); i++) {
          assertTrue(Arrays.equals(first.get(i), weights.get(i)), "parameter " + i);
        }
      }
    }
  }
}
