package vitrine.interp.lens;

import java.util.Arrays;

/** What one row of logits says. All in double; numbers are nats. */
final class Readout {
  private final float[] logits;
  private final int from;
  private final int width;
  private final double logSum;

  /**
   * @param logits rows one after the other
   * @param row which
   * @param width V
   */
  Readout(float[] logits, int row, int width) {
    this.logits = logits;
    this.from = row * width;
    this.width = width;
    double largest = Double.NEGATIVE_INFINITY;
    for (int i = from; i < from + width; i++) {
      largest = Math.max(largest, logits[i]);
    }
    double sum = 0;
    for (int i = from; i < from + width; i++) {
      sum += Math.exp(logits[i] - largest);
    }
    this.logSum = largest + Math.log(sum);
  }

  double logit(int token) {
    return logits[from + token];
  }

  double logProbability(int token) {
    return logits[from + token] - logSum;
  }

  double probability(int token) {
    return Math.exp(logProbability(token));
  }

  /** 1 more than how many are larger. */
  int rank(int token) {
    float own = logits[from + token];
    int rank = 1;
    for (int i = from; i < from + width; i++) {
      rank += logits[i] > own ? 1 : 0;
    }
    return rank;
  }

  double entropy() {
    double sum = 0;
    for (int i = from; i < from + width; i++) {
      double ln = logits[i] - logSum;
      double p = Math.exp(ln);
      sum -= p == 0 ? 0 : p * ln;
    }
    return sum;
  }

  /** The divergence of another from this, {@code sum p (ln p - ln q)}, p of this. */
  double divergence(Readout other) {
    double sum = 0;
    for (int i = 0; i < width; i++) {
      double ln = logits[from + i] - logSum;
      double p = Math.exp(ln);
      sum += p == 0 ? 0 : p * (ln - (other.logits[other.from + i] - other.logSum));
    }
    return sum;
  }

  /** The likeliest, first the first; of equal ones the smaller id. */
  int[] top(int count) {
    int most = Math.min(count, width);
    int[] best = new int[most];
    int held = 0;
    for (int i = 0; i < width; i++) {
      int at = held;
      while (at > 0 && logits[from + i] > logits[from + best[at - 1]]) {
        at--;
      }
      if (at < most) {
        int end = Math.min(held, most - 1);
        System.arraycopy(best, at, best, at + 1, end - at);
        best[at] = i;
        held = Math.min(held + 1, most);
      }
    }
    return Arrays.copyOf(best, held);
  }
}
