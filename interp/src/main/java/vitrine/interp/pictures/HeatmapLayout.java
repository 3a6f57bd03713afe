package vitrine.interp.pictures;

import java.util.ArrayList;
import java.util.List;

/**
 * A heat map on paper: row names at the left, column names below, then the colours' bar. A cell has
 * its number in it where there is room; names thin out where there is none.
 */
final class HeatmapLayout {
  private static final double WIDEST = 960;
  private static final double HIGHEST = 720;
  private static final double WIDEST_CELL = 40;
  private static final double HIGHEST_CELL = 26;
  private static final double LARGEST_SQUARE = 34;

  /** A cell that holds four characters. */
  private static final double LEAST_WIDTH_FOR_TEXT = 28;

  private static final double LEAST_HEIGHT_FOR_TEXT = 15;
  private static final double LONGEST_NAME = 110;

  /** A label beside a plot of one row may be that long. */
  private static final double NARROW = 80;

  private static final double GAP = 6;
  private static final double TICK = TextRole.TICK.size();

  private final Heatmap map;
  private final Grid values;
  private final double cellWidth;
  private final double cellHeight;
  private final double rowNames;
  private final double columnNames;
  private final boolean upright;
  private final Drawing.Builder to = new Drawing.Builder();

  HeatmapLayout(Heatmap map) {
    this.map = map;
    this.values = map.values();
    double across = cell(WIDEST, values.columns(), WIDEST_CELL);
    double down = cell(HIGHEST, values.rows(), HIGHEST_CELL);
    if (map.columnNames().equals(map.rowNames())) {
      // The same things on both axes: a square, or the diagonal would not look like one.
      across = cell(HIGHEST, values.rows(), LARGEST_SQUARE);
      down = across;
    }
    this.cellWidth = across;
    this.cellHeight = down;
    this.rowNames = longest(map.rowNames());
    this.columnNames = longest(map.columnNames());
    this.upright = columnNames + GAP > cellWidth && columnNames > 3 * TICK;
  }

  /** The length of a cell so that all fit; whole pixels while there is one for each. */
  private static double cell(double room, int count, double most) {
    double length = Math.min(most, room / count);
    return length >= 1 ? Math.floor(length) : Math.max(length, 0.25);
  }

  private static double longest(List<String> names) {
    double longest = names.stream().mapToDouble(name -> Letters.width(name, TICK)).max().orElse(0);
    return Math.min(longest, LONGEST_NAME);
  }

  Drawing draw() {
    double left = Layout.MARGIN + TextRole.LABEL.size() + GAP + rowNames + GAP;
    double plotWidth = values.columns() * cellWidth;
    double plotHeight = values.rows() * cellHeight;
    double width = Layout.width(left - Layout.MARGIN + plotWidth);
    double top = Layout.head(to, map.caption(), width);
    to.add(
        new Mark.Cells(left, top, cellWidth, cellHeight, values.columns(), colours(), this::tip));
    int decimals = Figures.decimals(map.scale().high() - map.scale().low());
    if (hasRoom(decimals)) {
      numbers(left, top, decimals);
    }
    rows(left, top, plotHeight);
    double below = columns(left, top + plotHeight, plotWidth, width);
    double room = width - Layout.MARGIN - left;
    double end = ColourBar.draw(to, map.cells(), map.scale(), values, left, below + GAP, room);
    return to.build(width, Layout.foot(to, map.caption(), end, width), map.caption());
  }

  private List<Rgb> colours() {
    List<Rgb> colours = new ArrayList<>(values.rows() * values.columns());
    for (int row = 0; row < values.rows(); row++) {
      for (int column = 0; column < values.columns(); column++) {
        colours.add(map.scale().colour(values.at(row, column)));
      }
    }
    return colours;
  }

  private String tip(int row, int column) {
    return "%s %s, %s %s: %s"
        .formatted(
            map.rows().label(),
            map.rowNames().get(row),
            map.columns().label(),
            map.columnNames().get(column),
            ColourBar.value(map.cells(), values.at(row, column)));
  }

  /** Whether every number fits its cell: some alone would mislead. */
  private boolean hasRoom(int decimals) {
    if (cellWidth < LEAST_WIDTH_FOR_TEXT || cellHeight < LEAST_HEIGHT_FOR_TEXT) {
      return false;
    }
    double longest = 0;
    for (int row = 0; row < values.rows(); row++) {
      for (int column = 0; column < values.columns(); column++) {
        String number = Figures.cell(values.at(row, column), decimals);
        longest = Math.max(longest, Letters.width(number, TextRole.CELL.size()));
      }
    }
    return longest <= cellWidth;
  }

  private void numbers(double left, double top, int decimals) {
    double size = TextRole.CELL.size();
    for (int row = 0; row < values.rows(); row++) {
      for (int column = 0; column < values.columns(); column++) {
        double value = values.at(row, column);
        to.text(
            left + (column + 0.5) * cellWidth,
            top + (row + 0.5) * cellHeight + size * 0.35,
            Figures.cell(value, decimals),
            TextRole.CELL,
            Mark.Anchor.MIDDLE,
            Paint.of(map.scale().colour(value).ink()));
      }
    }
  }

  /** The next of 1, 2, 5 times a power of ten: names that are numbers stay round. */
  private static int step(double least) {
    int power = 1;
    while (true) {
      for (int digit : new int[] {1, 2, 5}) {
        if (digit * power >= least) {
          return digit * power;
        }
      }
      power *= 10;
    }
  }

  private void rows(double left, double top, double height) {
    int step = step((TICK + 1) / cellHeight);
    for (int row = 0; row < values.rows(); row += step) {
      to.text(
          left - GAP,
          top + (row + 0.5) * cellHeight + TICK * 0.35,
          Letters.fit(map.rowNames().get(row), TICK, LONGEST_NAME),
          TextRole.TICK,
          Mark.Anchor.END);
    }
    to.upright(
        Layout.MARGIN + TextRole.LABEL.size(),
        top + height / 2,
        Letters.fit(map.rows().toString(), TextRole.LABEL.size(), Math.max(height, NARROW)),
        TextRole.LABEL,
        Mark.Anchor.MIDDLE);
  }

  /** Names and label below the plot; where they end. */
  private double columns(double left, double from, double width, double paper) {
    double each = upright ? TICK + 1 : columnNames + GAP;
    int step = step(each / cellWidth);
    for (int column = 0; column < values.columns(); column += step) {
      String name = Letters.fit(map.columnNames().get(column), TICK, LONGEST_NAME);
      double middle = left + (column + 0.5) * cellWidth;
      if (upright) {
        to.upright(middle + TICK * 0.35, from + GAP, name, TextRole.TICK, Mark.Anchor.END);
      } else {
        to.text(middle, from + TICK + GAP / 2, name, TextRole.TICK, Mark.Anchor.MIDDLE);
      }
    }
    double names = from + (upright ? GAP + columnNames : TICK + GAP);
    double base = names + TextRole.LABEL.size() + GAP / 2;
    String label = map.columns().toString();
    double size = TextRole.LABEL.size();
    if (Letters.width(label, size) < width) {
      to.text(left + width / 2, base, label, TextRole.LABEL, Mark.Anchor.MIDDLE);
    } else {
      // Under a plot that is narrower than its label, the label begins where the plot does.
      String fitting = Letters.fit(label, size, paper - Layout.MARGIN - left);
      to.text(left, base, fitting, TextRole.LABEL, Mark.Anchor.START);
    }
    return base + GAP;
  }
}
