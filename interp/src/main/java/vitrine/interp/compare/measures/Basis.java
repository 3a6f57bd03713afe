package vitrine.interp.compare.measures;

import java.util.Arrays;
import org.ejml.data.DMatrixRMaj;

/**
 * A matrix by its own principal directions: centred X = U S V'.
 *
 * @param u (n,k) orthonormal
 * @param side S, V' and the rank
 * @param squaredLengths (n) of the centred rows
 */
@SuppressWarnings("ArrayRecordComponent") // handed through once, compared by no one
record Basis(DMatrixRMaj u, Side side, double[] squaredLengths) {
  static Basis of(Activations matrix, double tolerance) {
    Activations centred = matrix.centred();
    Decompositions.Svd svd =
        Decompositions.svd(DMatrixRMaj.wrap(centred.rows(), centred.columns(), centred.values()));
    return new Basis(
        svd.u(), Side.of(svd, tolerance, lengthsOfColumns(centred)), squaredLengths(centred));
  }

  /** Of each column; exactly 0 for constant ones, if centred. */
  static double[] lengthsOfColumns(Activations matrix) {
    int d = matrix.columns();
    double[] lengths = new double[d];
    for (int i = 0; i < matrix.values().length; i += d) {
      for (int j = 0; j < d; j++) {
        double value = matrix.values()[i + j];
        lengths[j] += value * value;
      }
    }
    Arrays.setAll(lengths, j -> Math.sqrt(lengths[j]));
    return lengths;
  }

  /** Of each row. */
  static double[] squaredLengths(Activations rows) {
    double[] lengths = new double[rows.rows()];
    int d = rows.columns();
    for (int i = 0; i < lengths.length; i++) {
      double sum = 0;
      for (int j = 0; j < d; j++) {
        double value = rows.values()[i * d + j];
        sum += value * value;
      }
      lengths[i] = sum;
    }
    return lengths;
  }

  /** (n,k) U S: the rows in the coordinates of the principal directions, all lengths kept. */
  Activations coordinates() {
    double[] values = u.data.clone();
    for (int i = 0; i < values.length; i += u.numCols) {
      for (int j = 0; j < u.numCols; j++) {
        values[i + j] *= side.s()[j];
      }
    }
    return Activations.ofOwn(u.numRows, u.numCols, values);
  }
}
