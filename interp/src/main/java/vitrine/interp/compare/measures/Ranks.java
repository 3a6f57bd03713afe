package vitrine.interp.compare.measures;

import java.util.Arrays;

/** Places of numbers among each other. */
final class Ranks {
  private Ranks() {}

  /** The places of ascending numbers; equal ones in the order that they have. */
  static int[] order(double[] values) {
    double[] ascending = values.clone();
    Arrays.sort(ascending);
    int[] used = new int[values.length];
    int[] order = new int[values.length];
    for (int i = 0; i < values.length; i++) {
      int first = firstOf(ascending, values[i]);
      order[first + used[first]++] = i;
    }
    return order;
  }

  private static int firstOf(double[] ascending, double value) {
    int low = 0;
    int high = ascending.length;
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
}
