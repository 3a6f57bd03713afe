package vitrine.tests.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.Arrays;

/**
 * Compares tensors by the length of their difference, relative to the length of what is expected,
 * and remembers the largest error and how many were compared.
 */
final class Lengths {
  /** What is zero in exact arithmetic may be this part of the largest tensor beside it. */
  private static final double ZERO = 1e-6;

  private final double tolerance;
  private int compared;
  private int zeros;
  private double largest;
  private String where = "any";
  private double largestZero;

  /**
   * @param tolerance the most that {@code |a - e| / |e|} may be
   */
  Lengths(double tolerance) {
    this.tolerance = tolerance;
  }

  /**
   * Compares a tensor; an expected NaN stands for "anything", and a tensor of nothing else is not
   * counted.
   *
   * @param beside the length of the largest tensor of the same kind, for those that should be zero
   */
  void compare(String what, double[] expected, float[] actual, double beside) {
    assertEquals(expected.length, actual.length, () -> what + ": how many numbers");
    double difference = 0;
    for (int i = 0; i < expected.length; i++) {
      if (!Double.isNaN(expected[i])) {
        difference += (actual[i] - expected[i]) * (actual[i] - expected[i]);
      }
    }
    if (Arrays.stream(expected).allMatch(Double::isNaN)) {
      return;
    }
    double length = of(expected);
    boolean zero = length == 0;
    double error = Math.sqrt(difference) / (zero ? Math.max(beside, Double.MIN_NORMAL) : length);
    compared++;
    zeros += zero ? 1 : 0;
    if (!(error <= (zero ? ZERO : tolerance))) {
      int at = worst(expected, actual);
      fail(
          "%s: the difference is %.3g of the expected length %.3g; allowed %s; at %d is %s, expected %s"
              .formatted(
                  what,
                  error,
                  zero ? beside : length,
                  zero ? ZERO : tolerance,
                  at,
                  actual[at],
                  expected[at]));
    }
    if (zero) {
      largestZero = Math.max(largestZero, error);
    } else if (error > largest) {
      largest = error;
      where = what;
    }
  }

  /** The length of a tensor, NaN left out. */
  static double of(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += Double.isNaN(value) ? 0 : value * value;
    }
    return Math.sqrt(sum);
  }

  private static int worst(double[] expected, float[] actual) {
    int at = 0;
    double most = -1;
    for (int i = 0; i < expected.length; i++) {
      double error = Math.abs(expected[i] - actual[i]);
      boolean counts = !Double.isNaN(expected[i]);
      if (counts && (error > most || Double.isNaN(error))) {
        at = i;
        most = Double.isNaN(error) ? Double.POSITIVE_INFINITY : error;
      }
    }
    return at;
  }

  /** How many tensors have been compared. */
  int compared() {
    return compared;
  }

  @Override
  public String toString() {
    return "%d tensors within %.2g (%s), %d of them zero within %.2g"
        .formatted(compared, largest, where, zeros, largestZero);
  }
}
