package vitrine.interp.pictures;

import java.util.List;

/**
 * Which colour and dash is which name, at a plot's right; in further columns when there are many.
 */
final class Legend {
  private static final double LINE = 15;
  private static final double SWATCH = 26;
  private static final double LONGEST_NAME = 150;
  private static final int MOST_IN_A_COLUMN = 26;
  private static final double SIZE = TextRole.TICK.size();

  private Legend() {}

  /** The room it takes; none for fewer than two names. */
  static double width(List<String> names) {
    return names.size() < 2 ? 0 : columns(names) * columnWidth(names) + 12;
  }

  private static int columns(List<String> names) {
    return (names.size() + MOST_IN_A_COLUMN - 1) / MOST_IN_A_COLUMN;
  }

  private static double columnWidth(List<String> names) {
    double longest = names.stream().mapToDouble(name -> Letters.width(name, SIZE)).max().orElse(0);
    return SWATCH + 6 + Math.min(longest, LONGEST_NAME) + 10;
  }

  /**
   * Draws it.
   *
   * @return where it ends; its beginning where there is none
   */
  static double draw(Drawing.Builder to, List<String> names, double x, double y) {
    if (names.size() < 2) {
      return y;
    }
    int inColumn = Math.min(names.size(), MOST_IN_A_COLUMN);
    for (int i = 0; i < names.size(); i++) {
      int column = i / inColumn;
      double left = x + 12 + column * columnWidth(names);
      double middle = y + (i % inColumn) * LINE + LINE / 2;
      to.add(
          new Mark.Polyline(
              List.of(new Mark.Spot(left, middle), new Mark.Spot(left + SWATCH, middle)),
              Paint.of(Tone.ofSeries(i)),
              2.5,
              Mark.Dash.ofRound(Tone.roundOfSeries(i)),
              null));
      String name = Letters.fit(names.get(i), SIZE, LONGEST_NAME);
      to.text(left + SWATCH + 6, middle + SIZE * 0.35, name, TextRole.TICK, Mark.Anchor.START);
    }
    return y + inColumn * LINE;
  }
}
