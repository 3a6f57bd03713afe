package vitrine.interp.probe;

/** The softmax of rows of scores, in double, and without losing digits to 1 - p. */
final class Softmax {
  private final double[] exponentials;
  private final double[] sums;

  /**
   * @param count K
   */
  Softmax(int count) {
    exponentials = new double[count];
    sums = new double[count];
  }

  /** The gradients of all rows so far, added up: (K). */
  double[] sums() {
    return sums;
  }

  /** The place of the largest score within the row; of equals the first. */
  static int largest(double[] scores, int at, int count) {
    int largest = 0;
    for (int k = 1; k < count; k++) {
      largest = scores[at + k] > scores[at + largest] ? k : largest;
    }
    return largest;
  }

  /**
   * {@code -ln p(own)}.
   *
   * @param at where the row begins
   */
  static double surprise(double[] scores, int at, int count, int own) {
    int top = largest(scores, at, count);
    double others = 0;
    for (int k = 0; k < count; k++) {
      others += k == top ? 0 : Math.exp(scores[at + k] - scores[at + top]);
    }
    return Math.log1p(others) + (scores[at + top] - scores[at + own]);
  }

  /**
   * {@code -ln p(own)}, and its gradient by the scores: p, of the own class minus the sum of all
   * others'.
   *
   * @param scores replaced by the gradient within the row
   */
  double loss(double[] scores, int at, int own) {
    int count = sums.length;
    int top = largest(scores, at, count);
    double best = scores[at + top];
    double ofOwn = scores[at + own];
    double others = 0;
    for (int k = 0; k < count; k++) {
      if (k != top) {
        exponentials[k] = Math.exp(scores[at + k] - best);
        others += exponentials[k];
      }
    }
    exponentials[top] = 1;
    double rest = 0;
    for (int k = 0; k < count; k++) {
      if (k != own) {
        double p = exponentials[k] / (1 + others);
        rest += p;
        scores[at + k] = p;
        sums[k] += p;
      }
    }
    scores[at + own] = -rest;
    sums[own] -= rest;
    return Math.log1p(others) + (best - ofOwn);
  }
}
