package vitrine.interp.saliency;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

final class PathRuleTest {
  private static double integral(PathRule rule, int steps, DoubleUnaryOperator of) {
    PathRule.Nodes nodes = rule.nodes(steps);
    double sum = 0;
    for (int i = 0; i < nodes.at().length; i++) {
      sum += nodes.weights()[i] * of.applyAsDouble(nodes.at()[i]);
    }
    return sum;
  }

  @Test
  void should_be_exact_up_to_the_degree_that_each_rule_has_when_powers_are_integrated() {
    int checked = 0;
    for (int steps = 1; steps <= 40; steps++) {
      for (int power = 0; power < 2 * steps; power++) {
        int of = power;
        assertEquals(
            1.0 / (power + 1),
            integral(PathRule.GAUSS_LEGENDRE, steps, x -> Math.pow(x, of)),
            1e-13,
            steps + " " + power);
        checked++;
      }
      assertEquals(0.5, integral(PathRule.MIDPOINT, steps, x -> x), 1e-14);
      assertEquals(0.5, integral(PathRule.TRAPEZOID, steps, x -> x), 1e-14);
    }
    assertEquals(40 * 41, checked);
  }

  @Test
  void should_have_the_textbook_errors_when_squares_are_integrated() {
    // -1/12 n^2 and 1/6 n^2 of the second derivative's mean, which is 2.
    assertEquals(1.0 / 3 - 1.0 / 1200, integral(PathRule.MIDPOINT, 10, x -> x * x), 1e-14);
    assertEquals(1.0 / 3 + 1.0 / 600, integral(PathRule.TRAPEZOID, 10, x -> x * x), 1e-14);
  }

  @Test
  void should_be_a_mean_from_0_to_1_when_there_are_many_steps() {
    for (PathRule rule : PathRule.values()) {
      PathRule.Nodes nodes = rule.nodes(1024);
      double sum = 0;
      double before = -1e-9;
      for (int i = 0; i < nodes.at().length; i++) {
        sum += nodes.weights()[i];
        assertEquals(1, Math.signum(nodes.at()[i] - before), rule.label());
        before = nodes.at()[i];
      }
      assertEquals(1, sum, 1e-12, rule.label());
      assertEquals(1, Math.signum(1 + 1e-9 - before), rule.label());
    }
  }
}
