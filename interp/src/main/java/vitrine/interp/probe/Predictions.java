package vitrine.interp.probe;

/**
 * What a probe says of rows.
 *
 * @param predicted the likeliest class of each row; of equals the first
 * @param surprise -ln p of each row's own class, in nats
 */
@SuppressWarnings("ArrayRecordComponent") // handed through once, compared by no one
public record Predictions(int[] predicted, double[] surprise) {
  /** The share of rows whose class is the likeliest one. */
  public double accuracy(int[] classes) {
    return accuracy(classes, predicted.length);
  }

  /** As {@link #accuracy(int[])}, of the first rows. */
  public double accuracy(int[] classes, int rows) {
    int right = 0;
    for (int i = 0; i < rows; i++) {
      right += predicted[i] == classes[i] ? 1 : 0;
    }
    return right / (double) rows;
  }

  /** Gathers what is said of rows, block by block. */
  static final class Gathered {
    private final int[] own;
    private final int[] predicted;
    private final double[] surprise;
    private int at;

    /**
     * @param own the class of each row; one that the probe does not know is negative, and its
     *     surprise infinite
     */
    Gathered(int[] own) {
      this.own = own;
      this.predicted = new int[own.length];
      this.surprise = new double[own.length];
    }

    /** The scores of the next rows, (rows,K). */
    void add(double[] scores, int classes) {
      for (int row = 0; row < scores.length / classes; row++, at++) {
        predicted[at] = Softmax.largest(scores, row * classes, classes);
        surprise[at] =
            own[at] < 0
                ? Double.POSITIVE_INFINITY
                : Softmax.surprise(scores, row * classes, classes, own[at]);
      }
    }

    Predictions predictions() {
      return new Predictions(predicted, surprise);
    }
  }
}
