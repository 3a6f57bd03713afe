package vitrine.interp.pictures;

import java.util.List;

/** A table; a long one shows its beginning, since its data has the rest. */
final class TableLayout {
  private static final int MOST_ROWS = 60;
  private static final double LINE = 20;
  private static final double GAP = 18;
  private static final double WIDEST = 320;
  private static final double SIZE = TextRole.LABEL.size();

  private TableLayout() {}

  static Drawing draw(Table table) {
    Drawing.Builder to = new Drawing.Builder();
    int shown = Math.min(table.rows().size(), MOST_ROWS);
    double[] widths = new double[table.columns().size()];
    double plot = 0;
    for (int column = 0; column < widths.length; column++) {
      widths[column] = Letters.width(table.columns().get(column).toString(), SIZE);
      for (List<Table.Cell> row : table.rows().subList(0, shown)) {
        double needed = Letters.width(text(row.get(column)), SIZE);
        widths[column] = Math.min(WIDEST, Math.max(widths[column], needed));
      }
      plot += widths[column] + GAP;
    }
    Caption caption = table.caption();
    if (shown < table.rows().size()) {
      caption = caption.note((table.rows().size() - shown) + " more rows are in the data.");
    }
    double width = Layout.width(plot);
    double y = Layout.head(to, caption, width) + SIZE;
    double x = Layout.MARGIN;
    for (int column = 0; column < widths.length; column++) {
      String name = Letters.fit(table.columns().get(column).toString(), SIZE, widths[column]);
      boolean numeric = isNumeric(table, column);
      to.text(
          numeric ? x + widths[column] : x,
          y,
          name,
          TextRole.LABEL,
          numeric ? Mark.Anchor.END : Mark.Anchor.START);
      x += widths[column] + GAP;
    }
    to.rule(Layout.MARGIN, y + 6, width - Layout.MARGIN, y + 6, Tone.SOFT);
    for (int row = 0; row < shown; row++) {
      y += LINE;
      row(to, table.rows().get(row), widths, y);
    }
    return to.build(width, Layout.foot(to, caption, y + 6, width), caption);
  }

  private static void row(Drawing.Builder to, List<Table.Cell> row, double[] widths, double y) {
    double x = Layout.MARGIN;
    for (int column = 0; column < widths.length; column++) {
      Table.Cell cell = row.get(column);
      String text = Letters.fit(text(cell), SIZE, widths[column]);
      switch (cell) {
        case Table.Words _ -> to.text(x, y, text, TextRole.LABEL, Mark.Anchor.START);
        case Table.Figure _ ->
            to.text(x + widths[column], y, text, TextRole.LABEL, Mark.Anchor.END);
      }
      x += widths[column] + GAP;
    }
  }

  private static boolean isNumeric(Table table, int column) {
    return !table.rows().isEmpty()
        && table.rows().stream().allMatch(row -> row.get(column) instanceof Table.Figure);
  }

  static String text(Table.Cell cell) {
    return switch (cell) {
      case Table.Words words -> words.text();
      case Table.Figure number -> Figures.of(number.value());
    };
  }
}
