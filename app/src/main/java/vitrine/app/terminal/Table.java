package vitrine.app.terminal;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Rows of text in aligned columns: numbers to the right, everything else to the left. */
public final class Table {
  private static final String GAP = "  ";

  /** A number or nothing. */
  private static final Pattern NUMBER = Pattern.compile("[-+]?[0-9][0-9,.]*([eE]-?[0-9]+)?%?|");

  private final List<String> header;
  private final List<List<String>> rows = new ArrayList<>();

  /** A table with these column titles. */
  public Table(String... header) {
    this.header = List.of(header);
  }

  /** Adds a row of as many cells as there are titles; cells are escaped. */
  public Table row(Object... cells) {
    if (cells.length != header.size()) {
      throw new IllegalArgumentException(
          "table: " + cells.length + " cells; expected " + header.size());
    }
    List<String> row = new ArrayList<>();
    for (Object cell : cells) {
      row.add(OneLine.escape(String.valueOf(cell)));
    }
    rows.add(row);
    return this;
  }

  /** The table, each line ended; no spaces at line ends. */
  public String render() {
    int[] widths = new int[header.size()];
    boolean[] numeric = new boolean[header.size()];
    for (int column = 0; column < widths.length; column++) {
      widths[column] = width(column);
      numeric[column] = isNumeric(column);
    }
    StringBuilder text = new StringBuilder();
    line(text, header, widths, numeric);
    for (List<String> row : rows) {
      line(text, row, widths, numeric);
    }
    return text.toString();
  }

  private static void line(
      StringBuilder text, List<String> cells, int[] widths, boolean[] numeric) {
    StringBuilder line = new StringBuilder();
    for (int column = 0; column < widths.length; column++) {
      String cell = cells.get(column);
      String padding = " ".repeat(widths[column] - length(cell));
      line.append(column == 0 ? "" : GAP);
      line.append(numeric[column] ? padding + cell : cell + padding);
    }
    text.append(line.toString().stripTrailing()).append('\n');
  }

  private int width(int column) {
    int width = length(header.get(column));
    for (List<String> row : rows) {
      width = Math.max(width, length(row.get(column)));
    }
    return width;
  }

  private boolean isNumeric(int column) {
    return rows.stream().allMatch(row -> NUMBER.matcher(row.get(column)).matches());
  }

  private static int length(String cell) {
    return cell.codePointCount(0, cell.length());
  }
}
