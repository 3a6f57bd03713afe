package vitrine.interp.compare.measures;

import org.ejml.data.DMatrixRMaj;

/**
 * One matrix as the linear measures see it: centred X = U S V', without U.
 *
 * @param s (k) singular values, descending
 * @param vt (k,d) V'
 * @param rank how many of them count
 * @param lengths (d) of the centred columns; exactly 0 for constant ones
 */
@SuppressWarnings("ArrayRecordComponent") // handed through once, compared by no one
record Side(double[] s, DMatrixRMaj vt, int rank, double[] lengths) {
  static Side of(Decompositions.Svd svd, double tolerance, double[] lengths) {
    double least = tolerance * svd.s()[0];
    int rank = 0;
    while (rank < svd.s().length && svd.s()[rank] > least) {
      rank++;
    }
    return new Side(svd.s(), svd.vt(), rank, lengths);
  }

  /** The sum of the singular values, raised to a power. */
  double sumOfPowers(int power) {
    double sum = 0;
    for (int i = s.length - 1; i >= 0; i--) {
      sum += Math.pow(s[i], power);
    }
    return sum;
  }

  /** How many directions SVCCA keeps. */
  int kept(Options.Keep keep) {
    return switch (keep) {
      case Options.Count count -> Math.min(count.directions(), rank);
      case Options.Variance variance -> {
        double whole = sumOfPowers(2);
        double sum = 0;
        int kept = 0;
        while (kept < rank && sum < variance.share() * whole) {
          sum += s[kept] * s[kept];
          kept++;
        }
        yield kept;
      }
    };
  }

  /** X's own coordinates of each direction: (k,d) S V'. */
  DMatrixRMaj scaledVt() {
    DMatrixRMaj scaled = vt.copy();
    for (int i = 0; i < scaled.numRows; i++) {
      for (int j = 0; j < scaled.numCols; j++) {
        scaled.data[i * scaled.numCols + j] *= s[i];
      }
    }
    return scaled;
  }
}
