package vitrine.interp.pictures;

import java.util.List;
import vitrine.interp.stats.Interval;

/**
 * One number a name, as bars from zero, with whiskers where there are intervals.
 *
 * @param names what the names are
 * @param lengths what the numbers are
 * @param bars from the top
 */
public record Bars(Caption caption, Quantity names, Quantity lengths, List<Bar> bars)
    implements Picture {
  public Bars {
    bars = List.copyOf(bars);
  }

  /**
   * One bar.
   *
   * @param low of its interval; NaN without
   * @param high likewise
   */
  public record Bar(String name, double value, double low, double high) {
    public static Bar of(String name, double value) {
      return new Bar(name, value, Double.NaN, Double.NaN);
    }

    public static Bar of(String name, Interval interval) {
      return new Bar(name, interval.estimate(), interval.low(), interval.high());
    }

    /** Whether it has an interval. */
    boolean hasWhisker() {
      return !Double.isNaN(low) && !Double.isNaN(high);
    }
  }
}
