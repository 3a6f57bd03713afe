package vitrine.interp.metrics;

/** Numbers of one row of logits, in double. */
final class Scoring {
  private Scoring() {}

  /** ln of the sum of exponentials, every exponent less the largest. */
  static double logSum(float[] row) {
    double largest = Double.NEGATIVE_INFINITY;
    for (float each : row) {
      largest = Math.max(largest, each);
    }
    double sum = 0;
    for (float each : row) {
      sum += Math.exp(each - largest);
    }
    return largest + Math.log(sum);
  }

  static double probability(float[] row, int token) {
    return Math.exp(row[token] - logSum(row));
  }

  /** 1 more than how many are larger; NaN where the token's own is no number. */
  static double rank(float[] row, int token) {
    float own = row[token];
    if (Float.isNaN(own)) {
      return Double.NaN;
    }
    int rank = 1;
    for (float each : row) {
      rank += each > own ? 1 : 0;
    }
    return rank;
  }

  /**
   * {@code sum p (ln p - ln q)}, p of the clean row and q of the edited one.
   *
   * @param ofClean the clean row's {@link #logSum}
   */
  static double divergence(float[] clean, double ofClean, float[] edited) {
    double ofEdited = logSum(edited);
    double sum = 0;
    for (int i = 0; i < clean.length; i++) {
      double ln = clean[i] - ofClean;
      double p = Math.exp(ln);
      sum += p == 0 ? 0 : p * (ln - (edited[i] - ofEdited));
    }
    return sum;
  }

  /** The place of the largest; the first of equal ones. */
  static int highest(float[] row) {
    int best = 0;
    for (int i = 1; i < row.length; i++) {
      best = row[i] > row[best] ? i : best;
    }
    return best;
  }
}
