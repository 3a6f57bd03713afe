package vitrine.interp.stats;

/**
 * How two numbers of the same unit go together. For an interval, hand these to {@link Resampling},
 * so that sentences stay the unit.
 *
 * <p>This is for findings: where one side does not vary there is none, and it is NaN. How well a
 * model does on labelled data is {@code vitrine.engine.training.Scores}, of {@code evaluate} and of
 * metrics: a model whose answers are all the same is not undefined but bad, and has 0 there.
 */
public final class Correlation {
  private Correlation() {}

  /** Pearson's product-moment correlation; NaN for fewer than two pairs or a constant side. */
  public static double pearson(double[] x, double[] y) {
    Sample.requireSameLength("correlation", x, y);
    if (x.length < 2 || Sample.isConstant(x) || Sample.isConstant(y)) {
      return Double.NaN;
    }
    double[] a = unit(x);
    double[] b = unit(y);
    Sums product = new Sums();
    for (int i = 0; i < a.length; i++) {
      product.add(a[i] * b[i]);
    }
    double r = product.value();
    return Double.isNaN(r) ? r : Math.clamp(r, -1.0, 1.0);
  }

  /** Spearman's rank correlation: Pearson's of the ranks, equal numbers sharing their mean rank. */
  public static double spearman(double[] x, double[] y) {
    Sample.requireSameLength("correlation", x, y);
    if (Sample.hasNaN(x) || Sample.hasNaN(y)) {
      return Double.NaN;
    }
    return pearson(Ranks.of(x), Ranks.of(y));
  }

  /** The distances from the mean, of length 1; scaled first, so that no square overflows. */
  private static double[] unit(double[] values) {
    double mean = Sample.mean(values);
    double[] distances = new double[values.length];
    double largest = 0;
    for (int i = 0; i < values.length; i++) {
      distances[i] = values[i] - mean;
      largest = Math.max(largest, Math.abs(distances[i]));
    }
    Sums squares = new Sums();
    for (int i = 0; i < distances.length; i++) {
      distances[i] /= largest;
      squares.add(distances[i] * distances[i]);
    }
    double norm = Math.sqrt(squares.value());
    for (int i = 0; i < distances.length; i++) {
      distances[i] /= norm;
    }
    return distances;
  }
}
