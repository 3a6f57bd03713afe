package vitrine.interp.stats;

import java.util.Arrays;

/** What is said of one array of numbers. */
public final class Sample {
  private Sample() {}

  /** The arithmetic mean. */
  public static double mean(double[] values) {
    return Sums.of(values) / values.length;
  }

  /**
   * The standard deviation with n - 1 below, about the mean and never as E[x^2] - mean^2, which
   * cancels.
   */
  public static double sd(double[] values) {
    return Math.sqrt(variance(values));
  }

  /** The square of {@link #sd}. */
  public static double variance(double[] values) {
    if (values.length < 2) {
      return Double.NaN;
    }
    return squares(values, mean(values)) / (values.length - 1);
  }

  /**
   * The sum of squared distances from the mean, less what the mean's own rounding adds (Chan, Golub
   * and LeVeque 1983, the corrected two-pass algorithm).
   */
  static double squares(double[] values, double mean) {
    if (isConstant(values)) {
      return 0;
    }
    Sums squares = new Sums();
    Sums rest = new Sums();
    for (double value : values) {
      double distance = value - mean;
      squares.add(distance * distance);
      rest.add(distance);
    }
    return Math.max(0, squares.value() - rest.value() * rest.value() / values.length);
  }

  /** Whether there is at least one number, and all are the same. */
  static boolean isConstant(double[] values) {
    for (double value : values) {
      if (value != values[0]) {
        return false;
      }
    }
    return values.length > 0 && Double.isFinite(values[0]);
  }

  static boolean hasNaN(double[] values) {
    for (double value : values) {
      if (Double.isNaN(value)) {
        return true;
      }
    }
    return false;
  }

  /**
   * A quantile, linear between the order statistics (Hyndman and Fan 1996, type 7; numpy's
   * default).
   *
   * @param share in [0, 1]: 0.5 for the median
   */
  public static double quantile(double[] values, double share) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return quantileOfSorted(sorted, share);
  }

  /** As {@link #quantile}, of ascending numbers, where a NaN comes last. */
  static double quantileOfSorted(double[] sorted, double share) {
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException("quantile: " + share + "; expected within [0, 1]");
    }
    if (sorted.length == 0 || Double.isNaN(sorted[sorted.length - 1])) {
      return Double.NaN;
    }
    double place = share * (sorted.length - 1);
    int below = (int) place;
    double fraction = place - below;
    if (fraction == 0) {
      return sorted[below];
    }
    return between(sorted[below], sorted[below + 1], fraction);
  }

  /** From whichever end is nearer, so that it never leaves the two. */
  private static double between(double low, double high, double fraction) {
    double width = high - low;
    return fraction < 0.5 ? low + width * fraction : high - width * (1 - fraction);
  }

  static void requireSameLength(String operation, double[] a, double[] b) {
    if (a.length != b.length) {
      throw new IllegalArgumentException(
          operation + ": " + a.length + " and " + b.length + " numbers; expected pairs");
    }
  }
}
