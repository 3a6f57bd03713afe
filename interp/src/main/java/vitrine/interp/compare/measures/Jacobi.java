package vitrine.interp.compare.measures;

import org.ejml.data.DMatrixRMaj;

/**
 * The singular value decomposition by rotations of pairs of columns (Hestenes 1958): each makes two
 * columns orthogonal, until all are. It has no iteration that could fail to end, and zero or
 * repeated columns are nothing special.
 */
final class Jacobi {
  /** Ten are many; a matrix that needs more is turned as far as its digits go. */
  private static final int MOST_SWEEPS = 40;

  /** A cosine of two columns that is but rounding. */
  private static final double ORTHOGONAL = 1e-15;

  private Jacobi() {}

  /**
   * Thin.
   *
   * @param a (m,n), m >= n
   */
  static Decompositions.Svd svd(DMatrixRMaj a) {
    double[][] u = columns(a);
    double[][] v = columns(identity(a.numCols));
    for (int sweep = 0; sweep < MOST_SWEEPS && rotates(u, v); sweep++) {
      // until nothing is left to rotate
    }
    double[] lengths = new double[u.length];
    for (int i = 0; i < u.length; i++) {
      lengths[i] = Math.sqrt(dot(u[i], u[i]));
    }
    int[] order = Decompositions.descending(lengths, lengths.length);
    DMatrixRMaj left = new DMatrixRMaj(a.numRows, u.length);
    DMatrixRMaj vt = new DMatrixRMaj(u.length, u.length);
    for (int k = 0; k < order.length; k++) {
      double[] column = u[order[k]];
      for (int i = 0; i < column.length; i++) {
        left.data[i * u.length + k] = column[i] == 0 ? 0 : column[i] / lengths[order[k]];
      }
      System.arraycopy(v[order[k]], 0, vt.data, k * u.length, u.length);
    }
    return new Decompositions.Svd(left, Decompositions.chosen(lengths, order), vt);
  }

  private static DMatrixRMaj identity(int n) {
    DMatrixRMaj identity = new DMatrixRMaj(n, n);
    for (int i = 0; i < n; i++) {
      identity.data[i * n + i] = 1;
    }
    return identity;
  }

  private static double[][] columns(DMatrixRMaj a) {
    double[][] columns = new double[a.numCols][a.numRows];
    for (int i = 0; i < a.numRows; i++) {
      for (int j = 0; j < a.numCols; j++) {
        columns[j][i] = a.data[i * a.numCols + j];
      }
    }
    return columns;
  }

  /** Every pair once; whether there was anything to do. */
  private static boolean rotates(double[][] u, double[][] v) {
    boolean any = false;
    for (int p = 0; p < u.length; p++) {
      for (int q = p + 1; q < u.length; q++) {
        double a = dot(u[p], u[p]);
        double b = dot(u[q], u[q]);
        double c = dot(u[p], u[q]);
        if (Math.abs(c) > ORTHOGONAL * Math.sqrt(a * b)) {
          double zeta = (b - a) / (2 * c);
          double t = Math.copySign(1, zeta) / (Math.abs(zeta) + Math.hypot(1, zeta));
          double cosine = 1 / Math.hypot(1, t);
          rotate(u[p], u[q], cosine, cosine * t);
          rotate(v[p], v[q], cosine, cosine * t);
          any = true;
        }
      }
    }
    return any;
  }

  private static void rotate(double[] p, double[] q, double cosine, double sine) {
    for (int i = 0; i < p.length; i++) {
      double x = p[i];
      double y = q[i];
      p[i] = cosine * x - sine * y;
      q[i] = sine * x + cosine * y;
    }
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }
}
