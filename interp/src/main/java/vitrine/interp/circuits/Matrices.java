package vitrine.interp.circuits;

import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.NormOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;

/** Small dense matrices, in double. */
final class Matrices {
  private Matrices() {}

  /** A matrix of floats, row by row. */
  static DMatrixRMaj of(float[] values, int offset, int rows, int columns) {
    DMatrixRMaj matrix = new DMatrixRMaj(rows, columns);
    for (int i = 0; i < rows * columns; i++) {
      matrix.data[i] = values[offset + i];
    }
    return matrix;
  }

  /** As float32, row by row. */
  static float[] floats(DMatrixRMaj matrix) {
    float[] values = new float[matrix.numRows * matrix.numCols];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) matrix.data[i];
    }
    return values;
  }

  /** a b. */
  static DMatrixRMaj times(DMatrixRMaj a, DMatrixRMaj b) {
    DMatrixRMaj product = new DMatrixRMaj(a.numRows, b.numCols);
    CommonOps_DDRM.mult(a, b, product);
    return product;
  }

  /** a b^T. */
  static DMatrixRMaj timesTransposed(DMatrixRMaj a, DMatrixRMaj b) {
    DMatrixRMaj product = new DMatrixRMaj(a.numRows, b.numRows);
    CommonOps_DDRM.multTransB(a, b, product);
    return product;
  }

  static DMatrixRMaj transposed(DMatrixRMaj a) {
    return CommonOps_DDRM.transpose(a, null);
  }

  /** The Frobenius norm. */
  static double norm(DMatrixRMaj a) {
    return NormOps_DDRM.normF(a);
  }

  /** Subtracts from each column its mean. */
  static void centreColumns(DMatrixRMaj a) {
    for (int column = 0; column < a.numCols; column++) {
      double sum = 0;
      for (int row = 0; row < a.numRows; row++) {
        sum += a.get(row, column);
      }
      for (int row = 0; row < a.numRows; row++) {
        a.add(row, column, -sum / a.numRows);
      }
    }
  }

  /** Subtracts from each row its mean. */
  static void centreRows(DMatrixRMaj a) {
    for (int row = 0; row < a.numRows; row++) {
      double sum = 0;
      for (int column = 0; column < a.numCols; column++) {
        sum += a.get(row, column);
      }
      for (int column = 0; column < a.numCols; column++) {
        a.add(row, column, -sum / a.numCols);
      }
    }
  }

  /**
   * Orthonormal columns and a small triangle: a = q r.
   *
   * @param q (n,k)
   * @param r (k,k)
   */
  record Orthogonal(DMatrixRMaj q, DMatrixRMaj r) {
    /** Of a matrix with at least as many rows as columns; it stays as it is. */
    static Orthogonal of(DMatrixRMaj a) {
      var qr = DecompositionFactory_DDRM.qr(a.numRows, a.numCols);
      // What it returns says no more than whether a column is zero, which Householder's way stands.
      var _ = qr.decompose(a.copy());
      return new Orthogonal(qr.getQ(null, true), qr.getR(null, true));
    }
  }
}
