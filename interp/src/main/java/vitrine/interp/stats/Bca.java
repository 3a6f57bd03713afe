package vitrine.interp.stats;

/**
 * The bias-corrected and accelerated bootstrap: which quantiles of the resamples are the ends
 * (Efron 1987; Efron and Tibshirani 1993, equations 14.9 to 14.15).
 */
final class Bca {
  private Bca() {}

  /**
   * The shares of the two ends.
   *
   * @param drawn the resamples' values, ascending
   * @param leftOut the statistic without each unit
   * @param tail what is cut off on either side, before correction
   */
  static double[] shares(double[] drawn, double estimate, double[] leftOut, double tail) {
    if (drawn[0] == estimate && drawn[drawn.length - 1] == estimate) {
      return new double[] {tail, 1 - tail}; // every resample says the same
    }
    double bias = Normal.quantile(shareBelow(drawn, estimate));
    double acceleration = acceleration(leftOut);
    return new double[] {
      corrected(bias, acceleration, Normal.quantile(tail)),
      corrected(bias, acceleration, Normal.quantile(1 - tail))
    };
  }

  /** Equation 14.10; NaN where all resamples lie on one side, so that the bias is unknown. */
  private static double corrected(double bias, double acceleration, double z) {
    if (!Double.isFinite(bias)) {
      return Double.NaN;
    }
    double moved = bias + z;
    return Normal.below(bias + moved / (1 - acceleration * moved));
  }

  /** Of values equal to the estimate one half counts as below. */
  private static double shareBelow(double[] drawn, double estimate) {
    int below = 0;
    int equal = 0;
    for (double value : drawn) {
      if (value < estimate) {
        below++;
      } else if (value == estimate) {
        equal++;
      }
    }
    return (below + 0.5 * equal) / drawn.length;
  }

  /** Equation 14.15: the skewness of the jackknife's values; 0 where they are all the same. */
  private static double acceleration(double[] leftOut) {
    double mean = Sample.mean(leftOut);
    Sums cubes = new Sums();
    Sums squares = new Sums();
    for (double value : leftOut) {
      double distance = mean - value;
      cubes.add(distance * distance * distance);
      squares.add(distance * distance);
    }
    double spread = squares.value();
    return spread == 0 ? 0 : cubes.value() / (6 * spread * Math.sqrt(spread));
  }
}
