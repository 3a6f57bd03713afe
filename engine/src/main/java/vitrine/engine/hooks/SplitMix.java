package vitrine.engine.hooks;

/** SplitMix64 (Steele et al. 2014): random numbers without a stream, from counters and keys. */
public final class SplitMix {
  /** The golden ratio's fraction in 64 bits: steps of it spread over all numbers. */
  public static final long STEP = 0x9E3779B97F4A7C15L;

  private SplitMix() {}

  /** The number that follows a state. */
  public static long next(long state) {
    return mix(state + STEP);
  }

  /** The finaliser. */
  public static long mix(long hash) {
    long z = (hash ^ (hash >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /** The number as a fraction in [0, 1). */
  public static double unit(long hash) {
    return (hash >>> 11) * 0x1.0p-53;
  }

  /** Box and Muller 1958, in strict arithmetic: the same bits on every machine. */
  public static double gaussian(long hash) {
    long first = next(hash);
    double radius = unit(first);
    double angle = unit(next(first));
    return StrictMath.sqrt(-2 * StrictMath.log(1 - radius)) * StrictMath.cos(2 * Math.PI * angle);
  }
}
