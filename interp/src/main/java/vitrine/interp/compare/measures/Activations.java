package vitrine.interp.compare.measures;

import java.util.Locale;
import vitrine.engine.InputException;

/** What some units answer to some examples: (n,d), a row an example, a column a unit. */
public final class Activations {
  private final int rows;
  private final int columns;
  private final double[] values;

  private Activations(int rows, int columns, double[] values) {
    this.rows = rows;
    this.columns = columns;
    this.values = values;
  }

  /**
   * Wraps an array, which nobody may change afterwards.
   *
   * @param values (n,d) row by row
   * @param name for errors
   * @throws InputException at the first number that is NaN or infinite, and when there is nothing
   */
  public static Activations of(String name, int rows, int columns, double[] values) {
    if (values.length != (long) rows * columns) {
      throw new IllegalArgumentException(
          "compare: %d numbers for %d x %d".formatted(values.length, rows, columns));
    }
    requireFinite(name, columns, values);
    if (rows < 2 || columns < 1) {
      throw new InputException(
          "compare: %s: %d rows of %d columns; expected at least 2 rows and 1 column. Give one row an example"
              .formatted(name, rows, columns));
    }
    return new Activations(rows, columns, values);
  }

  /**
   * Wraps an array of units and turns it.
   *
   * @param values (d,n) unit by unit
   * @throws InputException as {@link #of}
   */
  public static Activations ofUnits(String name, int units, int rows, double[] values) {
    requireFinite(name, rows, values);
    Activations turned = new Activations(units, rows, values).transposed();
    return of(name, rows, units, turned.values);
  }

  /**
   * Some rows of a stream; any number of them.
   *
   * @throws InputException as {@link #of}
   */
  public static Activations part(String name, int rows, int columns, double[] values) {
    requireFinite(name, columns, values);
    return new Activations(rows, columns, values);
  }

  private static void requireFinite(String name, int columns, double[] values) {
    for (int i = 0; i < values.length; i++) {
      if (!Double.isFinite(values[i])) {
        throw new InputException(
            String.format(
                Locale.ROOT,
                "compare: %s: %s at row %d, column %d; expected finite numbers. Leave the row or the column out on both sides",
                name,
                Double.isNaN(values[i]) ? "NaN" : "an infinite number",
                i / columns,
                i % columns));
      }
    }
  }

  /** Of numbers made here, which are known to be finite. */
  static Activations ofOwn(int rows, int columns, double[] values) {
    return new Activations(rows, columns, values);
  }

  /** n. */
  public int rows() {
    return rows;
  }

  /** d. */
  public int columns() {
    return columns;
  }

  public double at(int row, int column) {
    return values[row * columns + column];
  }

  /** All numbers, row by row; not to be changed. */
  double[] values() {
    return values;
  }

  /** These rows, in this order; some may come more than once. */
  public Activations choose(int[] chosen) {
    double[] some = new double[chosen.length * columns];
    for (int i = 0; i < chosen.length; i++) {
      System.arraycopy(values, chosen[i] * columns, some, i * columns, columns);
    }
    return new Activations(chosen.length, columns, some);
  }

  /** Rows as columns. */
  private Activations transposed() {
    double[] turned = new double[values.length];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        turned[j * rows + i] = values[i * columns + j];
      }
    }
    return new Activations(columns, rows, turned);
  }

  /**
   * With every column's mean taken off. The mean is corrected by the mean of what it leaves (Chan,
   * Golub and LeVeque 1983); a constant column becomes exactly zero.
   */
  Activations centred() {
    double[] means = means();
    double[] centred = new double[values.length];
    boolean[] varies = varies();
    for (int i = 0; i < values.length; i += columns) {
      for (int j = 0; j < columns; j++) {
        centred[i + j] = varies[j] ? values[i + j] - means[j] : 0;
      }
    }
    return new Activations(rows, columns, centred);
  }

  private double[] means() {
    Compensated sums = new Compensated(columns);
    double[] row = new double[columns];
    for (int i = 0; i < rows; i++) {
      System.arraycopy(values, i * columns, row, 0, columns);
      sums.add(row);
    }
    double[] means = sums.values();
    for (int j = 0; j < columns; j++) {
      means[j] /= rows;
    }
    Compensated rests = new Compensated(columns);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        row[j] = values[i * columns + j] - means[j];
      }
      rests.add(row);
    }
    double[] rest = rests.values();
    for (int j = 0; j < columns; j++) {
      means[j] += rest[j] / rows;
    }
    return means;
  }

  private boolean[] varies() {
    boolean[] varies = new boolean[columns];
    for (int i = columns; i < values.length; i += columns) {
      for (int j = 0; j < columns; j++) {
        varies[j] |= values[i + j] != values[j];
      }
    }
    return varies;
  }

  /**
   * Times the power of two that brings the largest number near 1: no measure looks at scale, no
   * digit is lost, and no square overflows.
   */
  Activations scaled() {
    int exponent = -exponent();
    double[] scaled = new double[values.length];
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] = Math.scalb(values[i], exponent);
    }
    return new Activations(rows, columns, scaled);
  }

  private int exponent() {
    double largest = 0;
    for (double value : values) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest == 0 ? 0 : Math.getExponent(largest);
  }

  /** What {@link #scaled} divides by. */
  double scaling() {
    return Math.scalb(1.0, exponent());
  }

  /** The column with the most variance, and its share of all. */
  Heaviest heaviest() {
    double[] centred = centred().values;
    double[] squares = new double[columns];
    double all = 0;
    for (int i = 0; i < centred.length; i += columns) {
      for (int j = 0; j < columns; j++) {
        squares[j] += centred[i + j] * centred[i + j];
      }
    }
    int most = 0;
    for (int j = 0; j < columns; j++) {
      all += squares[j];
      most = squares[j] > squares[most] ? j : most;
    }
    return new Heaviest(most, squares[most] / all);
  }

  /** One column's share of the variance. */
  record Heaviest(int column, double share) {}

  /** How many columns have the same number in every row. */
  public int constantColumns() {
    int count = 0;
    for (boolean varies : varies()) {
      count += varies ? 0 : 1;
    }
    return count;
  }
}
