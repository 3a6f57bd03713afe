package vitrine.engine.training;

import java.util.ArrayList;
import java.util.List;
import vitrine.engine.data.Draw;
import vitrine.engine.data.Examples;
import vitrine.engine.data.Permutation;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Inputs;

/**
 * Which examples a step takes: the epochs stand one behind the other, each in an order of its own,
 * and a place in that row is all there is to remember. A step may take the end of one epoch and the
 * beginning of the next.
 */
final class Batches {
  private final Examples examples;
  private final Terms terms;
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

  Batches(Examples examples, Terms terms, long seed) {
    this.examples = examples;
    this.terms = terms;
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
      passes.add(micro(together, terms));
    }
    return passes;
  }

  /** Some examples as one pass. */
  static Micro micro(List<Example> examples, Terms terms) {
    long counted = 0;
    long tokens = 0;
    for (Example example : examples) {
      counted += terms.of(example);
      tokens += example.ids().length;
    }
    return new Micro(Inputs.batch(examples), counted, tokens);
  }
}
