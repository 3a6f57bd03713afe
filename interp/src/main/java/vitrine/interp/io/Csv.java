package vitrine.interp.io;

/**
 * Comma-separated values (RFC 4180), one header line, lines ended by a line feed. Texts are kept as
 * they are: who opens them in a spreadsheet tells it that the columns are text.
 */
public final class Csv {
  private final StringBuilder text = new StringBuilder();
  private final int columns;

  /** A table with these column names. */
  public Csv(String... header) {
    this.columns = header.length;
    row((Object[]) header);
  }

  /**
   * Adds a row.
   *
   * @param cells texts and numbers, one a column; a number that is NaN or infinite is left empty
   */
  public Csv row(Object... cells) {
    if (cells.length != columns) {
      throw new IllegalArgumentException("csv: " + cells.length + " cells; expected " + columns);
    }
    for (int column = 0; column < cells.length; column++) {
      text.append(column == 0 ? "" : ",").append(cell(cells[column]));
    }
    text.append('\n');
    return this;
  }

  private static String cell(Object value) {
    if (value instanceof Double number) {
      return number(number);
    }
    String plain = String.valueOf(value);
    boolean quoted =
        plain.chars().anyMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r')
            || !plain.equals(plain.strip());
    return quoted ? '"' + plain.replace("\"", "\"\"") + '"' : plain;
  }

  /** The shortest that reads back as the same double; a whole number without a point. */
  private static String number(double value) {
    if (!Double.isFinite(value)) {
      return "";
    }
    boolean whole = value == Math.rint(value) && Math.abs(value) < 1e15;
    return whole ? Long.toString((long) value) : Double.toString(value);
  }

  /** The whole table. */
  @Override
  public String toString() {
    return text.toString();
  }
}
