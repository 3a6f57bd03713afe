package vitrine.engine.bundled;

import vitrine.weights.FloatTensor;

/**
 * A matrix [rows, columns] that starts as zeros and is filled with code words and scaled
 * identities.
 */
final class Matrix {
  private final int rows;
  private final int columns;
  private final float[] values;

  Matrix(int rows, int columns) {
    this.rows = rows;
    this.columns = columns;
    this.values = new float[rows * columns];
  }

  void set(int row, int column, double value) {
    values[row * columns + column] = (float) value;
  }

  /** Row {@code row}, in the columns of a subspace: a code word. */
  void write(int row, Subspace at, long code) {
    for (int i = 0; i < at.length; i++) {
      set(row, at.offset + i, Codes.entry(code, i));
    }
  }

  /** Row {@code row}, in the columns of a subspace: these numbers. */
  void write(int row, Subspace at, double... numbers) {
    for (int i = 0; i < at.length; i++) {
      set(row, at.offset + i, numbers[i]);
    }
  }

  /**
   * Wires a subspace of the stream to the columns from {@code to} on: {@code gain} times the
   * identity.
   */
  void connect(Subspace from, int to, double gain) {
    for (int i = 0; i < from.length; i++) {
      set(from.offset + i, to + i, gain);
    }
  }

  /**
   * Wires the rows from {@code from} on to a subspace of the stream: {@code gain} times the
   * identity.
   */
  void connect(int from, Subspace to, double gain) {
    for (int i = 0; i < to.length; i++) {
      set(from + i, to.offset + i, gain);
    }
  }

  /** The same array as a tensor; nothing may be written afterwards. */
  FloatTensor toTensor() {
    return FloatTensor.of(values, rows, columns);
  }
}
