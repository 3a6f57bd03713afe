package vitrine.interp.compare.measures;

import java.util.Arrays;
import org.ejml.data.DMatrixRMaj;

/**
 * X'Y over many rows, in double. Eight rows at a time go into two rows of the result, whose loop is
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
      fill(block, b, from, count);
      addBlock(a, from, count, block, out);
    }
    return joined(out, b.numCols);
  }

  private static void fill(double[][] block, DMatrixRMaj b, int from, int count) {
    for (int r = 0; r < AT_ONCE; r++) {
      if (r < count) {
        System.arraycopy(b.data, (from + r) * b.numCols, block[r], 0, b.numCols);
      } else {
        Arrays.fill(block[r], 0);
      }
    }
  }

  private static DMatrixRMaj joined(double[][] rows, int columns) {
    DMatrixRMaj result = new DMatrixRMaj(rows.length, columns);
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(rows[i], 0, result.data, i * columns, columns);
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
  private static void addBlock(
      DMatrixRMaj a, int from, int count, double[][] block, double[][] out) {
    int p = a.numCols;
    double[] f = new double[AT_ONCE];
    double[] g = new double[AT_ONCE];
    int i = 0;
    for (; i + 1 < p; i += 2) {
      for (int r = 0; r < count; r++) {
        f[r] = a.data[(from + r) * p + i];
        g[r] = a.data[(from + r) * p + i + 1];
      }
      addScaled(f, g, block, out[i], out[i + 1]);
    }
    if (i < p) {
      for (int r = 0; r < count; r++) {
        f[r] = a.data[(from + r) * p + i];
      }
      addScaled(f, g, block, out[i], new double[out[i].length]);
    }
  }

  private static void addScaled(
      double[] f, double[] g, double[][] block, double[] out, double[] next) {
    double f0 = f[0];
    double f1 = f[1];
    double f2 = f[2];
    double f3 = f[3];
    double f4 = f[4];
    double f5 = f[5];
    double f6 = f[6];
    double f7 = f[7];
    double g0 = g[0];
    double g1 = g[1];
    double g2 = g[2];
    double g3 = g[3];
    double g4 = g[4];
    double g5 = g[5];
    double g6 = g[6];
    double g7 = g[7];
    double[] b0 = block[0];
    double[] b1 = block[1];
    double[] b2 = block[2];
    double[] b3 = block[3];
    double[] b4 = block[4];
    double[] b5 = block[5];
    double[] b6 = block[6];
    double[] b7 = block[7];
    for (int j = 0; j < out.length; j++) {
      double c0 = b0[j];
      double c1 = b1[j];
      double c2 = b2[j];
      double c3 = b3[j];
      double c4 = b4[j];
      double c5 = b5[j];
      double c6 = b6[j];
      double c7 = b7[j];
      out[j] +=
          (c0 * f0 + c1 * f1 + (c2 * f2 + c3 * f3)) + (c4 * f4 + c5 * f5 + (c6 * f6 + c7 * f7));
      next[j] +=
          (c0 * g0 + c1 * g1 + (c2 * g2 + c3 * g3)) + (c4 * g4 + c5 * g5 + (c6 * g6 + c7 * g7));
    }
  }
}
