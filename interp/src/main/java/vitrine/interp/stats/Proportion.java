package vitrine.interp.stats;

/** How often something was so. */
public final class Proportion {
  private Proportion() {}

  /**
   * A share with Wilson's score interval (Wilson 1927), which stays within [0, 1] and holds up for
   * few trials and for shares near the ends. Trials must not depend on each other: of tokens of one
   * sentence take {@link Resampling}.
   *
   * @param successes of the trials
   * @param trials 0 or more
   */
  public static Interval wilson(int successes, int trials, double level) {
    if (successes < 0 || successes > trials) {
      throw new IllegalArgumentException(
          "proportion: " + successes + " of " + trials + "; expected 0 to all of them");
    }
    if (trials == 0) {
      return Interval.unknown(Double.NaN, level, 0);
    }
    double n = trials;
    double share = successes / n;
    double z = Normal.quantile(0.5 + level / 2);
    double centre = (share + z * z / (2 * n)) / (1 + z * z / n);
    double reach = z / (1 + z * z / n) * Math.sqrt(share * (1 - share) / n + z * z / (4 * n * n));
    // Without a success the lower end is 0, not what rounding leaves.
    double low = successes == 0 ? 0 : Math.max(0, centre - reach);
    double high = successes == trials ? 1 : Math.min(1, centre + reach);
    return new Interval(share, low, high, level, trials);
  }

  /**
   * The mean of several shares, each counting the same however many trials it has: the normal
   * approximation, with the trials of each share as its own sample. Within [0, 1]; of a handful of
   * trials it is too narrow.
   *
   * @param successes of each share
   * @param trials of each share, at least 1
   * @return with the number of all trials
   */
  public static Interval meanOf(int[] successes, int[] trials, double level) {
    if (successes.length != trials.length || trials.length == 0) {
      throw new IllegalArgumentException(
          "proportion: %d successes of %d shares; expected as many, at least one"
              .formatted(successes.length, trials.length));
    }
    double mean = 0;
    double variance = 0;
    int all = 0;
    for (int i = 0; i < trials.length; i++) {
      Interval one = wilson(successes[i], trials[i], level); // checks the counts
      double share = one.estimate();
      mean += share / trials.length;
      variance += share * (1 - share) / trials[i] / trials.length / trials.length;
      all = Math.addExact(all, trials[i]);
    }
    double reach = Normal.quantile(0.5 + level / 2) * Math.sqrt(variance);
    return new Interval(mean, Math.max(0, mean - reach), Math.min(1, mean + reach), level, all);
  }
}
