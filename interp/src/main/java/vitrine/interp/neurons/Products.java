package vitrine.interp.neurons;

import java.util.Arrays;
import vitrine.interp.stats.Parallel;

/** Products of a few rows with a large matrix, in blocks of columns whose sums are always alike. */
final class Products {
  private static final int BLOCK = 1024;

  /** Fewer multiplications than this are done before a thread has started. */
  private static final long WORTH = 4_000_000;

  private Products() {}

  /**
   * b a.
   *
   * @param b (k,r)
   * @param a (r,c)
   * @return (k,c)
   */
  static double[] of(double[] b, double[] a, int k, int r, int c, int threads) {
    double[] out = new double[k * c];
    int blocks = (c + BLOCK - 1) / BLOCK;
    int on = (long) k * r * c < WORTH ? 1 : threads;
    Parallel.map(
        blocks,
        on,
        block -> {
          block(b, a, out, k, r, c, block * BLOCK, Math.min(c, (block + 1) * BLOCK));
          return block;
        });
    return out;
  }

  private static void block(
      double[] b, double[] a, double[] out, int k, int r, int c, int from, int to) {
    for (int row = 0; row < r; row++) {
      for (int t = 0; t < k; t++) {
        double factor = b[t * r + row];
        if (factor != 0) {
          add(factor, a, row * c + from, out, t * c + from, to - from);
        }
      }
    }
  }

  /** out += factor * x. */
  static void add(double factor, double[] x, int from, double[] out, int at, int length) {
    for (int i = 0; i < length; i++) {
      out[at + i] += factor * x[from + i];
    }
  }

  /**
   * x x^T.
   *
   * @param x (k,c)
   * @return (k,k)
   */
  static double[] gram(double[] x, int k, int c) {
    double[] out = new double[k * k];
    for (int s = 0; s < k; s++) {
      for (int t = s; t < k; t++) {
        double sum = dot(x, s * c, x, t * c, c);
        out[s * k + t] = sum;
        out[t * k + s] = sum;
      }
    }
    return out;
  }

  static double dot(double[] a, int from, double[] b, int at, int length) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    int i = 0;
    for (; i + 3 < length; i += 4) {
      s0 += a[from + i] * b[at + i];
      s1 += a[from + i + 1] * b[at + i + 1];
      s2 += a[from + i + 2] * b[at + i + 2];
      s3 += a[from + i + 3] * b[at + i + 3];
    }
    for (; i < length; i++) {
      s0 += a[from + i] * b[at + i];
    }
    return s0 + s1 + (s2 + s3);
  }

  /**
   * @param x (r,c)
   * @return (c,r)
   */
  static double[] transposed(double[] x, int r, int c) {
    double[] out = new double[x.length];
    for (int i = 0; i < r; i++) {
      for (int j = 0; j < c; j++) {
        out[j * r + i] = x[i * c + j];
      }
    }
    return out;
  }

  /**
   * The Frobenius norm of x less the product of a transposed and b.
   *
   * @param a (k,n)
   * @param b (k,m)
   */
  static double distance(NonNegative x, double[] a, double[] b, int k) {
    int n = x.rows();
    int m = x.columns();
    double squares = 0;
    double[] row = new double[m];
    for (int i = 0; i < n; i++) {
      Arrays.fill(row, 0);
      for (int t = 0; t < k; t++) {
        add(a[t * n + i], b, t * m, row, 0, m);
      }
      for (int j = 0; j < m; j++) {
        double left = x.byRow()[i * m + j] - row[j];
        squares += left * left;
      }
    }
    return Math.sqrt(squares);
  }
}
