package vitrine.interp.compare.measures;

import vitrine.interp.stats.Interval;

/**
 * One measure of one pair.
 *
 * @param interval the estimate, and how much it would vary with other examples; n is the rows that
 *     were looked at
 * @param spread how the interval came about
 * @param baseline what there is without correspondence
 */
public record Finding(Measure measure, Interval interval, Spread spread, Baseline baseline) {
  /**
   * The bootstrap's draws. Rows are drawn with replacement; the interval has the width of their
   * percentiles, moved by the bias, because fewer distinct rows make most measures larger.
   *
   * @param resamples how many; 0 where they were not asked for or would take long
   * @param rows of each; where fewer than were looked at, the width is narrowed by the square root
   *     of their share (Bickel, Gotze and van Zwet 1997)
   * @param bias their mean less the estimate of as many rows; NaN without
   */
  public record Spread(int resamples, int rows, double bias) {}

  /**
   * Shuffles of the rows of Y.
   *
   * @param shuffles how many
   * @param rows of each
   * @param mean of them; NaN without
   * @param high their 95th percentile
   * @param p how often chance does at least as well (Phipson and Smyth 2010: never 0)
   */
  public record Baseline(int shuffles, int rows, double mean, double high, double p) {}

  /** The number. */
  public double estimate() {
    return interval.estimate();
  }
}
