package vitrine.interp.compare.measures;

import org.ejml.data.DMatrixRMaj;

/**
 * X'Y over many rows, in double. Eight rows at a time go into one row of the result, whose loop is
 * simple enough for the compiler to put on vectors.
 */
final class Products {
  private static final int AT_ONCE = 8;

  private Products() {}

  /** These rows, in this order. */
  static DMatrixRMaj rows(DMatrixRMaj a, int[] order) {
    DMatrixRMaj rows = new DMatrixRMaj(order.length, a.numCols);
    for (int i = 0; i < order.length; i++) {
      System.arraycopy(a.data, order[i] * a.numCols, rows.data, i * a.numCols, a.numCols);
    }
    return rows;
  }

  /** A'B, (n,p)' (n,q). */
  static DMatrixRMaj transposedTimes(DMatrixRMaj a, DMatrixRMaj b) {
    double[][] out = new double[a.numCols][b.numCols];
    double[][] block = new double[AT_ONCE][b.numCols];
    for (int from = 0; from < a.numRows; from += AT_ONCE) {
      int count = Math.min(AT_ONCE, a.numRows - from);
      for (int r = 0; r < AT_ONCE; r++) {
        if (r < count) {
          System.arraycopy(b.data, (from + r) * b.numCols, block[r], 0, b.numCols);
        } else {
          java.util.Arrays.fill(block[r], 0);
        }
      }
      addBlock(a.data, from, count, a.numCols, block, out);
    }
    DMatrixRMaj result = new DMatrixRMaj(a.numCols, b.numCols);
    for (int i = 0; i < out.length; i++) {
      System.arraycopy(out[i], 0, result.data, i * b.numCols, b.numCols);
    }
    return result;
  }

  /**
   * Adds the outer products of up to eight rows.
   *
   * @param a (.,p)
   * @param from the first of its rows
   * @param count of its rows
   * @param block (8,q), zeros beyond {@code count}
   * @param out (p,q)
   */
  static void addBlock(double[] a, int from, int count, int p, double[][] block, double[][] out) {
    double[] f = new double[AT_ONCE];
    for (int i = 0; i < p; i++) {
      for (int r = 0; r < count; r++) {
        f[r] = a[(from + r) * p + i];
      }
      addScaled(f, block, out[i]);
    }
  }

  private static void addScaled(double[] f, double[][] block, double[] out) {
    double f0 = f[0];
    double f1 = f[1];
    double f2 = f[2];
    double f3 = f[3];
    double f4 = f[4];
    double f5 = f[5];
    double f6 = f[6];
    double f7 = f[7];
    double[] b0 = block[0];
    double[] b1 = block[1];
    double[] b2 = block[2];
    double[] b3 = block[3];
    double[] b4 = block[4];
    double[] b5 = block[5];
    double[] b6 = block[6];
    double[] b7 = block[7];
    for (int j = 0; j < out.length; j++) {
      double low = b0[j] * f0 + b1[j] * f1 + (b2[j] * f2 + b3[j] * f3);
      double high = b4[j] * f4 + b5[j] * f5 + (b6[j] * f6 + b7[j] * f7);
      out[j] += low + high;
    }
  }
}
