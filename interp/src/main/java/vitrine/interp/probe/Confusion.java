package vitrine.interp.probe;

/**
 * How often each class was taken for each.
 *
 * @param counts (K,K): a row the class of an example, a column what the probe says
 */
@SuppressWarnings("ArrayRecordComponent") // compared by no one
public record Confusion(int[][] counts) {
  /** Counts. */
  public static Confusion of(int classes, int[] own, int[] predicted) {
    int[][] counts = new int[classes][classes];
    for (int i = 0; i < own.length; i++) {
      counts[own[i]][predicted[i]]++;
    }
    return new Confusion(counts);
  }

  public int right(int k) {
    return counts[k][k];
  }

  /** How many examples of a class there are. */
  public int examples(int k) {
    int sum = 0;
    for (int count : counts[k]) {
      sum += count;
    }
    return sum;
  }

  /** How often a class was said. */
  public int said(int k) {
    int sum = 0;
    for (int[] row : counts) {
      sum += row[k];
    }
    return sum;
  }

  /** Of what was said to be the class, the share that is; not a number where nothing was. */
  public double precision(int k) {
    return right(k) / (double) said(k);
  }

  /** Of the class, the share that was found; not a number where there is none. */
  public double recall(int k) {
    return right(k) / (double) examples(k);
  }

  /** The harmonic mean of both, as {@code 2 TP / (2 TP + FP + FN)}; 0 where the class never was. */
  public double f1(int k) {
    int all = examples(k) + said(k);
    return all == 0 ? 0 : 2.0 * right(k) / all;
  }
}
