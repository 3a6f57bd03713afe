package vitrine.interp.stats;

import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Holm's step-down correction (Holm 1979): p-values that may be compared with the level although
 * many were looked at. Holds whatever the tests have to do with each other.
 */
public final class Holm {
  private Holm() {}

  /**
   * The adjusted p-values, in the given order. A NaN stays, and is not counted among the tests.
   *
   * @param p in [0, 1]
   */
  public static double[] adjusted(double... p) {
    for (double each : p) {
      if (each < 0 || each > 1) {
        throw new IllegalArgumentException("holm: p: " + each + "; expected within [0, 1]");
      }
    }
    int[] order =
        IntStream.range(0, p.length)
            .filter(i -> !Double.isNaN(p[i]))
            .boxed()
            .sorted(Comparator.comparingDouble(i -> p[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    double[] adjusted = p.clone();
    double largest = 0;
    for (int place = 0; place < order.length; place++) {
      largest = Math.max(largest, Math.min(1, (order.length - place) * p[order[place]]));
      adjusted[order[place]] = largest;
    }
    return adjusted;
  }
}
