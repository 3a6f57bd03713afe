package vitrine.interp.compare.measures;

import java.util.Arrays;

/** Numbers of all pairs of examples. */
final class Distances {
  private Distances() {}

  /**
   * Squared Euclidean distances, (n,n). As sums of squared differences, never as |a|^2 + |b|^2 - 2
   * a.b, which cancels: equal rows have exactly 0.
   */
  static double[][] squared(Activations rows) {
    int n = rows.rows();
    double[][] columns = columns(rows.values(), n, rows.columns());
    double[][] out = new double[n][n];
    for (int i = 0; i < n; i++) {
      double[] row = out[i];
      for (double[] column : columns) {
        addSquares(column, column[i], row);
      }
    }
    return out;
  }

  private static void addSquares(double[] column, double at, double[] out) {
    for (int j = 0; j < out.length; j++) {
      double difference = column[j] - at;
      out[j] += difference * difference;
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
   * Cosines of all pairs of rows, (n,n), in [-1, 1]; NaN in the row and column of a row of zeros.
   */
  static double[][] cosines(Activations rows) {
    return cosines(unit(rows, rows.values().clone()), rows.rows(), rows.columns());
  }

  /** Pearson's correlations of all pairs of rows; NaN for a row whose numbers are all the same. */
  static double[][] correlations(Activations rows) {
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
    return cosines(unit(rows, values), rows.rows(), d);
  }

  /** Each row divided by its length; NaN for a length of 0. */
  private static double[] unit(Activations rows, double[] values) {
    int d = rows.columns();
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
    return values;
  }

  private static double[][] cosines(double[] unit, int n, int d) {
    double[][] columns = columns(unit, n, d);
    double[][] out = new double[n][n];
    for (int i = 0; i < n; i++) {
      double[] row = out[i];
      for (double[] column : columns) {
        addScaled(column, column[i], row);
      }
      for (int j = 0; j < n; j++) {
        // NaN stays.
        row[j] = row[j] > 1 ? 1 : row[j] < -1 ? -1 : row[j];
      }
    }
    return out;
  }

  private static void addScaled(double[] column, double factor, double[] out) {
    for (int j = 0; j < out.length; j++) {
      out[j] += column[j] * factor;
    }
  }

  /** Above the diagonal, row by row: n(n-1)/2 of them. */
  static double[] upper(double[][] square) {
    int n = square.length;
    double[] upper = new double[n * (n - 1) / 2];
    int at = 0;
    for (int i = 0; i < n; i++) {
      System.arraycopy(square[i], i + 1, upper, at, n - 1 - i);
      at += n - 1 - i;
    }
    return upper;
  }

  /**
   * The median of all n x n numbers of a symmetric matrix with a zero diagonal and nothing
   * negative: the diagonal counts, every other number twice. Of an even count the mean of the two
   * in the middle, as numpy.
   */
  static double median(double[][] distances) {
    long n = distances.length;
    double[] upper = upper(distances);
    Arrays.parallelSort(upper);
    long count = n * n;
    return count % 2 == 1
        ? atPlace(upper, n, count / 2)
        : (atPlace(upper, n, count / 2 - 1) + atPlace(upper, n, count / 2)) / 2;
  }

  private static double atPlace(double[] upper, long zeros, long place) {
    return place < zeros ? 0 : upper[(int) ((place - zeros) / 2)];
  }
}
