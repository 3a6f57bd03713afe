package vitrine.interp.pictures;

import java.util.List;

/**
 * Points by two numbers.
 *
 * @param across what x is
 * @param up what y is
 * @param dots drawn in this order
 */
public record Scatter(Caption caption, Quantity across, Quantity up, List<Dot> dots)
    implements Picture {
  public Scatter {
    dots = List.copyOf(dots);
  }

  /**
   * One point.
   *
   * @param group points of one group share a colour and an entry of the legend
   */
  public record Dot(String name, String group, double x, double y) {}

  /** The groups, in the order in which they first come up. */
  List<String> groups() {
    return dots.stream().map(Dot::group).distinct().toList();
  }
}
