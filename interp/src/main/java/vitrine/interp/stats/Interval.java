package vitrine.interp.stats;

/**
 * A number and how sure it is.
 *
 * @param estimate of all units
 * @param low the lower end; NaN where the units are too few to tell
 * @param high the upper end, likewise
 * @param level how often such an interval holds the truth: 0.95
 * @param n how many units it was taken from
 */
public record Interval(double estimate, double low, double high, double level, int n) {
  /** The level that is used unless another is asked for. */
  public static final double USUAL_LEVEL = 0.95;

  public Interval {
    if (!(level > 0 && level < 1)) {
      throw new IllegalArgumentException("interval: level: " + level + "; expected within (0, 1)");
    }
    if (n < 0) {
      throw new IllegalArgumentException("interval: n: " + n + "; expected at least 0");
    }
    if (low > high) {
      throw new IllegalArgumentException("interval: " + low + " to " + high + "; expected order");
    }
  }

  /** An estimate that too few units stand behind. */
  static Interval unknown(double estimate, double level, int n) {
    return new Interval(estimate, Double.NaN, Double.NaN, level, n);
  }

  /** Whether there are ends at all. */
  public boolean isKnown() {
    return !Double.isNaN(low) && !Double.isNaN(high);
  }

  /** Whether a value lies within; false where there are no ends. */
  public boolean contains(double value) {
    return low <= value && value <= high;
  }
}
