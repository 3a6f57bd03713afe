package vitrine.interp.stats;

/** The standard normal distribution. */
final class Normal {
  /** Where the series gives way to the continued fraction: both are exact to the last digits. */
  private static final double TAIL = 3;

  /** Terms of the continued fraction; from {@link #TAIL} on fewer would do. */
  private static final int DEPTH = 120;

  private Normal() {}

  static double density(double x) {
    return Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
  }

  /** P(X <= x). */
  static double below(double x) {
    if (Double.isNaN(x)) {
      return Double.NaN;
    }
    if (x > TAIL) {
      return 1 - upper(x);
    }
    if (x < -TAIL) {
      return upper(-x);
    }
    // Abramowitz and Stegun 26.2.11: x + x^3/3 + x^5/(3*5) + ...
    double term = x;
    double sum = x;
    for (int odd = 3; sum + term != sum; odd += 2) {
      term *= x * x / odd;
      sum += term;
    }
    return 0.5 + density(x) * sum;
  }

  /** P(X > x) for x from {@link #TAIL} on: Abramowitz and Stegun 26.2.14. */
  private static double upper(double x) {
    double fraction = 0;
    for (int k = DEPTH; k >= 1; k--) {
      fraction = k / (x + fraction);
    }
    return density(x) / (x + fraction);
  }

  /**
   * The x with P(X <= x) = share, by Newton's method from a start that is good to 4.5e-4
   * (Abramowitz and Stegun 26.2.23).
   */
  static double quantile(double share) {
    if (!(share >= 0 && share <= 1)) {
      return Double.NaN;
    }
    if (share == 0 || share == 1) {
      return share == 0 ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
    }
    if (share > 0.5) {
      return -quantile(1 - share);
    }
    double t = Math.sqrt(-2 * Math.log(share));
    double x =
        (2.515517 + t * (0.802853 + t * 0.010328))
                / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)))
            - t;
    // Halley's step (Acklam 2003): each triples the digits.
    for (int step = 0; step < 3; step++) {
      double miss = (below(x) - share) / density(x);
      x -= miss / (1 + 0.5 * x * miss);
    }
    return x;
  }
}
