package vitrine.interp.compare.measures;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;

/**
 * A = Q R of a tall matrix by reflections (Householder 1958; Golub and Van Loan, algorithm 5.2.1),
 * in blocks of rows that stay in the cache (Demmel et al. 2012, TSQR): each block has its own R,
 * and these, one below the other, are decomposed again.
 *
 * <p>EJML's own calls a column of zeros an error; here its reflection is none.
 */
final class Householder {
  /** Rows of a block, as a multiple of the columns. */
  private static final int ROWS_A_COLUMN = 3;

  private static final int FEWEST_ROWS = 256;

  private Householder() {}

  /**
   * What comes out.
   *
   * @param q (m,n) orthonormal columns
   * @param r (n,n), zeros below the diagonal
   */
  record Qr(DMatrixRMaj q, DMatrixRMaj r) {}

  /**
   * Of (m,n), m >= n.
   *
   * @param a not changed
   */
  static Qr of(DMatrixRMaj a) {
    List<DMatrixRMaj> blocks = blocks(a);
    List<Qr> parts = blocks.stream().map(Householder::ofBlock).toList();
    if (parts.size() == 1) {
      return parts.getFirst();
    }
    int n = a.numCols;
    Qr top = of(stacked(parts.stream().map(Qr::r).toList()));
    DMatrixRMaj q = new DMatrixRMaj(a.numRows, n);
    int at = 0;
    for (int i = 0; i < parts.size(); i++) {
      DMatrixRMaj own = parts.get(i).q();
      DMatrixRMaj product = new DMatrixRMaj(own.numRows, n);
      CommonOps_DDRM.mult(own, CommonOps_DDRM.extract(top.q(), i * n, (i + 1) * n, 0, n), product);
      System.arraycopy(product.data, 0, q.data, at, product.getNumElements());
      at += product.getNumElements();
    }
    return new Qr(q, top.r());
  }

  /** R alone. */
  static DMatrixRMaj triangle(DMatrixRMaj a) {
    List<DMatrixRMaj> parts = blocks(a).stream().map(Householder::triangleOfBlock).toList();
    return parts.size() == 1 ? parts.getFirst() : triangle(stacked(parts));
  }

  /** Copies of some rows each; every one of them has at least as many rows as columns. */
  private static List<DMatrixRMaj> blocks(DMatrixRMaj a) {
    int rows = Math.max(FEWEST_ROWS, ROWS_A_COLUMN * a.numCols);
    int count = Math.max(1, a.numRows / rows);
    return IntStream.range(0, count)
        .mapToObj(i -> {
          int from = (int) ((long) a.numRows * i / count);
          int to = (int) ((long) a.numRows * (i + 1) / count);
          return new DMatrixRMaj(
              to - from,
              a.numCols,
              true,
              Arrays.copyOfRange(a.data, from * a.numCols, to * a.numCols));
        })
        .toList();
  }

  private static DMatrixRMaj stacked(List<DMatrixRMaj> squares) {
    int n = squares.getFirst().numCols;
    DMatrixRMaj stacked = new DMatrixRMaj(squares.size() * n, n);
    for (int i = 0; i < squares.size(); i++) {
      System.arraycopy(squares.get(i).data, 0, stacked.data, i * n * n, n * n);
    }
    return stacked;
  }

  private static DMatrixRMaj triangleOfBlock(DMatrixRMaj a) {
    reflect(a);
    return upper(a);
  }

  private static Qr ofBlock(DMatrixRMaj a) {
    double[] tau = reflect(a);
    DMatrixRMaj r = upper(a);
    form(a, tau);
    return new Qr(a, r);
  }

  private static DMatrixRMaj upper(DMatrixRMaj a) {
    int n = a.numCols;
    DMatrixRMaj r = new DMatrixRMaj(n, n);
    for (int i = 0; i < n; i++) {
      System.arraycopy(a.data, i * n + i, r.data, i * n + i, n - i);
    }
    return r;
  }

  /** In place: R on and above the diagonal, below it the vectors v of I - tau v v', v_k = 1. */
  private static double[] reflect(DMatrixRMaj a) {
    int n = a.numCols;
    double[] tau = new double[n];
    double[] v = new double[a.numRows];
    double[] w = new double[n];
    for (int k = 0; k < n; k++) {
      double squares = 0;
      for (int i = k + 1; i < a.numRows; i++) {
        double value = a.data[i * n + k];
        squares += value * value;
      }
      if (squares == 0) {
        continue; // nothing to take away: tau = 0
      }
      double alpha = a.data[k * n + k];
      double beta = -Math.copySign(Math.sqrt(alpha * alpha + squares), alpha);
      tau[k] = (beta - alpha) / beta;
      v[k] = 1;
      for (int i = k + 1; i < a.numRows; i++) {
        v[i] = a.data[i * n + k] / (alpha - beta);
      }
      apply(a, v, tau[k], k, w);
      a.data[k * n + k] = beta;
      for (int i = k + 1; i < a.numRows; i++) {
        a.data[i * n + k] = v[i];
      }
    }
    return tau;
  }

  /** (I - tau v v') A, of rows k and below and the columns behind k. */
  private static void apply(DMatrixRMaj a, double[] v, double tau, int k, double[] w) {
    int n = a.numCols;
    Arrays.fill(w, 0);
    for (int i = k; i < a.numRows; i++) {
      add(a.data, i * n, v[i], k + 1, n, w);
    }
    for (int i = k; i < a.numRows; i++) {
      subtract(w, tau * v[i], k + 1, n, a.data, i * n);
    }
  }

  private static void add(double[] a, int row, double factor, int from, int to, double[] w) {
    for (int j = from; j < to; j++) {
      w[j] += a[row + j] * factor;
    }
  }

  private static void subtract(double[] w, double factor, int from, int to, double[] a, int row) {
    for (int j = from; j < to; j++) {
      a[row + j] -= w[j] * factor;
    }
  }

  /** In place: the first n columns of the product of all reflections. */
  private static void form(DMatrixRMaj a, double[] tau) {
    int n = a.numCols;
    double[] v = new double[a.numRows];
    double[] w = new double[n];
    for (int k = n - 1; k >= 0; k--) {
      v[k] = 1;
      Arrays.fill(a.data, k * n + k + 1, (k + 1) * n, 0);
      for (int i = k + 1; i < a.numRows; i++) {
        v[i] = tau[k] == 0 ? 0 : a.data[i * n + k];
      }
      apply(a, v, tau[k], k, w);
      for (int i = 0; i < a.numRows; i++) {
        a.data[i * n + k] = i < k ? 0 : i == k ? 1 - tau[k] : -tau[k] * v[i];
      }
    }
  }
}
