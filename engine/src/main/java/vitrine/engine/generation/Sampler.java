package vitrine.engine.generation;

import java.util.Arrays;
import java.util.Comparator;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import vitrine.engine.InputException;

/**
 * Picks a token from logits: the largest, or by chance after temperature, top-k and top-p (nucleus
 * sampling, Holtzman et al. 2020), in this order, as the common implementations apply them.
 */
final class Sampler {
  private final Sampling sampling;
  private final SplittableRandom random;

  Sampler(Sampling sampling) {
    this.sampling = sampling;
    this.random = new SplittableRandom(sampling.seed());
  }

  /**
   * A token.
   *
   * @param logits (V)
   * @throws InputException when one is not a number
   */
  int pick(float[] logits) {
    for (int id = 0; id < logits.length; id++) {
      if (Float.isNaN(logits[id])) {
        throw new InputException(
            "generate: logits: NaN for token "
                + id
                + "; expected numbers. The model's values overflow on this text.");
      }
    }
    return switch (sampling.mode()) {
      case GREEDY -> largest(logits);
      case SAMPLED -> sample(logits);
    };
  }

  /** The index of the largest logit; the first of equals. */
  static int largest(float[] logits) {
    int best = 0;
    for (int i = 1; i < logits.length; i++) {
      if (logits[i] > logits[best]) {
        best = i;
      }
    }
    return best;
  }

  private int sample(float[] logits) {
    Integer[] order = IntStream.range(0, logits.length).boxed().toArray(Integer[]::new);
    // Equal logits in the order of their ids, so that the same seed gives the same text everywhere.
    Arrays.sort(order, Comparator.comparingDouble((Integer id) -> -logits[id]));
    int kept = Math.min(sampling.topK(), order.length);
    double[] weights = new double[kept];
    double total = 0;
    for (int i = 0; i < kept; i++) {
      weights[i] = Math.exp((logits[order[i]] - logits[order[0]]) / sampling.temperature());
      total += weights[i];
    }
    double mass = 0;
    int nucleus = 0;
    do {
      mass += weights[nucleus++];
    } while (nucleus < kept && mass < sampling.topP() * total);
    double target = random.nextDouble() * mass;
    for (int i = 0; i < nucleus; i++) {
      target -= weights[i];
      if (target < 0) {
        return order[i];
      }
    }
    return order[nucleus - 1];
  }
}
