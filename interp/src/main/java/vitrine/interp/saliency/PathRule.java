package vitrine.interp.saliency;

/** How an integral from 0 to 1 becomes a sum. */
public enum PathRule {
  /** The middles of n equal pieces; n points. */
  MIDPOINT("midpoint") {
    @Override
    Nodes nodes(int steps) {
      double[] at = new double[steps];
      double[] weights = new double[steps];
      for (int i = 0; i < steps; i++) {
        at[i] = (i + 0.5) / steps;
        weights[i] = 1.0 / steps;
      }
      return new Nodes(at, weights);
    }
  },

  /** The ends of n equal pieces, first and last with half the weight; n + 1 points. */
  TRAPEZOID("trapezoid") {
    @Override
    Nodes nodes(int steps) {
      double[] at = new double[steps + 1];
      double[] weights = new double[steps + 1];
      for (int i = 0; i <= steps; i++) {
        at[i] = (double) i / steps;
        weights[i] = (i == 0 || i == steps ? 0.5 : 1) / steps;
      }
      return new Nodes(at, weights);
    }
  },

  /** The roots of the n-th Legendre polynomial: exact for polynomials of degree 2n - 1. */
  GAUSS_LEGENDRE("gauss-legendre") {
    @Override
    Nodes nodes(int steps) {
      double[] at = new double[steps];
      double[] weights = new double[steps];
      for (int i = 0; i < steps; i++) {
        // Newton's method from the usual estimate (Press et al., Numerical Recipes, gauleg).
        double x = Math.cos(Math.PI * (i + 0.75) / (steps + 0.5));
        double slope = 0;
        for (int round = 0; round < 100; round++) {
          double[] value = legendre(steps, x);
          slope = value[1];
          double step = value[0] / slope;
          x -= step;
          if (Math.abs(step) < 1e-15) {
            break;
          }
        }
        slope = legendre(steps, x)[1];
        at[steps - 1 - i] = 0.5 * (1 + x);
        weights[steps - 1 - i] = 1 / ((1 - x * x) * slope * slope);
      }
      return new Nodes(at, weights);
    }
  };

  private final String label;

  PathRule(String label) {
    this.label = label;
  }

  /** As the command line has it. */
  public String label() {
    return label;
  }

  /**
   * Where the integrand is taken, and what each counts.
   *
   * @param at from 0 to 1, ascending
   * @param weights that add up to 1
   */
  @SuppressWarnings("ArrayRecordComponent") // made and used within one integration
  record Nodes(double[] at, double[] weights) {}

  /**
   * The points of the rule.
   *
   * @param steps at least 1
   */
  abstract Nodes nodes(int steps);

  /** The n-th Legendre polynomial and its derivative. */
  private static double[] legendre(int n, double x) {
    double before = 1;
    double value = x;
    for (int k = 2; k <= n; k++) {
      double next = ((2 * k - 1) * x * value - (k - 1) * before) / k;
      before = value;
      value = next;
    }
    return new double[] {value, n * (x * value - before) / (x * x - 1)};
  }
}
