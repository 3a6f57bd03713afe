package vitrine.interp.compare.measures;

import java.util.Arrays;

/**
 * Places of numbers among each other. A table of where numbers of about a size begin makes looking
 * one up a matter of a few steps, where searching all would leave the cache at each.
 */
final class Ranks {
  private static final int MOST_BUCKETS = 1 << 20;

  private final double[] ascending;
  private final int[] starts;
  private final double scale;

  /** Of numbers that are not negative, in ascending order. */
  Ranks(double[] ascending) {
    this.ascending = ascending;
    int buckets = Math.min(MOST_BUCKETS, Math.max(1, ascending.length / 4));
    double largest = ascending.length == 0 ? 0 : ascending[ascending.length - 1];
    this.scale = largest > 0 && Double.isFinite(largest) ? buckets / largest : 0;
    this.starts = new int[buckets + 2];
    int at = 0;
    for (int bucket = 0; bucket < starts.length; bucket++) {
      while (at < ascending.length && bucket(ascending[at]) < bucket) {
        at++;
      }
      starts[bucket] = at;
    }
  }

  private int bucket(double value) {
    return (int) Math.min(starts.length - 2, value * scale);
  }

  /** How many are smaller; of a number among them. */
  int below(double value) {
    int bucket = bucket(value);
    int low = starts[bucket];
    int high = starts[bucket + 1];
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (ascending[middle] < value) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** The places of ascending numbers; equal ones in the order that they have. */
  static int[] order(double[] values) {
    double[] ascending = values.clone();
    Arrays.sort(ascending);
    Ranks ranks = new Ranks(ascending);
    int[] used = new int[values.length];
    int[] order = new int[values.length];
    for (int i = 0; i < values.length; i++) {
      int first = ranks.below(values[i]);
      order[first + used[first]++] = i;
    }
    return order;
  }
}
