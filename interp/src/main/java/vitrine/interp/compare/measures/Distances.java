package vitrine.interp.compare.measures;

import java.util.Arrays;

/**
 * Numbers of all pairs of examples. Symmetric matrices are kept as their lower halves: row i has
 * its first i + 1 numbers, and perhaps a few more that mean nothing.
 */
final class Distances {
  /** Rows that are made at once: each column is then read once for all of them. */
  private static final int AT_ONCE = 4;

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

  /** Adds what one column gives to four rows of the result. */
  @FunctionalInterface
  private interface Adding {
    void add(double[] column, int from, double[][] out);
  }

  private static double[][] lower(Activations rows, int threads, Adding adding) {
    int n = rows.rows();
    double[][] columns = columns(rows.values(), n, rows.columns());
    double[][] out = new double[n][];
    Parallel.map(
        (n + AT_ONCE - 1) / AT_ONCE,
        threads,
        piece -> {
          int from = piece * AT_ONCE;
          int to = Math.min(n, from + AT_ONCE);
          double[][] four = new double[AT_ONCE][to];
          for (double[] column : columns) {
            adding.add(column, from, four);
          }
          System.arraycopy(four, 0, out, from, to - from);
          return piece;
        });
    return out;
  }

  private static double at(double[] column, int row) {
    return column[Math.min(row, column.length - 1)];
  }

  private static void addSquares(double[] column, int from, double[][] out) {
    double a = column[from];
    double b = at(column, from + 1);
    double c = at(column, from + 2);
    double d = at(column, from + 3);
    double[] outA = out[0];
    double[] outB = out[1];
    double[] outC = out[2];
    double[] outD = out[3];
    for (int j = 0; j < outA.length; j++) {
      double value = column[j];
      outA[j] += (value - a) * (value - a);
      outB[j] += (value - b) * (value - b);
      outC[j] += (value - c) * (value - c);
      outD[j] += (value - d) * (value - d);
    }
  }

  private static void addProducts(double[] column, int from, double[][] out) {
    double a = column[from];
    double b = at(column, from + 1);
    double c = at(column, from + 2);
    double d = at(column, from + 3);
    double[] outA = out[0];
    double[] outB = out[1];
    double[] outC = out[2];
    double[] outD = out[3];
    for (int j = 0; j < outA.length; j++) {
      double value = column[j];
      outA[j] += value * a;
      outB[j] += value * b;
      outC[j] += value * c;
      outD[j] += value * d;
    }
  }

  /** (d,n): so that the loops over examples run on vectors. */
  private static double[][] columns(double[] values, int n, int d) {
    double[][] columns = new double[d][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < d; j++) {
        columns[j][i] = values[i * d + j];
      }
    }
    return columns;
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
