package vitrine.interp.probe;

/**
 * Coordinates in which a linear probe's objective is about equally curved everywhere, so that the
 * way to its optimum is short whatever the features look like. Exact: the objective is the same
 * function, only its argument is named differently.
 *
 * <p>Along the principal direction j, the weights of class k have the curvature {@code n q_k v_j +
 * penalty}, with q_k the mean of p_k (1 - p_k); at the start, and as a bound, that of the class's
 * share of the rows. A coordinate is a weight times the root of that.
 */
final class Preconditioner {
  private final Directions directions;
  private final int free;
  private final double[] units;

  /**
   * @param directions of the features
   * @param rows n
   * @param spread for each of the F vectors of weights its class's share times the rest
   * @param penalty of a weight's square, times 2
   */
  Preconditioner(Directions directions, int rows, double[] spread, double penalty) {
    this.directions = directions;
    this.free = spread.length;
    int d = directions.variances().length;
    units = new double[(d + 1) * free];
    for (int k = 0; k < free; k++) {
      for (int j = 0; j < d; j++) {
        double curvature = rows * spread[k] * directions.variances()[j] + penalty;
        units[j * free + k] = 1 / Math.sqrt(curvature);
      }
      units[d * free + k] = 1 / Math.sqrt(rows * spread[k]);
    }
  }

  /**
   * Weights, (d,F) row by row, and the F intercepts behind them.
   *
   * @param point in our coordinates
   */
  double[] parameters(double[] point) {
    double[] scaled = new double[point.length];
    for (int i = 0; i < point.length; i++) {
      scaled[i] = point[i] * units[i];
    }
    int weights = point.length - free;
    double[] turned = directions.columns(java.util.Arrays.copyOf(scaled, weights), free);
    System.arraycopy(turned, 0, scaled, 0, weights);
    return scaled;
  }

  /**
   * The gradient in our coordinates.
   *
   * @param given with respect to {@link #parameters}
   * @param gradient replaced
   */
  void gradient(double[] given, double[] gradient) {
    int weights = given.length - free;
    double[] turned = directions.coordinates(java.util.Arrays.copyOf(given, weights), free);
    System.arraycopy(turned, 0, gradient, 0, weights);
    System.arraycopy(given, weights, gradient, weights, free);
    for (int i = 0; i < gradient.length; i++) {
      gradient[i] *= units[i];
    }
  }
}
