package vitrine.interp.pictures;

import java.util.List;
import vitrine.interp.stats.Interval;

/**
 * Curves over a common axis, each with a band where its points have intervals.
 *
 * @param across what x is
 * @param up what y is
 * @param series in the order of the legend
 */
public record Lines(Caption caption, Quantity across, Quantity up, List<Series> series)
    implements Picture {
  public Lines {
    series = List.copyOf(series);
  }

  /** One curve, its points in drawing order. */
  public record Series(String name, List<Point> points) {
    public Series {
      points = List.copyOf(points);
    }
  }

  /**
   * One point.
   *
   * @param y NaN breaks the curve
   * @param low of its interval; NaN without
   * @param high likewise
   */
  public record Point(double x, double y, double low, double high) {
    public static Point of(double x, double y) {
      return new Point(x, y, Double.NaN, Double.NaN);
    }

    public static Point of(double x, Interval interval) {
      return new Point(x, interval.estimate(), interval.low(), interval.high());
    }

    /** Whether it has an interval. */
    boolean hasBand() {
      return !Double.isNaN(low) && !Double.isNaN(high);
    }
  }
}
