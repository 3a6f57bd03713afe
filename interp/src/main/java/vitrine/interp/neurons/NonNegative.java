package vitrine.interp.neurons;

import vitrine.engine.InputException;

/**
 * A matrix without negative numbers, row by row and column by column.
 *
 * @param rows n
 * @param columns m
 * @param byRow (n,m) row-major
 * @param byColumn (m,n): the same, transposed
 */
@SuppressWarnings("ArrayRecordComponent") // large, read only
public record NonNegative(int rows, int columns, double[] byRow, double[] byColumn) {
  /** What becomes of negative numbers. */
  public enum Negatives {
    REFUSE,
    /** They become 0. */
    CLIP
  }

  /**
   * Checks numbers.
   *
   * @param name for errors
   * @param values (n,m) row-major; not changed
   * @throws InputException when one is NaN, infinite, or negative and that is refused
   */
  public static NonNegative of(
      String name, int rows, int columns, double[] values, Negatives negatives) {
    if (rows < 1 || columns < 1) {
      throw new InputException(
          "neurons: %s: %d rows of %d; expected at least one number."
              .formatted(name, rows, columns));
    }
    double[] byRow = new double[values.length];
    double[] byColumn = new double[values.length];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        double value = values[i * columns + j];
        if (!Double.isFinite(value)) {
          throw new InputException(
              "neurons: %s: %s in row %d, column %d; expected finite numbers."
                  .formatted(name, value, i, j));
        }
        if (value < 0 && negatives == Negatives.REFUSE) {
          throw new InputException(
              "neurons: %s: %s in row %d, column %d; expected none below 0. Have them count as 0 with --clip"
                  .formatted(name, value, i, j));
        }
        byRow[i * columns + j] = Math.max(0, value);
        byColumn[j * rows + i] = byRow[i * columns + j];
      }
    }
    return new NonNegative(rows, columns, byRow, byColumn);
  }

  double mean() {
    double sum = 0;
    for (double value : byRow) {
      sum += value;
    }
    return sum / byRow.length;
  }

  /** The Frobenius norm. */
  double norm() {
    double sum = 0;
    for (double value : byRow) {
      sum += value * value;
    }
    return Math.sqrt(sum);
  }
}
