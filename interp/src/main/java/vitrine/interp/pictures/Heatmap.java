package vitrine.interp.pictures;

import java.util.List;

/**
 * Numbers in rows and columns, as colours: layers by heads, queries by keys.
 *
 * @param columns what the columns are
 * @param rows what the rows are
 * @param columnNames one a column
 * @param rowNames one a row, from the top
 * @param cells what the numbers are
 * @param values as many rows and columns as there are names
 * @param scale from numbers to colours
 */
public record Heatmap(
    Caption caption,
    Quantity columns,
    Quantity rows,
    List<String> columnNames,
    List<String> rowNames,
    Quantity cells,
    Grid values,
    Scale scale)
    implements Picture {
  public Heatmap {
    columnNames = List.copyOf(columnNames);
    rowNames = List.copyOf(rowNames);
    if (columnNames.size() != values.columns() || rowNames.size() != values.rows()) {
      throw new IllegalArgumentException(
          "heatmap: %d x %d names for %s; expected one a row and one a column"
              .formatted(rowNames.size(), columnNames.size(), values));
    }
  }
}
