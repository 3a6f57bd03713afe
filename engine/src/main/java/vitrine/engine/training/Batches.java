package vitrine.engine.training;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import vitrine.engine.data.Draw;
import vitrine.engine.data.Examples;
import vitrine.engine.data.Permutation;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Labels;

/**
 * Which examples a step takes: the epochs stand one behind the other, each in an order of its own,
 * and a place in that row is all there is to remember. A step may take the end of one epoch and the
 * beginning of the next.
 */
final class Batches {
  private static final int IGNORED = -100;

  private final Examples examples;
  private final Objective objective;
  private final long seed;
  private long epoch;
  private int[] order;

  /**
   * Examples that go through the model together.
   *
   * @param counted how many terms the mean of the loss has
   * @param tokens how many there are, padding left out
   */
  record Micro(Inputs inputs, long counted, long tokens) {}

  Batches(Examples examples, Objective objective, long seed) {
    this.examples = examples;
    this.objective = objective;
    this.seed = seed;
    this.order = orderOf(0);
  }

  private int[] orderOf(long number) {
    return Permutation.of(examples.size(), Draw.key(seed, Draw.Use.ORDER, number));
  }

  /** Which of the examples stands at a place. */
  int index(long place) {
    long number = place / examples.size();
    if (number != epoch) {
      order = orderOf(number);
      epoch = number;
    }
    return order[(int) (place % examples.size())];
  }

  /** The passes of one step: examples at {@code first} and after, {@code batch} a pass. */
  List<Micro> step(long first, int count, int batch) {
    List<Micro> passes = new ArrayList<>();
    for (int done = 0; done < count; done += batch) {
      List<Example> together = new ArrayList<>();
      for (int i = done; i < Math.min(done + batch, count); i++) {
        int index = index(first + i);
        long key = Draw.key(seed, Draw.Use.MASKING, (first + i) / examples.size(), index);
        together.add(examples.get(index, key));
      }
      passes.add(micro(together, objective));
    }
    return passes;
  }

  /** Some examples as one pass. */
  static Micro micro(List<Example> examples, Objective objective) {
    long counted = 0;
    long tokens = 0;
    for (Example example : examples) {
      counted += counted(example, objective);
      tokens += example.ids().length;
    }
    return new Micro(Inputs.batch(examples), counted, tokens);
  }

  /** How many terms the mean over a batch has of an example. */
  private static long counted(Example example, Objective objective) {
    return switch (objective) {
      case NEXT -> pairs(example);
      case MASKED, LABELS ->
          example.labels() instanceof Labels.Many many
                  && many.values().length == example.ids().length
              ? Arrays.stream(many.values()).filter(label -> label != IGNORED).count()
              : 1;
    };
  }

  /** Real tokens that a real one follows. */
  private static long pairs(Example example) {
    boolean[] mask = example.mask();
    return mask == null
        ? example.ids().length - 1
        : IntStream.range(1, mask.length).filter(t -> mask[t - 1] && mask[t]).count();
  }
}
