package vitrine.interp.pictures;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import vitrine.engine.hooks.SplitMix;

/** One picture of every kind, with whatever names and numbers. */
final class Samples {
  static final Caption CAPTION =
      Caption.of("A title", "Each cell is one head.").note("Mean over 8 texts.");

  private Samples() {}

  /** A number in [0, 1) of a place. */
  static double number(int place) {
    return SplitMix.unit(SplitMix.next(place));
  }

  static List<String> numbered(int count) {
    return IntStream.range(0, count).mapToObj(Integer::toString).toList();
  }

  static Grid grid(int rows, int columns) {
    double[] values = IntStream.range(0, rows * columns).mapToDouble(Samples::number).toArray();
    return Grid.of(values, rows, columns);
  }

  static Heatmap heatmap(int rows, int columns) {
    Grid grid = grid(rows, columns);
    return new Heatmap(
        CAPTION,
        Quantity.of("head"),
        Quantity.of("layer"),
        numbered(columns),
        numbered(rows),
        Quantity.of("entropy", "nats"),
        grid,
        Scale.fromZero(grid));
  }

  static Lines lines(int series, int points) {
    List<Lines.Series> all = new ArrayList<>();
    for (int s = 0; s < series; s++) {
      List<Lines.Point> curve = new ArrayList<>();
      for (int i = 0; i < points; i++) {
        double y = number(100 * s + i);
        curve.add(s == 0 ? new Lines.Point(i, y, y - 0.1, y + 0.1) : Lines.Point.of(i, y));
      }
      all.add(new Lines.Series("token " + s, curve));
    }
    return new Lines(CAPTION, Quantity.of("layer"), Quantity.of("log p", "nats"), all);
  }

  /** Every kind, all with that name and that number somewhere. */
  static List<Picture> all(String name, double number) {
    Grid grid = Grid.of(new double[][] {{number, 0.5}, {-1, 2}});
    Caption caption = Caption.of("Title of " + name + ".", "Reading of " + name).note(name);
    Quantity quantity = Quantity.of(name + "q", name + "u");
    List<String> names = List.of(name, "b");
    return List.of(
        new Heatmap(
            caption, quantity, quantity, names, names, quantity, grid, Scale.sequential(grid)),
        new Heatmap(
            caption, quantity, quantity, names, names, quantity, grid, Scale.diverging(grid, 0)),
        new TokenStrip(
            caption,
            List.of(name, "b", "c"),
            quantity,
            Grid.row(number, 1, 2),
            new Scale.Sequential(0, 1)),
        new Lines(
            caption,
            quantity,
            quantity,
            List.of(
                new Lines.Series(name, List.of(Lines.Point.of(0, 1), Lines.Point.of(1, number))),
                new Lines.Series("b", List.of()))),
        new Bars(
            caption,
            quantity,
            quantity,
            List.of(Bars.Bar.of(name, number), new Bars.Bar("b", -1, -2, 0.5))),
        new Scatter(
            caption,
            quantity,
            quantity,
            List.of(new Scatter.Dot(name, name, 1, number), new Scatter.Dot("b", "b", 2, 3))),
        new Table(
            caption,
            List.of(quantity, Quantity.of("b")),
            List.of(List.of(Table.Cell.of(name), Table.Cell.of(number)))),
        new Graph(
            caption,
            quantity,
            List.of(new Graph.Node(name, 0), new Graph.Node("b", 2)),
            List.of(new Graph.Edge(0, 1, number))));
  }
}
