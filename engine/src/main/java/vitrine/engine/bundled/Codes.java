package vitrine.engine.bundled;

/**
 * Code words: a different pattern of plus and minus ones for every token and every position.
 *
 * <p>A code word is the lowest {@link #LENGTH} bits of a {@code long}; a set bit stands for +1, a
 * clear one for -1. Two properties make the whole construction work:
 *
 * <ul>
 *   <li><b>Balanced.</b> Half of the entries are +1, so a code has mean 0 and squared norm {@code
 *       LENGTH}: LayerNorm finds no mean to subtract and the same scale everywhere.
 *   <li><b>Nearly orthogonal.</b> The correlation {@code <a,b> / LENGTH} of two different words of
 *       one list is at most {@link #MAX_CORRELATION}, so a dot product tells the right code from
 *       all others.
 * </ul>
 *
 * <p>The words are found greedily: walk through the values of a hash, keep every balanced one that
 * is far enough from all that were kept before. Only integers are used, so the list is the same on
 * every machine.
 */
final class Codes {
  /**
   * Entries of a code word. Even, so that it can be balanced; 62 leaves room for 4 + 4 other
   * coordinates in 256.
   */
  static final int LENGTH = 62;

  /** In at least this many entries do two different words of a list differ. */
  private static final int MIN_DISTANCE = 20;

  /**
   * The largest correlation of two different words, 11/31 = 0.355: every entry that differs takes 2
   * from {@code LENGTH} equal ones. Negative correlations are not bounded; they never win an
   * argmax.
   */
  static final double MAX_CORRELATION = 1 - 2.0 * MIN_DISTANCE / LENGTH;

  private static final long MASK = (1L << LENGTH) - 1;

  private Codes() {}

  /**
   * The first {@code count} code words of the list that belongs to {@code seed}.
   *
   * @param seed distinguishes lists; words of different lists may be close
   */
  static long[] list(long seed, int count) {
    long[] kept = new long[count];
    int size = 0;
    for (long counter = 0; size < count; counter++) {
      long word = hash(seed + counter) & MASK;
      if (Long.bitCount(word) == LENGTH / 2 && isFarFromAll(word, kept, size)) {
        kept[size++] = word;
      }
    }
    return kept;
  }

  /** Entry {@code i} of a code word: +1 or -1. */
  static float entry(long word, int i) {
    return (word >>> i & 1) == 1 ? 1f : -1f;
  }

  private static boolean isFarFromAll(long word, long[] kept, int size) {
    for (int i = 0; i < size; i++) {
      if (Long.bitCount(word ^ kept[i]) < MIN_DISTANCE) {
        return false;
      }
    }
    return true;
  }

  /**
   * The finaliser of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014): neighbouring counters give
   * unrelated bits.
   */
  private static long hash(long counter) {
    long z = counter * 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
