package vitrine.interp.probe;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import vitrine.kernels.Activation;
import vitrine.kernels.Backends;
import vitrine.kernels.Kernels;

final class NetworkTest {
  private static final int ROWS = 300;

  private static Kernels kernels;

  @BeforeAll
  static void open() {
    kernels = Backends.open("auto", 1, note -> {});
  }

  @AfterAll
  static void close() {
    kernels.close();
  }

  /** Two numbers near -1 or 1, scaled and far away. */
  private static Features features(long seed) {
    Random random = new Random(seed);
    double[][] rows = new double[ROWS][];
    for (int i = 0; i < ROWS; i++) {
      rows[i] =
          new double[] {
            100 + 5 * (i % 2 * 2 - 1 + 0.2 * random.nextGaussian()),
            100 + 5 * (i / 2 % 2 * 2 - 1 + 0.2 * random.nextGaussian())
          };
    }
    return Features.of(kernels, new Features.Given("x", ROWS, 2, i -> rows[i]));
  }

  /** Whether the two have the same sign: no line tells. */
  private static int[] exclusive() {
    int[] classes = new int[ROWS];
    for (int i = 0; i < ROWS; i++) {
      classes[i] = i % 2 == i / 2 % 2 ? 1 : 0;
    }
    return classes;
  }

  private static Network network(Activation activation, Integer... hidden) {
    return Network.of(List.of(hidden), activation, 1, 3);
  }

  @Test
  void should_tell_what_no_line_can_when_there_is_a_hidden_layer() {
    int[] classes = exclusive();
    try (Features x = features(1)) {
      Directions directions = Directions.of(x);
      Probe line = LogisticRegression.of(1).fit(x, classes, 2);
      assertTrue(line.predict(x, classes).accuracy(classes) < 0.8);
      Probe bent = network(Activation.RELU, 16).fit(x, directions, classes, ROWS, 2);
      assertEquals(1, bent.predict(x, classes).accuracy(classes));
      Probe deep = network(Activation.RELU, 16, 8).fit(x, directions, classes, ROWS, 2);
      assertEquals(1, deep.predict(x, classes).accuracy(classes));
    }
  }

  /**
   * With rank enough, the least of (||U||^2 + ||V||^2) / (2C) over W = UV is ||W||_* / C: at the
   * minimum both factors have the same length, and the objective is never below that of no penalty.
   */
  @Test
  void should_share_the_weight_evenly_when_of_limited_rank() {
    Random random = new Random(5);
    double[][] rows = new double[ROWS][4];
    int[] classes = new int[ROWS];
    for (int i = 0; i < ROWS; i++) {
      classes[i] = i % 3;
      for (int j = 0; j < 4; j++) {
        rows[i][j] = random.nextGaussian() + (j == classes[i] ? 1.5 : 0);
      }
    }
    try (Features x = Features.of(kernels, new Features.Given("x", ROWS, 4, i -> rows[i]))) {
      double free = LogisticRegression.of(1e6).fit(x, classes, 3).objective();
      NetworkProbe probe =
          network(Activation.IDENTITY, 2).fit(x, Directions.of(x), classes, ROWS, 3);
      double u = 0;
      double v = 0;
      for (int i = 0; i < 8; i++) {
        u += Math.pow(x.origin().weight(probe.parameters()[i]), 2);
      }
      for (int i = 10; i < 16; i++) {
        v += Math.pow(probe.parameters()[i], 2);
      }
      assertEquals(1, u / v, 0.02);
      assertTrue(probe.objective() > free && probe.objective() < 1.3 * free + 10, probe + "");
      double less =
          network(Activation.IDENTITY, 1).fit(x, Directions.of(x), classes, ROWS, 3).objective();
      assertTrue(less > probe.objective(), less + " " + probe.objective());
    }
  }

  @Test
  void should_have_the_same_bits_when_fitted_again() {
    int[] classes = exclusive();
    try (Features x = features(2)) {
      Directions directions = Directions.of(x);
      assertArrayEquals(
          network(Activation.RELU, 5).fit(x, directions, classes, ROWS, 2).parameters(),
          network(Activation.RELU, 5).fit(x, directions, classes, ROWS, 2).parameters());
    }
  }
}
