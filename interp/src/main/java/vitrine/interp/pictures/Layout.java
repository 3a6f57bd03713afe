package vitrine.interp.pictures;

import java.util.List;

/** From a picture to a drawing. */
final class Layout {
  /** Free on every side. */
  static final double MARGIN = 16;

  /** A drawing of a few cells is not narrower, so that its words have room. */
  private static final double NARROWEST = 320;

  private static final double LINE = 1.35;

  private Layout() {}

  static Drawing of(Picture picture) {
    return switch (picture) {
      case Heatmap heatmap -> new HeatmapLayout(heatmap).draw();
      case TokenStrip strip -> StripLayout.draw(strip);
      case Lines lines -> LinesLayout.draw(lines);
      case Bars bars -> BarsLayout.draw(bars);
      case Scatter scatter -> ScatterLayout.draw(scatter);
      case Table table -> TableLayout.draw(table);
      case Graph graph -> GraphLayout.draw(graph);
    };
  }

  /** The width of a drawing whose plot needs so much. */
  static double width(double plot) {
    return Math.max(NARROWEST, plot) + 2 * MARGIN;
  }

  /**
   * Title and reading at the top.
   *
   * @return where the plot may begin
   */
  static double head(Drawing.Builder to, Caption caption, double width) {
    double y = MARGIN + TextRole.TITLE.size();
    double room = width - 2 * MARGIN;
    for (String line : Letters.wrap(caption.title(), TextRole.TITLE.size(), room)) {
      to.text(MARGIN, y, line, TextRole.TITLE, Mark.Anchor.START);
      y += TextRole.TITLE.size() * LINE;
    }
    return notes(to, List.of(caption.reading()), y, room) + 4;
  }

  /**
   * Notes at the bottom.
   *
   * @return the height of the whole drawing
   */
  static double foot(Drawing.Builder to, Caption caption, double from, double width) {
    double y = from + 8 + TextRole.NOTE.size();
    if (caption.notes().isEmpty()) {
      return from + MARGIN;
    }
    return notes(to, caption.notes(), y, width - 2 * MARGIN) - TextRole.NOTE.size() + MARGIN;
  }

  private static double notes(
      Drawing.Builder to, List<String> sentences, double from, double room) {
    double y = from;
    for (String sentence : sentences) {
      for (String line : Letters.wrap(sentence, TextRole.NOTE.size(), room)) {
        to.text(MARGIN, y, line, TextRole.NOTE, Mark.Anchor.START);
        y += TextRole.NOTE.size() * LINE;
      }
    }
    return y;
  }
}
