package vitrine.interp.compare.measures;

import java.util.Arrays;
import org.ejml.data.DMatrixRMaj;

/**
 * X'Y over many rows, in double. Some rows stay in the cache while all of the result goes by, strip
 * by strip, and each strip while these rows go by; eight rows at a time go into one row of the
 * result, whose loop is simple enough for the compiler to put on vectors (with two rows of the
 * result, two stores a step, it does not).
 */
final class Products {
  private static final int AT_ONCE = 8;

  /** Rows that stay in the cache. */
  private static final int CHUNK = 128;

  /** Rows of the result that take them in before the next ones do. */
  private static final int STRIP = 16;

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
    double[][] rows = rowsOf(b);
    double[][] out = new double[a.numCols][b.numCols];
    double[][] block = new double[AT_ONCE][];
    for (int chunk = 0; chunk < a.numRows; chunk += CHUNK) {
      int to = Math.min(a.numRows, chunk + CHUNK);
      for (int strip = 0; strip < a.numCols; strip += STRIP) {
        for (int from = chunk; from < to; from += AT_ONCE) {
          System.arraycopy(rows, from, block, 0, AT_ONCE);
          addBlock(a, from, strip, block, out);
        }
      }
    }
    DMatrixRMaj result = new DMatrixRMaj(a.numCols, b.numCols);
    for (int i = 0; i < a.numCols; i++) {
      System.arraycopy(out[i], 0, result.data, i * b.numCols, b.numCols);
    }
    return result;
  }

  /** Row by row; beyond the last one zeros, so that eight can always be taken. */
  private static double[][] rowsOf(DMatrixRMaj a) {
    double[][] rows = new double[(a.numRows + AT_ONCE - 1) / AT_ONCE * AT_ONCE][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] =
          i < a.numRows
              ? Arrays.copyOfRange(a.data, i * a.numCols, (i + 1) * a.numCols)
              : new double[a.numCols];
    }
    return rows;
  }

  /**
   * Adds the outer products of eight rows.
   *
   * @param from the first of A's rows
   * @param strip the first of A's columns
   * @param block (8,q) of B's rows
   * @param out (p,q)
   */
  private static void addBlock(
      DMatrixRMaj a, int from, int strip, double[][] block, double[][] out) {
    int p = a.numCols;
    int count = Math.min(AT_ONCE, a.numRows - from);
    int to = Math.min(p, strip + STRIP);
    double[] f = new double[AT_ONCE];
    for (int i = strip; i < to; i++) {
      for (int r = 0; r < count; r++) {
        f[r] = a.data[(from + r) * p + i];
      }
      addScaled(f, block, out[i]);
    }
  }

  /** out += sum f_r block_r. */
  static void addScaled(double[] f, double[][] block, double[] out) {
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
