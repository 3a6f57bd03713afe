package vitrine.engine.data;

import vitrine.engine.hooks.SplitMix;

/**
 * Random numbers without a stream: each depends on the seed, on what it is for and on counters
 * alone, whatever was drawn before.
 */
public final class Draw {
  /** What a number is for: two uses of one seed have nothing in common. */
  public enum Use {
    ORDER(1),
    MASKING(2),
    DROPOUT(3),
    WEIGHTS(4),
    SPLIT(5),
    RESAMPLING(6),
    SIGNS(7),
    DONORS(8),
    SAMPLING(9),
    SHUFFLING(10),
    SEQUENCES(12),
    MATRICES(13),
    NOISE(14),
    CONTROLS(20),
    PROMPTS(9);

    /** Part of every key: changing it changes what trained models are repeated from. */
    private final int number;

    Use(int number) {
      this.number = number;
    }
  }

  private Draw() {}

  /** The key of one use of a seed at these counters, such as a step and the place in it. */
  public static long key(long seed, Use use, long... counters) {
    long key = next(SplitMix.next(seed), use.number);
    for (long counter : counters) {
      key = next(key, counter);
    }
    return key;
  }

  /** The number of one counter under a key. */
  public static long next(long key, long counter) {
    return SplitMix.next(key + SplitMix.STEP * counter);
  }

  /** A number from 0 to {@code bound - 1}, from the high bits of a hash. */
  public static int below(long hash, int bound) {
    return (int) Math.unsignedMultiplyHigh(hash, bound);
  }
}
