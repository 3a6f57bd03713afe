package vitrine.kernels.scalar;

import vitrine.kernels.Activation;

/** The pointwise functions, in double. */
final class ScalarMath {
  private static final double SQRT_HALF = Math.sqrt(0.5);
  private static final double TWO_OVER_SQRT_PI = 2 / Math.sqrt(Math.PI);
  private static final double SQRT_TWO_OVER_PI = Math.sqrt(2 / Math.PI);

  private ScalarMath() {}

  static double activate(double x, Activation activation) {
    return switch (activation) {
      case IDENTITY -> x;
      case GELU -> 0.5 * x * (1 + erf(x * SQRT_HALF));
      case GELU_TANH -> 0.5 * x * (1 + Math.tanh(SQRT_TWO_OVER_PI * (x + 0.044715 * x * x * x)));
      case QUICK_GELU -> x / (1 + Math.exp(-1.702 * x));
      case RELU -> Math.max(x, 0);
      case SILU -> x / (1 + Math.exp(-x));
      case TANH -> Math.tanh(x);
    };
  }

  /** The derivative of {@link #activate}; at 0 that of relu is 0. */
  static double slope(double x, Activation activation) {
    return switch (activation) {
      case IDENTITY -> 1;
      case GELU -> 0.5 * (1 + erf(x * SQRT_HALF)) + x * normalDensity(x);
      case GELU_TANH -> {
        double t = Math.tanh(SQRT_TWO_OVER_PI * (x + 0.044715 * x * x * x));
        double inner = SQRT_TWO_OVER_PI * (1 + 3 * 0.044715 * x * x);
        yield 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * inner;
      }
      case QUICK_GELU -> slopeOfGated(x, 1.702);
      case RELU -> Double.isNaN(x) ? x : x > 0 ? 1 : 0;
      case SILU -> slopeOfGated(x, 1);
      case TANH -> 1 - Math.tanh(x) * Math.tanh(x);
    };
  }

  private static double normalDensity(double x) {
    return Math.exp(-0.5 * x * x) * 0.5 * SQRT_HALF * TWO_OVER_SQRT_PI;
  }

  /** Of x sigmoid(steepness x). */
  private static double slopeOfGated(double x, double steepness) {
    double gate = 1 / (1 + Math.exp(-steepness * x));
    return gate + steepness * x * gate * (1 - gate);
  }

  /**
   * The error function, by Abramowitz and Stegun 7.1.6:
   *
   * <pre>{@code erf x = 2/sqrt(pi) exp(-x^2) sum over n of 2^n x^(2n+1) / (1 * 3 * ... * (2n+1))}
   * </pre>
   *
   * All terms have one sign, so nothing cancels and the error stays near that of exp: below 1e-14.
   */
  static double erf(double x) {
    if (Math.abs(x) >= 6) { // 1 - erf 6 is 2e-17
      return Math.signum(x);
    }
    double term = x;
    double sum = x;
    for (int odd = 3; Math.abs(term) > 1e-17 * Math.abs(sum); odd += 2) {
      term *= 2 * x * x / odd;
      sum += term;
    }
    return TWO_OVER_SQRT_PI * Math.exp(-x * x) * sum;
  }
}
