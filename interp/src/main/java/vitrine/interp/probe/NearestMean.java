package vitrine.interp.probe;

import vitrine.kernels.Tensor;

/**
 * The nearest class mean, by Euclidean distance; scikit-learn's {@code NearestCentroid}. Written as
 * what it is, a linear probe: normal distributions about the means, all with the same variance in
 * all directions, that of the rows about their means. Its objective is the sum of -ln p.
 */
public record NearestMean() implements ProbeKind {
  @Override
  public String label() {
    return "nearest-mean";
  }

  @Override
  public LinearProbe fit(Features x, Directions directions, int[] classes, int rows, int count) {
    int d = x.width();
    double[] means = new double[count * d];
    int[] examples = new int[count];
    each(
        x,
        rows,
        (row, values, at) -> {
          examples[classes[row]]++;
          for (int j = 0; j < d; j++) {
            means[classes[row] * d + j] += values[at + j];
          }
        });
    for (int i = 0; i < means.length; i++) {
      means[i] /= Math.max(1, examples[i / d]);
    }
    double[] squares = new double[1];
    each(
        x,
        rows,
        (row, values, at) -> {
          for (int j = 0; j < d; j++) {
            double distance = values[at + j] - means[classes[row] * d + j];
            squares[0] += distance * distance;
          }
        });
    double variance = squares[0] == 0 ? 1e-12 : squares[0] / ((double) rows * d);
    double[] weights = new double[d * count];
    double[] intercepts = new double[count];
    for (int k = 0; k < count; k++) {
      double length = 0;
      for (int j = 0; j < d; j++) {
        weights[j * count + k] = means[k * d + j] / variance;
        length += means[k * d + j] * means[k * d + j];
      }
      intercepts[k] = examples[k] == 0 ? Double.NEGATIVE_INFINITY : -length / (2 * variance);
    }
    LinearProbe probe =
        new LinearProbe(x.origin(), count, weights, intercepts, 0, 0, Probe.Fit.OPTIMAL);
    double objective = 0;
    double[] surprise = probe.predict(x, classes).surprise();
    for (int row = 0; row < rows; row++) {
      objective += surprise[row];
    }
    return new LinearProbe(x.origin(), count, weights, intercepts, objective, 0, Probe.Fit.OPTIMAL);
  }

  /** Something that is done with each row. */
  @FunctionalInterface
  private interface Visit {
    /** The row's numbers begin at {@code at}. */
    void row(int row, float[] values, int at);
  }

  private static void each(Features x, int rows, Visit visit) {
    for (int block = 0; block < Features.blocksBefore(rows); block++) {
      Tensor values = x.blocks().get(block);
      float[] all = values.toArray();
      for (int i = 0; i < values.shape().dim(0); i++) {
        int row = Features.first(block) + i;
        if (row < rows) {
          visit.row(row, all, i * x.width());
        }
      }
    }
  }
}
