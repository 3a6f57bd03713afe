package vitrine.interp.pictures;

import java.util.List;

/**
 * Rows and columns of words and numbers.
 *
 * @param columns what they hold
 * @param rows as many cells each as there are columns
 */
public record Table(Caption caption, List<Quantity> columns, List<List<Cell>> rows)
    implements Picture {
  public Table {
    columns = List.copyOf(columns);
    rows = rows.stream().map(List::copyOf).toList();
    for (List<Cell> row : rows) {
      if (row.size() != columns.size()) {
        throw new IllegalArgumentException(
            "table: " + row.size() + " cells; expected " + columns.size());
      }
    }
  }

  /** What a cell holds. */
  public sealed interface Cell {
    static Cell of(String words) {
      return new Words(words);
    }

    static Cell of(double value) {
      return new Figure(value);
    }
  }

  /** A text. */
  public record Words(String text) implements Cell {}

  /** A number; NaN where there is none. */
  public record Figure(double value) implements Cell {}
}
