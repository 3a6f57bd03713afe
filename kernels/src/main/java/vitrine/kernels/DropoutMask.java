package vitrine.kernels;

/**
 * Which elements {@link Kernels#dropout} keeps: a hash of the key and the element's row-major
 * index, in 32-bit arithmetic, so that every backend drops the same ones.
 */
public final class DropoutMask {
  private DropoutMask() {}

  /**
   * Element {@code index} stays when its hash, as an unsigned fraction of 24 bits, is not below the
   * probability of dropping.
   */
  public static boolean keeps(long key, int index, float probability) {
    return fraction(key, index) >= threshold(probability);
  }

  /** The hash, in [0, 2^24). */
  public static int fraction(long key, int index) {
    int hash = mix(index * 0x9E3779B1 + (int) key);
    return mix(hash ^ (int) (key >>> 32)) >>> 8;
  }

  /** The probability as a number of the hash's scale. */
  public static int threshold(float probability) {
    return Math.round(probability * 0x1p24f);
  }

  /** The finaliser of MurmurHash3 (Appleby 2008). */
  private static int mix(int hash) {
    int h = hash;
    h ^= h >>> 16;
    h *= 0x85EBCA6B;
    h ^= h >>> 13;
    h *= 0xC2B2AE35;
    return h ^ (h >>> 16);
  }
}
