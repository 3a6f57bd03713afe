package vitrine.interp.stats;

/**
 * Whether the same units differ between two conditions, such as the loss of each sentence with and
 * without a head. Two-sided: the share of outcomes at least as extreme if the condition made no
 * difference.
 *
 * @param difference mean of the differences, first less second
 * @param p the p-value; NaN where nothing can be said
 * @param pairs how many were given
 * @param way how the p-value was come by
 */
public record PairedTest(double difference, double p, int pairs, Way way) {
  /** How a p-value was come by. */
  public enum Way {
    /** Every outcome was counted. */
    EXACT,
    /** So many outcomes were drawn. */
    SAMPLED,
    /** By the normal distribution that the statistic tends to. */
    NORMAL
  }

  static double[] differences(double[] first, double[] second) {
    Sample.requireSameLength("paired test", first, second);
    double[] differences = new double[first.length];
    for (int i = 0; i < differences.length; i++) {
      differences[i] = first[i] - second[i];
    }
    return differences;
  }
}
