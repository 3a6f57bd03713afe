package vitrine.interp.pictures;

import java.util.Arrays;

/** A rectangle of numbers that nobody changes; NaN where there is none. */
public final class Grid {
  private final int rows;
  private final int columns;
  private final double[] values;

  private Grid(int rows, int columns, double[] values) {
    this.rows = rows;
    this.columns = columns;
    this.values = values;
  }

  /** A copy of these rows, all equally long, at least one of at least one number. */
  public static Grid of(double[][] values) {
    int columns = values.length == 0 ? 0 : values[0].length;
    double[] all = new double[values.length * columns];
    for (int row = 0; row < values.length; row++) {
      if (values[row].length != columns) {
        throw new IllegalArgumentException(
            "grid: row " + row + ": " + values[row].length + " numbers; expected " + columns);
      }
      System.arraycopy(values[row], 0, all, row * columns, columns);
    }
    return of(all, values.length, columns);
  }

  /** A copy of these numbers as one row. */
  public static Grid row(double... values) {
    return of(values, 1, values.length);
  }

  /** A copy of these numbers, row by row. */
  public static Grid of(double[] values, int rows, int columns) {
    if (rows < 1 || columns < 1 || values.length != rows * columns) {
      throw new IllegalArgumentException(
          "grid: %d numbers for %d x %d; expected a full rectangle"
              .formatted(values.length, rows, columns));
    }
    return new Grid(rows, columns, values.clone());
  }

  public int rows() {
    return rows;
  }

  public int columns() {
    return columns;
  }

  public double at(int row, int column) {
    return values[row * columns + column];
  }

  /** Whether a number is missing anywhere. */
  public boolean hasGaps() {
    return Arrays.stream(values).anyMatch(Double::isNaN);
  }

  /** The smallest finite number; NaN when there is none. */
  public double smallest() {
    return Arrays.stream(values).filter(Double::isFinite).min().orElse(Double.NaN);
  }

  /** The largest finite number; NaN when there is none. */
  public double largest() {
    return Arrays.stream(values).filter(Double::isFinite).max().orElse(Double.NaN);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Grid grid
        && rows == grid.rows
        && columns == grid.columns
        && Arrays.equals(values, grid.values);
  }

  @Override
  public int hashCode() {
    return 31 * rows + Arrays.hashCode(values);
  }

  @Override
  public String toString() {
    return rows + " x " + columns + " numbers";
  }
}
