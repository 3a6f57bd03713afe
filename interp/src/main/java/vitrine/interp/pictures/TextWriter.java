package vitrine.interp.pictures;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;

/**
 * A picture for a terminal: characters and blocks of Unicode, no colour and no escape sequence, so
 * that a file or a pipe gets the same.
 */
final class TextWriter {
  /** How dense a block is. */
  private static final String MORE = " \u2591\u2592\u2593\u2588";

  /** Below the middle of a diverging scale. */
  private static final String LESS = " .:-=";

  /** Eighths of a block, from the left. */
  private static final String EIGHTHS = " \u258f\u258e\u258d\u258c\u258b\u258a\u2589\u2588";

  /** Eighths of a block, from below. */
  private static final String LEVELS = "\u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588";

  private static final int LONGEST_NAME = 24;
  private static final int MOST_LINES = 48;
  private static final int WIDEST_BAR = 40;
  private static final int PLOT_LINES = 16;

  private final int width;
  private final StringBuilder out = new StringBuilder();

  private TextWriter(int width) {
    this.width = width;
  }

  /**
   * The text, each line ended.
   *
   * @param width how many characters a line of the terminal has
   */
  static String write(Picture picture, int width) {
    TextWriter writer = new TextWriter(width);
    Caption caption = picture.caption();
    writer.paragraph(caption.title());
    switch (picture) {
      case Heatmap heatmap -> writer.heatmap(heatmap);
      case TokenStrip strip -> writer.strip(strip);
      case Lines lines -> writer.lines(lines);
      case Bars bars -> writer.bars(bars);
      case Scatter scatter -> writer.scatter(scatter);
      case Table table -> writer.table(table);
      case Graph graph -> writer.graph(graph);
    }
    writer.paragraph(caption.reading());
    caption.notes().forEach(writer::paragraph);
    return writer.out.toString();
  }

  private void paragraph(String text) {
    String line = "";
    for (String word : Markup.plain(text).split(" ", -1)) {
      if (!line.isEmpty() && Columns.of(line) + 1 + Columns.of(word) > width) {
        line(line);
        line = word;
      } else {
        line = line.isEmpty() ? word : line + " " + word;
      }
    }
    line(line);
  }

  private void line(String text) {
    out.append(Markup.plain(text).stripTrailing()).append('\n');
  }

  // ---- heat maps ----

  private void heatmap(Heatmap map) {
    int decimals = Figures.decimals(map.scale().high() - map.scale().low());
    int names =
        Math.max(Columns.longest(map.rowNames(), LONGEST_NAME), Columns.of(map.rows().label()));
    int room = Math.max(8, width - names - 1);
    int number = longestNumber(map, decimals);
    int columnName = Columns.longest(map.columnNames(), number);
    int cell = Math.max(number, columnName) + 1;
    if (cell * map.values().columns() <= room) {
      numbers(map, names, cell, decimals);
    } else {
      shades(map, names, room);
    }
    line("cells: " + map.cells() + ", rows: " + map.rows() + ", columns: " + map.columns());
  }

  private static int longestNumber(Heatmap map, int decimals) {
    int longest = 1;
    for (int row = 0; row < map.values().rows(); row++) {
      for (int column = 0; column < map.values().columns(); column++) {
        String number = Figures.cell(map.values().at(row, column), decimals);
        longest = Math.max(longest, number.length());
      }
    }
    return longest;
  }

  private void numbers(Heatmap map, int names, int cell, int decimals) {
    StringBuilder head = new StringBuilder(Columns.left(map.rows().label(), names));
    map.columnNames().forEach(name -> head.append(Columns.right(name, cell)));
    line(head.toString());
    int shown = Math.min(map.values().rows(), MOST_LINES);
    for (int row = 0; row < shown; row++) {
      StringBuilder text = new StringBuilder(Columns.left(map.rowNames().get(row), names));
      for (int column = 0; column < map.values().columns(); column++) {
        text.append(Columns.right(Figures.cell(map.values().at(row, column), decimals), cell));
      }
      line(text.toString());
    }
    more(map.values().rows() - shown, "rows");
  }

  /** One block a cell, or one for several where there are too many. */
  private void shades(Heatmap map, int names, int room) {
    int perColumn = (map.values().columns() + room - 1) / room;
    int perRow = (map.values().rows() + MOST_LINES - 1) / MOST_LINES;
    for (int row = 0; row < map.values().rows(); row += perRow) {
      StringBuilder text =
          new StringBuilder(Columns.left(map.rowNames().get(row), names)).append(' ');
      for (int column = 0; column < map.values().columns(); column += perColumn) {
        text.append(shade(map.scale(), mean(map.values(), row, perRow, column, perColumn)));
      }
      line(text.toString());
    }
    if (perColumn > 1 || perRow > 1) {
      line("each block is the mean of %d x %d cells".formatted(perRow, perColumn));
    }
    line(
        switch (map.scale()) {
          case Scale.Sequential scale ->
              "%s '%s' %s; ? for no number"
                  .formatted(Figures.digits(scale.low(), 3), MORE, Figures.digits(scale.high(), 3));
          case Scale.Diverging scale ->
              "below %s '%s' down to %s, above it '%s' up to %s; ? for no number"
                  .formatted(
                      Figures.digits(scale.middle(), 3),
                      LESS,
                      Figures.digits(scale.low(), 3),
                      MORE,
                      Figures.digits(scale.high(), 3));
        });
  }

  private static char shade(Scale scale, double value) {
    if (Double.isNaN(value)) {
      return '?';
    }
    double share = Math.clamp(scale.share(value), 0.0, 1.0);
    return switch (scale) {
      case Scale.Sequential _ -> step(MORE, share);
      case Scale.Diverging _ -> share < 0.5 ? step(LESS, 1 - 2 * share) : step(MORE, 2 * share - 1);
    };
  }

  private static char step(String steps, double share) {
    return steps.charAt((int) Math.min(steps.length() - 1, share * steps.length()));
  }

  private static double mean(Grid values, int row, int rows, int column, int columns) {
    double sum = 0;
    int count = 0;
    for (int r = row; r < Math.min(row + rows, values.rows()); r++) {
      for (int c = column; c < Math.min(column + columns, values.columns()); c++) {
        if (!Double.isNaN(values.at(r, c))) {
          sum += values.at(r, c);
          count++;
        }
      }
    }
    return sum / count;
  }

  // ---- one number a name ----

  private void strip(TokenStrip strip) {
    List<Bars.Bar> bars = new ArrayList<>();
    for (int i = 0; i < strip.tokens().size(); i++) {
      bars.add(Bars.Bar.of(strip.tokens().get(i), strip.values().at(0, i)));
    }
    bars(new Bars(strip.caption(), Quantity.of("token"), strip.cells(), bars));
  }

  private void bars(Bars bars) {
    int names = Columns.longest(bars.bars().stream().map(Bars.Bar::name).toList(), LONGEST_NAME);
    double largest =
        bars.bars().stream()
            .mapToDouble(bar -> Math.abs(bar.value()))
            .filter(Double::isFinite)
            .max()
            .orElse(0);
    int room = Math.clamp(width - names - 30, 8, WIDEST_BAR);
    for (Bars.Bar bar : bars.bars()) {
      double share = largest == 0 ? 0 : Math.abs(bar.value()) / largest;
      String interval =
          bar.hasWhisker()
              ? "  [" + Figures.of(bar.low()) + ", " + Figures.of(bar.high()) + "]"
              : "";
      line(
          Columns.left(bar.name(), names)
              + " "
              + Columns.right(Figures.of(bar.value()), 10)
              + interval
              + "  "
              + block(Double.isFinite(share) ? share : 0, room));
    }
    line("numbers: " + bars.lengths());
  }

  private static String block(double share, int room) {
    int eighths = (int) Math.round(share * room * 8);
    String whole = EIGHTHS.substring(8).repeat(eighths / 8);
    return eighths % 8 == 0 ? whole : whole + EIGHTHS.charAt(eighths % 8);
  }

  // ---- curves and points ----

  private void lines(Lines lines) {
    int names = Columns.longest(lines.series().stream().map(Lines.Series::name).toList(), 24);
    Axes.Span span =
        Axes.Span.of(
            lines.series().stream()
                .flatMap(series -> series.points().stream())
                .mapToDouble(Lines.Point::y));
    int room = Math.max(8, width - names - 28);
    for (Lines.Series series : lines.series()) {
      List<Lines.Point> points = series.points();
      if (points.isEmpty()) {
        continue;
      }
      StringBuilder curve = new StringBuilder();
      int step = (points.size() + room - 1) / room;
      for (int i = 0; i < points.size(); i += step) {
        double y = points.get(i).y();
        curve.append(Double.isFinite(y) ? step(LEVELS, span.share(y)) : ' ');
      }
      line(
          "%s %s %s to %s"
              .formatted(
                  Columns.left(series.name(), names),
                  curve,
                  Figures.of(points.getFirst().y()),
                  Figures.of(points.getLast().y())));
    }
    line(
        "%s from %s to %s, over %s"
            .formatted(
                lines.up(), Figures.of(span.low()), Figures.of(span.high()), lines.across()));
  }

  private void scatter(Scatter scatter) {
    Axes.Span x = Axes.Span.of(scatter.dots().stream().mapToDouble(Scatter.Dot::x));
    Axes.Span y = Axes.Span.of(scatter.dots().stream().mapToDouble(Scatter.Dot::y));
    int columns = Math.clamp(width - 2, 8, 72);
    char[][] plot = new char[PLOT_LINES][columns];
    for (char[] row : plot) {
      Arrays.fill(row, ' ');
    }
    List<String> groups = scatter.groups();
    for (Scatter.Dot dot : scatter.dots()) {
      if (Double.isFinite(dot.x()) && Double.isFinite(dot.y())) {
        int column = (int) Math.round(x.share(dot.x()) * (columns - 1));
        int row = (int) Math.round((1 - y.share(dot.y())) * (PLOT_LINES - 1));
        plot[row][column] = (char) ('a' + groups.indexOf(dot.group()) % 26);
      }
    }
    for (char[] row : plot) {
      line("|" + new String(row));
    }
    line("+" + "-".repeat(columns));
    for (int i = 0; i < groups.size(); i++) {
      line((char) ('a' + i % 26) + " " + Markup.plain(groups.get(i)));
    }
    line(
        "across: %s from %s to %s; up: %s from %s to %s"
            .formatted(
                scatter.across(),
                Figures.of(x.low()),
                Figures.of(x.high()),
                scatter.up(),
                Figures.of(y.low()),
                Figures.of(y.high())));
  }

  // ---- tables ----

  private void table(Table table) {
    int shown = Math.min(table.rows().size(), MOST_LINES);
    int columns = table.columns().size();
    int[] widths = new int[columns];
    for (int column = 0; column < columns; column++) {
      int at = column;
      Function<List<Table.Cell>, String> text = row -> TableLayout.text(row.get(at));
      List<String> texts = new ArrayList<>(table.rows().stream().limit(shown).map(text).toList());
      texts.add(table.columns().get(column).toString());
      widths[column] = Columns.longest(texts, 2 * LONGEST_NAME);
    }
    StringBuilder head = new StringBuilder();
    for (int column = 0; column < columns; column++) {
      head.append(Columns.left(table.columns().get(column).toString(), widths[column]))
          .append("  ");
    }
    line(head.toString());
    for (List<Table.Cell> row : table.rows().subList(0, shown)) {
      StringBuilder text = new StringBuilder();
      for (int column = 0; column < columns; column++) {
        String cell = TableLayout.text(row.get(column));
        text.append(
                switch (row.get(column)) {
                  case Table.Words _ -> Columns.left(cell, widths[column]);
                  case Table.Figure _ -> Columns.right(cell, widths[column]);
                })
            .append("  ");
      }
      line(text.toString());
    }
    more(table.rows().size() - shown, "rows");
  }

  private void graph(Graph graph) {
    List<Graph.Edge> heaviest =
        graph.edges().stream()
            .sorted(Comparator.comparingDouble(edge -> -Math.abs(edge.weight())))
            .limit(MOST_LINES)
            .toList();
    for (Graph.Edge edge : heaviest) {
      line(
          "%s -> %s  %s"
              .formatted(
                  Markup.plain(graph.nodes().get(edge.from()).name()),
                  Markup.plain(graph.nodes().get(edge.to()).name()),
                  Figures.of(edge.weight())));
    }
    more(graph.edges().size() - heaviest.size(), "lighter edges");
    line("numbers: " + graph.weights());
  }

  private void more(int count, String what) {
    if (count > 0) {
      line("... and " + count + " more " + what);
    }
  }
}
