package vitrine.interp.lens;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import vitrine.interp.pictures.Caption;
import vitrine.interp.pictures.Grid;
import vitrine.interp.pictures.Heatmap;
import vitrine.interp.pictures.Lines;
import vitrine.interp.pictures.Picture;
import vitrine.interp.pictures.Quantity;
import vitrine.interp.pictures.Scale;
import vitrine.interp.pictures.Table;

/** A lens for people: what stands first at each depth, and how a token climbs. */
final class LensPictures {
  private static final int MOST_TEXTS = 4;

  /** A table of more columns fits no page: the last ones are shown. */
  private static final int MOST_COLUMNS = 8;

  private final LensResult result;

  LensPictures(LensResult result) {
    this.result = result;
  }

  List<Picture> all() {
    List<Picture> pictures = new ArrayList<>();
    for (LensResult.OfText text :
        result.texts().subList(0, Math.min(MOST_TEXTS, result.texts().size()))) {
      pictures.add(likeliest(text));
      pictures.add(
          map(
              text,
              "The rank of the chosen token",
              "Each cell is the chosen token's rank at a depth (bottom first) and position, as a power of ten: 0 is the first.",
              Quantity.of("rank", "log10"),
              cell -> Math.log10(cell.chosen().rank())));
      pictures.add(
          map(
              text,
              "How far from the last distribution",
              "Each cell is the divergence of what the stream says there from what the model says: 0 is the same.",
              Quantity.of("KL", "nats"),
              LensResult.Cell::divergence));
      if (!result.spec().watched().isEmpty()) {
        pictures.add(watched(text));
      }
    }
    return pictures;
  }

  private static Caption caption(String title, String reading) {
    return Caption.of(title, reading)
        .note("At every depth the stream goes through all that follows the blocks, norm included.");
  }

  private Table likeliest(LensResult.OfText text) {
    int T = text.tokens().size();
    int first = Math.max(0, T - MOST_COLUMNS);
    List<Quantity> columns = new ArrayList<>();
    columns.add(Quantity.of("depth"));
    for (int t = first; t < T; t++) {
      columns.add(Quantity.of(t + " " + text.tokens().get(t)));
    }
    List<List<Table.Cell>> rows = new ArrayList<>();
    for (int depth = result.depths().size() - 1; depth >= 0; depth--) {
      List<Table.Cell> row = new ArrayList<>();
      row.add(Table.Cell.of(LensResult.name(result.depths().get(depth))));
      for (int t = first; t < T; t++) {
        LensResult.Cell cell = text.cells()[depth][t];
        row.add(Table.Cell.of(cell == null ? "" : words(cell.top().getFirst())));
      }
      rows.add(row);
    }
    Caption caption =
        caption(
            "What stands first",
            "Each cell is the likeliest token at a depth (the end on top) and position, with its probability.");
    return new Table(
        first == 0 ? caption : caption.note("The last %d positions.".formatted(MOST_COLUMNS)),
        columns,
        rows);
  }

  private String words(LensResult.Followed token) {
    return result.spell(token.id())
        + " "
        + String.format(Locale.ROOT, "%.0f%%", 100 * token.probability());
  }

  private Heatmap map(
      LensResult.OfText text,
      String title,
      String reading,
      Quantity cells,
      ToDoubleFunction<LensResult.Cell> number) {
    int depths = result.depths().size();
    double[][] values = new double[depths][text.tokens().size()];
    List<String> names = new ArrayList<>();
    for (int row = 0; row < depths; row++) {
      int depth = depths - 1 - row; // the end on top
      names.add(LensResult.name(result.depths().get(depth)));
      for (int t = 0; t < values[row].length; t++) {
        LensResult.Cell cell = text.cells()[depth][t];
        values[row][t] = cell == null ? Double.NaN : number.applyAsDouble(cell);
      }
    }
    Grid grid = Grid.of(values);
    return new Heatmap(
        caption(title, reading),
        Quantity.of("token"),
        Quantity.of("depth"),
        text.tokens(),
        names,
        cells,
        grid,
        Scale.fromZero(grid));
  }

  /** At the last position. */
  private Lines watched(LensResult.OfText text) {
    int t = text.tokens().size() - 1;
    List<Lines.Series> series = new ArrayList<>();
    for (int i = 0; i < result.spec().watched().size(); i++) {
      List<Lines.Point> points = new ArrayList<>();
      for (int depth = 0; depth < result.depths().size(); depth++) {
        LensResult.Cell cell = text.cells()[depth][t];
        if (cell != null) {
          points.add(Lines.Point.of(depth, cell.watched().get(i).probability()));
        }
      }
      series.add(new Lines.Series(result.spell(result.spec().watched().get(i)), points));
    }
    return new Lines(
        caption(
            "The watched tokens at the end",
            "Each curve is a token's probability at the last position, from the bottom to the top."),
        Quantity.of("depth"),
        Quantity.of("probability"),
        series);
  }
}
