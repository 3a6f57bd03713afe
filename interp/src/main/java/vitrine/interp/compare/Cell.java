package vitrine.interp.compare;

import vitrine.interp.stats.Interval;

/**
 * One number of a grid.
 *
 * @param interval its ends NaN where none was taken
 * @param shuffled what there is without correspondence; NaN where that was not looked at
 * @param p how often chance does at least as well; NaN likewise
 */
record Cell(Interval interval, double shuffled, double p) {
  /** Two-sided 97.5% quantiles of Student's t for 1 to 30 degrees of freedom. */
  private static final double[] STUDENT = {
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160,
    2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056,
    2.052, 2.048, 2.045, 2.042
  };

  static final Cell NONE = of(Double.NaN, Double.NaN, -1, Double.NaN, 0);

  /**
   * A number with an interval of Student's t.
   *
   * @param error its standard error; NaN for no interval
   * @param freedom degrees of it
   * @param least the smallest value there can be; the largest is 1
   * @param n how many units
   */
  static Cell ofStudent(
      double estimate, double error, int freedom, double least, double shuffled, long n) {
    double reach = Double.isNaN(error) ? Double.NaN : student(freedom) * error;
    return of(estimate, reach, least, shuffled, n);
  }

  private static Cell of(double estimate, double reach, double least, double shuffled, long n) {
    boolean known = !Double.isNaN(reach) && !Double.isNaN(estimate);
    return new Cell(
        new Interval(
            estimate,
            known ? Math.min(estimate, Math.max(least, estimate - reach)) : Double.NaN,
            known ? Math.max(estimate, Math.min(1, estimate + reach)) : Double.NaN,
            Interval.USUAL_LEVEL,
            (int) Math.min(n, Integer.MAX_VALUE)),
        shuffled,
        Double.NaN);
  }

  /** The 97.5% quantile; beyond the table, less than 2% above the normal distribution's. */
  private static double student(int freedom) {
    return STUDENT[Math.min(STUDENT.length, freedom) - 1];
  }

  double estimate() {
    return interval.estimate();
  }
}
