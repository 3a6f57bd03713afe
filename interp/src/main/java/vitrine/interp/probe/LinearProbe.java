package vitrine.interp.probe;

/**
 * A probe that was fitted: scores are x' W + b, with x' counted from the origin of what it was
 * fitted to.
 *
 * @param origin of the features
 * @param classes K
 * @param scaled W, (d,K), row-major, on x'; of two classes the first's are 0
 * @param shifted b, (K)
 * @param objective the least {@code sum of -ln p + ||W||^2 / (2C)}, natural logarithms
 * @param iterations that it took
 * @param fit whether it is the optimum
 */
@SuppressWarnings("ArrayRecordComponent") // compared by no one
public record LinearProbe(
    Origin origin,
    int classes,
    double[] scaled,
    double[] shifted,
    double objective,
    int iterations,
    Fit fit)
    implements Probe {

  /** d. */
  public int width() {
    return origin.means().length;
  }

  /** W, (d,K), row-major, on features as they were given. */
  public double[] weights() {
    double[] weights = new double[scaled.length];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = origin.weight(scaled[i]);
    }
    return weights;
  }

  /** b, (K), on features as they were given. */
  public double[] intercepts() {
    double[] weights = weights();
    double[] intercepts = new double[classes];
    for (int k = 0; k < classes; k++) {
      intercepts[k] = shifted[k];
      for (int j = 0; j < width(); j++) {
        intercepts[k] -= origin.means()[j] * weights[j * classes + k];
      }
    }
    return intercepts;
  }

  @Override
  public Predictions predict(Features x, int[] own) {
    Predictions.Gathered gathered = new Predictions.Gathered(own);
    try (LinearMap map = new LinearMap(x, classes)) {
      map.put(scaled, shifted);
      for (int block = 0; block < x.blocks().size(); block++) {
        gathered.add(map.scores(block), classes);
      }
    }
    return gathered.predictions();
  }
}
