package vitrine.tests.golden;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import vitrine.kernels.Shape;
import vitrine.kernels.Tensor;

/**
 * Compares tensors and remembers, kind by kind, how many numbers were compared and the largest
 * error among them.
 */
final class Tally {
  /** What a number is, and so how close it must be: {@code |a - e| <= absolute + relative |e|}. */
  enum Kind {
    /** Residual streams, queries, neurons, logits. */
    HIDDEN(1e-4, 0),
    /** Probabilities. */
    ATTENTION(1e-5, 0),
    /** Scores before softmax, which may be large. */
    SCORES(1e-5, 1e-5),
    LOSS(1e-4, 0),
    /** Losses and gradient norms on the way through several steps. */
    TRAINING(0, 1e-4),
    /** Two paths through the same ops; logits are about 10. */
    FUSED(1e-5, 1e-5),
    /** Where the one compared with is float32 too, and close. */
    STRICT(1e-5, 0);

    private final double absolute;
    private final double relative;

    Kind(double absolute, double relative) {
      this.absolute = absolute;
      this.relative = relative;
    }

    static Kind of(String site) {
      if (site.endsWith(".pattern")) {
        return ATTENTION;
      }
      return site.endsWith(".scores") ? SCORES : HIDDEN;
    }
  }

  private static final class Worst {
    private long compared;
    private double error;
    private String where = "any";
  }

  private final Map<Kind, Worst> worst = new EnumMap<>(Kind.class);

  /** Compares a tensor; an expected NaN stands for "anything". */
  void compare(Kind kind, String what, Shape expectedShape, double[] expected, Tensor actual) {
    assertArrayEquals(
        expectedShape.toArray(),
        actual.shape().toArray(),
        () -> what + ": shape " + actual.shape() + "; expected " + expectedShape);
    compare(kind, what, expected, actual.toArray());
  }

  void compare(Kind kind, String what, double[] expected, float[] actual) {
    Worst of = worst.computeIfAbsent(kind, k -> new Worst());
    int failures = 0;
    int at = -1;
    double largest = 0;
    for (int i = 0; i < expected.length; i++) {
      if (Double.isNaN(expected[i])) {
        continue;
      }
      of.compared++;
      double error = expected[i] == actual[i] ? 0 : Math.abs(expected[i] - actual[i]);
      // An infinity is met by itself only; a NaN by nothing.
      double allowed =
          Double.isInfinite(expected[i])
              ? 0
              : kind.absolute + kind.relative * Math.abs(expected[i]);
      failures += error <= allowed ? 0 : 1;
      if (!(error <= largest)) {
        largest = error;
        at = i;
      }
    }
    if (!(largest <= of.error)) {
      of.error = largest;
      of.where = what;
    }
    if (failures > 0) {
      fail(
          "%s: %d of %d numbers differ; the largest error is %.3g at %d (%s; expected %s); allowed %s + %s |expected|"
              .formatted(
                  what,
                  failures,
                  expected.length,
                  largest,
                  at,
                  actual[at],
                  expected[at],
                  kind.absolute,
                  kind.relative));
    }
  }

  /** How many numbers have been compared. */
  long compared() {
    return worst.values().stream().mapToLong(each -> each.compared).sum();
  }

  /** One line: the largest error of each kind, and where. */
  @Override
  public String toString() {
    return worst.entrySet().stream()
        .map(entry ->
            "%s %.2g at %s"
                .formatted(
                    entry.getKey().name().toLowerCase(Locale.ROOT),
                    entry.getValue().error,
                    entry.getValue().where))
        .collect(Collectors.joining(", "));
  }
}
