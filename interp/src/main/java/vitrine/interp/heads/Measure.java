package vitrine.interp.heads;

import java.util.List;
import vitrine.interp.pictures.Caption;
import vitrine.interp.pictures.Grid;
import vitrine.interp.pictures.Heatmap;
import vitrine.interp.pictures.Quantity;
import vitrine.interp.pictures.Scale;
import vitrine.interp.stats.Interval;

/**
 * One number of every head.
 *
 * @param key its name in JSON, tables and arrays
 * @param quantity its name for people
 * @param caption of its map
 * @param range what it can be
 * @param heads how many heads a layer has, H
 * @param values of all heads, by layer and number, (L*H)
 */
public record Measure(
    String key, Quantity quantity, Caption caption, Range range, int heads, List<Interval> values) {
  /** What a number can be, and so how it is coloured. */
  public enum Range {
    /** 0 to 1. */
    SHARE,
    /** 0 and more. */
    FROM_ZERO,
    /** Either side of 0. */
    SIGNED
  }

  public Measure {
    values = List.copyOf(values);
    if (heads < 1 || values.isEmpty() || values.size() % heads != 0) {
      throw new IllegalArgumentException(
          "measure: " + key + ": " + values.size() + " numbers; expected " + heads + " a layer");
    }
  }

  /** How many layers, L. */
  public int layers() {
    return values.size() / heads;
  }

  /** One head's. */
  public Interval of(int layer, int head) {
    return values.get(layer * heads + head);
  }

  /** All heads' estimates, (L*H). */
  public double[] estimates() {
    return values.stream().mapToDouble(Interval::estimate).toArray();
  }

  /** Layers by heads. */
  Heatmap map() {
    Grid grid = Grid.of(estimates(), layers(), heads);
    return new Heatmap(
        caption,
        Quantity.of("head"),
        Quantity.of("layer"),
        HeadsResult.names(heads),
        HeadsResult.names(layers()),
        quantity,
        grid,
        switch (range) {
          case SHARE -> new Scale.Sequential(0, 1);
          case FROM_ZERO -> Scale.fromZero(grid);
          case SIGNED -> Scale.diverging(grid, 0);
        });
  }
}
