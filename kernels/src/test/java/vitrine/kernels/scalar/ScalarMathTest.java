package vitrine.kernels.scalar;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import vitrine.kernels.Activation;

class ScalarMathTest {
  /** Values from tables: Abramowitz and Stegun, table 7.1, and the DLMF. */
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "0.1, 0.1124629160182849",
    "0.5, 0.5204998778130465",
    "1, 0.8427007929497149",
    "-1, -0.8427007929497149",
    "1.5, 0.9661051464753108",
    "2, 0.9953222650189527",
    "3, 0.9999779095030014",
    "-5.5, -0.9999999999999927",
    "7, 1"
  })
  void should_match_tables_when_erf(double x, double expected) {
    assertEquals(expected, ScalarMath.erf(x), 1e-15);
  }

  @Test
  void should_stay_finite_when_activations_saturate() {
    for (Activation activation : Activation.values()) {
      double far = ScalarMath.activate(-1000, activation);
      double expected =
          switch (activation) {
            case IDENTITY -> -1000;
            case TANH -> -1;
            case GELU, GELU_TANH, QUICK_GELU, RELU, SILU -> 0;
          };
      assertEquals(expected, far, 1e-30, activation.name());
    }
  }
}
