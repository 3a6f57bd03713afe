package vitrine.kernels.contract;

/**
 * How far a float32 result may lie from the exact one: {@code absolute + relative * |expected|}.
 *
 * <p>The only place where such numbers are chosen.
 */
public record Tolerance(double absolute, double relative) {
  /** Nothing but the same value. */
  public static final Tolerance EXACT = new Tolerance(0, 0);

  /** Float32's unit roundoff. */
  private static final double UNIT = 0x1p-24;

  /** The polynomials' own error, relative to values near 1. */
  private static final double FUNCTION = 4e-7;

  /**
   * For a sum of {@code terms} products whose absolute values add up to about {@code magnitude}.
   *
   * <p>Rounding errors of a sum in any order are bounded by {@code terms * unit * magnitude}; they
   * mostly cancel, so that their square root with a factor to spare is seen.
   */
  public static Tolerance ofSum(long terms, double magnitude) {
    return new Tolerance((4 + 4 * Math.sqrt((double) terms)) * UNIT * magnitude, 4 * UNIT);
  }

  /** As {@link #ofSum}, with a function such as exp or erf applied on the way. */
  public static Tolerance ofFunction(long terms, double magnitude) {
    Tolerance sum = ofSum(terms, magnitude);
    return new Tolerance(sum.absolute + FUNCTION * magnitude, sum.relative + FUNCTION);
  }

  double allowed(double expected) {
    return absolute + relative * Math.abs(expected);
  }

  public Tolerance twice() {
    return new Tolerance(2 * absolute, 2 * relative);
  }
}
