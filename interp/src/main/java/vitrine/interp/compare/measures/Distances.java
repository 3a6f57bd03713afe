package vitrine.interp.compare.measures;

import java.util.Arrays;
import vitrine.interp.stats.Parallel;

/** Numbers of all pairs of examples: of symmetric matrices the lower halves, row by row. */
final class Distances {
  /** Columns that go into a row of the result at once: one store for them all. */
  private static final int AT_ONCE = 8;

  /** Examples whose columns stay in the cache while all rows of the result go by. */
  private static final int CHUNK = 256;

  /** Above, twice the number of pairs is no int any more. */
  static final int MOST_ROWS = 46_000;

  private Distances() {}

  /**
   * Squared Euclidean distances. As sums of squared differences, never as |a|^2 + |b|^2 - 2 a.b,
   * which cancels: equal rows have exactly 0.
   */
  static double[][] squared(Activations rows, int threads) {
    return lower(rows, threads, Distances::addSquares);
  }

  /** Inner products. */
  static double[][] products(Activations rows, int threads) {
    return lower(rows, threads, Distances::addProducts);
  }

  /** Adds what eight columns give to one row of the result. */
  @FunctionalInterface
  private interface Adding {
    void add(double[][] columns, int from, double[] at, double[] out);
  }

  private static double[][] lower(Activations rows, int threads, Adding adding) {
    int n = rows.rows();
    double[][] out = new double[n][];
    for (int i = 0; i < n; i++) {
      out[i] = new double[i + 1];
    }
    Parallel.map(
        (n + CHUNK - 1) / CHUNK,
        threads,
        piece -> {
          int first = piece * CHUNK;
          double[][] columns = columns(rows, first);
          double[] at = new double[columns.length];
          for (int i = first; i < n; i++) {
            System.arraycopy(rows.values(), i * rows.columns(), at, 0, rows.columns());
            double[] row = new double[CHUNK];
            for (int column = 0; column < columns.length; column += AT_ONCE) {
              adding.add(columns, column, at, row);
            }
            System.arraycopy(row, 0, out[i], first, Math.min(CHUNK, i + 1 - first));
          }
          return piece;
        });
    return out;
  }

  /** (d,n) of some examples, so that loops over examples run on vectors; zeros beyond all d. */
  private static double[][] columns(Activations rows, int first) {
    int d = rows.columns();
    double[][] columns = new double[(d + AT_ONCE - 1) / AT_ONCE * AT_ONCE][CHUNK];
    for (int i = 0; i < Math.min(CHUNK, rows.rows() - first); i++) {
      for (int j = 0; j < d; j++) {
        columns[j][i] = rows.values()[(first + i) * d + j];
      }
    }
    return columns;
  }

  private static void addSquares(double[][] columns, int from, double[] at, double[] out) {
    double a0 = at[from];
    double a1 = at[from + 1];
    double a2 = at[from + 2];
    double a3 = at[from + 3];
    double a4 = at[from + 4];
    double a5 = at[from + 5];
    double a6 = at[from + 6];
    double a7 = at[from + 7];
    double[] c0 = columns[from];
    double[] c1 = columns[from + 1];
    double[] c2 = columns[from + 2];
    double[] c3 = columns[from + 3];
    double[] c4 = columns[from + 4];
    double[] c5 = columns[from + 5];
    double[] c6 = columns[from + 6];
    double[] c7 = columns[from + 7];
    for (int j = 0; j < out.length; j++) {
      double d0 = c0[j] - a0;
      double d1 = c1[j] - a1;
      double d2 = c2[j] - a2;
      double d3 = c3[j] - a3;
      double d4 = c4[j] - a4;
      double d5 = c5[j] - a5;
      double d6 = c6[j] - a6;
      double d7 = c7[j] - a7;
      out[j] += d0 * d0 + d1 * d1 + (d2 * d2 + d3 * d3) + (d4 * d4 + d5 * d5 + (d6 * d6 + d7 * d7));
    }
  }

  private static void addProducts(double[][] columns, int from, double[] at, double[] out) {
    double[] f = Arrays.copyOfRange(at, from, from + AT_ONCE);
    Products.addScaled(f, Arrays.copyOfRange(columns, from, from + AT_ONCE), out);
  }

  /**
   * Each row less its mean over units, divided by its length: half the squared distance of two is 1
   * - Pearson's r, to the last digit however near r is to 1, and exactly 0 for equal rows. NaN for
   * a row whose numbers are all the same.
   */
  static Activations standardised(Activations rows) {
    int d = rows.columns();
    double[] values = rows.values().clone();
    for (int i = 0; i < rows.rows(); i++) {
      double first = values[i * d];
      boolean varies = false;
      double sum = 0;
      for (int j = 0; j < d; j++) {
        sum += values[i * d + j];
        varies |= values[i * d + j] != first;
      }
      double mean = sum / d;
      double rest = 0;
      for (int j = 0; j < d; j++) {
        rest += values[i * d + j] - mean;
      }
      mean += rest / d;
      for (int j = 0; j < d; j++) {
        values[i * d + j] = varies ? values[i * d + j] - mean : 0;
      }
    }
    return unit(Activations.ofOwn(rows.rows(), d, values));
  }

  /** Each row divided by its length; NaN for a row of zeros. Likewise 1 - cosine. */
  static Activations unit(Activations rows) {
    int d = rows.columns();
    double[] values = rows.values().clone();
    for (int i = 0; i < rows.rows(); i++) {
      double largest = 0;
      for (int j = 0; j < d; j++) {
        largest = Math.max(largest, Math.abs(values[i * d + j]));
      }
      double squares = 0;
      for (int j = 0; j < d; j++) {
        double scaled = values[i * d + j] / largest;
        squares += scaled * scaled;
      }
      double length = Math.sqrt(squares);
      for (int j = 0; j < d; j++) {
        // Two steps, so that no square overflows.
        values[i * d + j] = values[i * d + j] / largest / length;
      }
    }
    return Activations.ofOwn(rows.rows(), d, values);
  }

  /** Below the diagonal, row by row: n(n-1)/2 of them. */
  static double[] below(double[][] lower) {
    int n = lower.length;
    double[] below = new double[pairs(n)];
    int at = 0;
    for (int i = 0; i < n; i++) {
      System.arraycopy(lower[i], 0, below, at, i);
      at += i;
    }
    return below;
  }

  /** n(n-1)/2. */
  static int pairs(int n) {
    return Math.toIntExact((long) n * (n - 1) / 2);
  }

  /**
   * The median of all n x n numbers of a symmetric matrix with a zero diagonal and nothing
   * negative: the diagonal counts, every other number twice. Of an even count the mean of the two
   * in the middle, as numpy.
   */
  static double median(double[][] distances) {
    long n = distances.length;
    double[] sorted = below(distances);
    Arrays.sort(sorted);
    long count = n * n;
    return count % 2 == 1
        ? atPlace(sorted, n, count / 2)
        : (atPlace(sorted, n, count / 2 - 1) + atPlace(sorted, n, count / 2)) / 2;
  }

  private static double atPlace(double[] sorted, long zeros, long place) {
    return place < zeros ? 0 : sorted[(int) ((place - zeros) / 2)];
  }
}
