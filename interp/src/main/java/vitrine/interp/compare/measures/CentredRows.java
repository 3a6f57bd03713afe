package vitrine.interp.compare.measures;

import org.ejml.data.DMatrixRMaj;

/**
 * Some rows about their own mean, made once for all the sums that take them in.
 *
 * @param origin (d) what was taken off first: numbers far from zero keep their digits about it
 * @param mean (d) of the rows less the origin
 * @param values (n,d) the rows less both
 * @param squaredLengths (n) of the values
 */
@SuppressWarnings("ArrayRecordComponent") // handed through once, compared by no one
record CentredRows(double[] origin, double[] mean, DMatrixRMaj values, double[] squaredLengths) {
  static CentredRows of(Activations rows, double[] origin) {
    int d = rows.columns();
    double[] values = rows.values().clone();
    double[] mean = new double[d];
    takeOff(values, origin);
    // Twice: the second time takes off what the mean's own rounding left.
    for (int time = 0; time < 2; time++) {
      double[] means = new double[d];
      for (int i = 0; i < values.length; i += d) {
        for (int j = 0; j < d; j++) {
          means[j] += values[i + j];
        }
      }
      for (int j = 0; j < d; j++) {
        means[j] /= rows.rows();
        mean[j] += means[j];
      }
      takeOff(values, means);
    }
    return new CentredRows(
        origin,
        mean,
        DMatrixRMaj.wrap(rows.rows(), d, values),
        Basis.squaredLengths(Activations.ofOwn(rows.rows(), d, values)));
  }

  private static void takeOff(double[] values, double[] row) {
    for (int i = 0; i < values.length; i += row.length) {
      for (int j = 0; j < row.length; j++) {
        values[i + j] -= row[j];
      }
    }
  }

  int rows() {
    return values.numRows;
  }

  /** In another order: the mean stays. */
  CentredRows shuffled(int[] order) {
    double[] lengths = new double[order.length];
    for (int i = 0; i < order.length; i++) {
      lengths[i] = squaredLengths[order[i]];
    }
    return new CentredRows(origin, mean, Products.rows(values, order), lengths);
  }
}
