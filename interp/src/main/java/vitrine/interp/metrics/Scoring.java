package vitrine.interp.metrics;

/** Numbers of one row of logits, in double. */
final class Scoring {
  private Scoring() {}

  /** ln of the sum of exponentials, every exponent less the largest. */
  static double logSum(float[] rows, int from, int width) {
    double largest = Double.NEGATIVE_INFINITY;
    for (int i = from; i < from + width; i++) {
      largest = Math.max(largest, rows[i]);
    }
    double sum = 0;
    for (int i = from; i < from + width; i++) {
      sum += Math.exp(rows[i] - largest);
    }
    return largest + Math.log(sum);
  }

  static double probability(float[] rows, int from, int width, int token) {
    return Math.exp(rows[from + token] - logSum(rows, from, width));
  }

  /** 1 more than how many are larger; NaN where the token's own is no number. */
  static double rank(float[] rows, int from, int width, int token) {
    float own = rows[from + token];
    if (Float.isNaN(own)) {
      return Double.NaN;
    }
    int rank = 1;
    for (int i = from; i < from + width; i++) {
      rank += rows[i] > own ? 1 : 0;
    }
    return rank;
  }

  /** {@code sum p (ln p - ln q)}, p of the first rows and q of the second, both at that place. */
  static double divergence(float[] clean, float[] edited, int from, int width) {
    double ofClean = logSum(clean, from, width);
    double ofEdited = logSum(edited, from, width);
    double sum = 0;
    for (int i = from; i < from + width; i++) {
      double ln = clean[i] - ofClean;
      double p = Math.exp(ln);
      sum += p == 0 ? 0 : p * (ln - (edited[i] - ofEdited));
    }
    return sum;
  }

  /** The place of the largest; the first of equal ones. */
  static int highest(float[] rows, int from, int width) {
    int best = from;
    for (int i = from; i < from + width; i++) {
      best = rows[i] > rows[best] ? i : best;
    }
    return best - from;
  }
}
