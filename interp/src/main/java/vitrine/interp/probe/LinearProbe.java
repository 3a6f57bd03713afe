package vitrine.interp.probe;

import java.lang.foreign.MemorySegment;
import vitrine.kernels.Activation;
import vitrine.kernels.Kernels;
import vitrine.kernels.Shape;
import vitrine.kernels.Tensor;
import vitrine.kernels.Weight;
import vitrine.kernels.Workspace;

/**
 * A probe that was fitted: scores are x W + b.
 *
 * @param width d
 * @param classes K
 * @param weights W, (d,K), row-major; of two classes the first's are 0
 * @param intercepts b, (K)
 * @param objective the least {@code sum of -ln p + ||W||^2 / (2C)}, natural logarithms
 * @param iterations that it took
 * @param fit whether it is the optimum
 */
@SuppressWarnings("ArrayRecordComponent") // compared by no one
public record LinearProbe(
    int width,
    int classes,
    float[] weights,
    float[] intercepts,
    double objective,
    int iterations,
    LogisticRegression.Fit fit) {

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
      int right = 0;
      for (int i = 0; i < predicted.length; i++) {
        right += predicted[i] == classes[i] ? 1 : 0;
      }
      return right / (double) predicted.length;
    }
  }

  /**
   * Applies the probe.
   *
   * @param x (n,d)
   * @param own the class of each row, for its surprise; one that the probe does not know is
   *     negative, and its surprise infinite
   */
  public Predictions predict(Features x, int[] own) {
    Kernels kernels = x.kernels();
    int[] predicted = new int[x.rows()];
    double[] surprise = new double[x.rows()];
    try (Workspace workspace = kernels.workspace()) {
      Weight w =
          kernels.pack(
              workspace, MemorySegment.ofArray(weights), width, classes, Weight.Layout.IN_OUT);
      Tensor b = kernels.upload(workspace, Shape.of(classes), intercepts);
      int at = 0;
      for (Tensor block : x.blocks()) {
        int n = block.shape().dim(0);
        try (Workspace passing = kernels.workspace()) {
          Tensor scores = passing.allocate(n, classes);
          kernels.linear(block, w, b, Activation.IDENTITY, scores);
          float[] values = scores.toArray();
          for (int row = 0; row < n; row++, at++) {
            predicted[at] = largest(values, row * classes);
            surprise[at] =
                own[at] < 0
                    ? Double.POSITIVE_INFINITY
                    : logSumOfExp(values, row * classes) - values[row * classes + own[at]];
          }
        }
      }
    }
    return new Predictions(predicted, surprise);
  }

  private int largest(float[] scores, int at) {
    int largest = 0;
    for (int k = 1; k < classes; k++) {
      largest = scores[at + k] > scores[at + largest] ? k : largest;
    }
    return largest;
  }

  private double logSumOfExp(float[] scores, int at) {
    double most = scores[at + largest(scores, at)];
    double sum = 0;
    for (int k = 0; k < classes; k++) {
      sum += Math.exp(scores[at + k] - most);
    }
    return most + Math.log(sum);
  }
}
