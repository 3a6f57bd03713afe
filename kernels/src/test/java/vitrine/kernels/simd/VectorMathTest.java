package vitrine.kernels.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;

/** The errors that the class comment of VectorMath states, on a fine grid. */
class VectorMathTest {
  @Test
  void should_stay_within_the_stated_error_when_exp() {
    double worst = worst(-87.2f, 88.6f, VectorMath::exp, Math::exp, Math::exp);
    assertTrue(worst < 1.5e-7, "exp: largest relative error " + worst);
  }

  @Test
  void should_stay_within_the_stated_error_when_tanh() {
    double worst = worst(-9.9f, 9.9f, VectorMath::tanh, Math::tanh, x -> Math.abs(Math.tanh(x)));
    assertTrue(worst < 2.5e-7, "tanh: largest relative error " + worst);
  }

  @Test
  void should_stay_within_the_stated_error_when_gelu_tanh() {
    DoubleUnaryOperator exact =
        x -> x / (1 + Math.exp(-2 * Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
    double worst = worst(-12f, 12f, VectorMath::geluTanh, exact, x -> Math.max(1, Math.abs(x)));
    assertTrue(worst < 4e-7, "GELU: largest error, relative beyond 1, " + worst);
  }

  @Test
  void should_be_exactly_zero_when_exp_of_what_is_masked() {
    FloatVector hidden = Lanes.all(Float.NEGATIVE_INFINITY);
    assertEquals(0f, VectorMath.exp(hidden).lane(0));
    assertEquals(0f, VectorMath.exp(Lanes.all(-1000f)).lane(0));
    assertTrue(Float.isNaN(VectorMath.exp(Lanes.all(Float.NaN)).lane(0)));
    assertTrue(VectorMath.exp(Lanes.all(1000f)).lane(0) > 3e38f);
  }

  /** The largest error over a grid, divided by {@code unit} of the argument. */
  private static double worst(
      float from,
      float to,
      UnaryOperator<FloatVector> function,
      DoubleUnaryOperator exact,
      DoubleUnaryOperator unit) {
    double worst = 0;
    int steps = 40_000;
    float[] lanes = new float[Lanes.COUNT];
    for (int i = 0; i < steps; i += lanes.length) {
      for (int lane = 0; lane < lanes.length; lane++) {
        lanes[lane] = from + (to - from) * (i + lane) / steps;
      }
      float[] y = function.apply(FloatVector.fromArray(Lanes.SPECIES, lanes, 0)).toArray();
      for (int lane = 0; lane < lanes.length; lane++) {
        double x = lanes[lane];
        if (x != 0) {
          double error = Math.abs(y[lane] - exact.applyAsDouble(x)) / unit.applyAsDouble(x);
          worst = Math.max(worst, error);
        }
      }
    }
    return worst;
  }
}
