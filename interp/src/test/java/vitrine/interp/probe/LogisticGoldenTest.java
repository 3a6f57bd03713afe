package vitrine.interp.probe;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import vitrine.engine.InputException;
import vitrine.kernels.Backends;
import vitrine.kernels.Kernels;

/** Against scikit-learn: tests/generators/probe_fixtures.py. */
final class LogisticGoldenTest {
  private static JsonNode cases;
  private static Kernels kernels;

  @BeforeAll
  static void read() throws IOException {
    try (InputStream in = LogisticGoldenTest.class.getResourceAsStream("logistic.json")) {
      cases = JsonMapper.builder().build().readTree(Objects.requireNonNull(in));
    }
    kernels = Backends.open("auto", 2, note -> {});
  }

  @AfterAll
  static void close() {
    kernels.close();
  }

  private static Features.Given given(JsonNode one, String set) {
    JsonNode values = one.get(set + "_x");
    int width = one.get("width").intValue();
    return new Features.Given(
        set,
        values.size() / width,
        width,
        row -> {
          double[] numbers = new double[width];
          for (int i = 0; i < width; i++) {
            numbers[i] = values.get(row * width + i).doubleValue();
          }
          return numbers;
        });
  }

  private static long[] longs(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false)
        .mapToLong(JsonNode::longValue)
        .toArray();
  }

  private static Trial.Labels labels(JsonNode one) {
    return new Trial.Labels(
        "y_train", longs(one.get("train_y")), "y_test", longs(one.get("test_y")));
  }

  private static Trial trial(JsonNode one) {
    List<Integer> ends = Arrays.stream(longs(one.get("ends"))).mapToObj(end -> (int) end).toList();
    try (Features train = Features.of(kernels, given(one, "train"));
        Features test = Features.of(kernels, given(one, "test"), train)) {
      return Trial.of(
          LogisticRegression.of(one.get("c").doubleValue()),
          train,
          test,
          labels(one),
          null,
          new OnlineCode(ends));
    }
  }

  @Test
  void should_be_scikit_learns_optimum_when_fitted() {
    assertEquals(13, cases.size());
    for (JsonNode one : cases) {
      String name = one.get("name").stringValue();
      Trial trial = trial(one);
      double objective = one.get("objective").doubleValue();
      assertEquals(objective, trial.probe().objective(), 1e-7 * objective + 1e-8, name);
      assertEquals(Probe.Fit.OPTIMAL, trial.probe().fit(), name);
      long[] said =
          Arrays.stream(trial.predictions().predicted())
              .mapToLong(k -> trial.classes().labels().get(k))
              .toArray();
      assertArrayEquals(longs(one.get("predicted")), said, name);
      assertEquals(
          one.get("test_accuracy").doubleValue(), trial.testAccuracy().estimate(), 1e-12, name);
      assertEquals(one.get("train_accuracy").doubleValue(), trial.trainAccuracy(), 1e-12, name);
    }
  }

  @Test
  void should_be_scikit_learns_code_when_labels_are_coded() {
    for (JsonNode one : cases) {
      OnlineCode.Length code = Objects.requireNonNull(trial(one).code());
      assertEquals(one.get("bits").size(), code.blocks().size());
      for (int block = 0; block < code.blocks().size(); block++) {
        double bits = one.get("bits").get(block).doubleValue();
        assertEquals(
            bits,
            code.blocks().get(block),
            1e-4 * bits + 1e-6,
            one.get("name") + " block " + block);
      }
    }
  }

  /**
   * More numbers than are kept in double. The objective is at least 1/C curved in every weight, and
   * the intercepts' gradient is that of a sum over rows: so far from the optimum a gradient g is at
   * most {@code |g|^2 C / 2} above it.
   */
  @Test
  void should_be_near_the_optimum_when_products_are_in_float32() {
    int n = 2500;
    int d = 500;
    Random random = new Random(3);
    double[][] rows = new double[n][d];
    int[] classes = new int[n];
    for (int i = 0; i < n; i++) {
      classes[i] = i % 3;
      for (int j = 0; j < d; j++) {
        rows[i][j] = 5 + random.nextGaussian() + (j % 40 == classes[i] ? 0.3 : 0);
      }
    }
    double c = 0.05;
    try (Features x = Features.of(kernels, new Features.Given("x", n, d, i -> rows[i]))) {
      assertTrue(!x.isExact());
      LinearProbe probe = LogisticRegression.of(c).fit(x, classes, 3);
      double[] w = probe.weights();
      double[] b = probe.intercepts();
      double[] gradient = new double[d * 3];
      double objective = 0;
      for (int i = 0; i < gradient.length; i++) {
        objective += w[i] * w[i] / (2 * c);
        gradient[i] = w[i] / c;
      }
      for (int i = 0; i < n; i++) {
        double[] scores = b.clone();
        for (int j = 0; j < d * 3; j++) {
          scores[j % 3] += rows[i][j / 3] * w[j];
        }
        objective += new Softmax(3).loss(scores, 0, classes[i]);
        for (int j = 0; j < d * 3; j++) {
          gradient[j] += (rows[i][j / 3] - 5) * scores[j % 3];
        }
      }
      double gap = Arrays.stream(gradient).map(g -> g * g).sum() * c / 2;
      assertEquals(objective, probe.objective(), 1e-6 * objective);
      assertTrue(gap < 1e-5 * objective, gap + " of " + objective);
    }
  }

  @Test
  void should_be_scikit_learns_nearest_centroid_when_means_decide() {
    int compared = 0;
    for (JsonNode one : cases) {
      Classes classes = Classes.of("y", longs(one.get("train_y")));
      int[] own = classes.of("y", "y", longs(one.get("train_y")));
      try (Features train = Features.of(kernels, given(one, "train"));
          Features test = Features.of(kernels, given(one, "test"), train)) {
        Probe probe =
            new NearestMean().fit(train, Directions.of(train), own, own.length, classes.count());
        int[] said = probe.predict(test, new int[test.rows()]).predicted();
        long[] expected = longs(one.get("nearest"));
        for (int i = 0; i < said.length; i++, compared++) {
          assertEquals(expected[i], classes.labels().get(said[i]), one.get("name") + " row " + i);
        }
      }
    }
    assertTrue(compared > 500, "compared " + compared);
  }

  /** Three classes; the third is first seen in the second block. */
  @Test
  void should_cost_finitely_many_bits_when_a_class_was_not_seen() {
    long[] labels = {0, 1, 0, 1, 2, 0, 1, 2};
    try (Features x =
        Features.of(
            kernels, new Features.Given("x", 8, 2, row -> new double[] {labels[row], row % 3}))) {
      int[] classes = Classes.of("y", labels).of("y", "y", labels);
      OnlineCode.Length code =
          new OnlineCode(List.of(1, 4, 8)).of(LogisticRegression.of(1), x, classes, 3);
      // Block 2: one class seen (0 with the probability 1/2), two share the other half.
      assertEquals(2 + 1 + 2, code.blocks().get(1), 1e-9);
      assertTrue(
          code.blocks().get(2) > 2 * Math.log(5) / Math.log(2), "4 seen, 1 in 5 for class 2");
      assertTrue(Double.isFinite(code.bits()));
      InputException e =
          assertThrows(
              InputException.class,
              () -> new OnlineCode(List.of(1, 4)).of(LogisticRegression.of(1), x, classes, 3));
      assertTrue(String.valueOf(e.getMessage()).contains("ends at 4"), e.getMessage());
    }
  }

  @Test
  void should_name_the_row_when_a_class_is_not_trained_or_a_number_not_finite() {
    Classes classes = Classes.of("y_train", new long[] {3, 5, 3});
    InputException e =
        assertThrows(
            InputException.class, () -> classes.of("y_test", "y_train", new long[] {5, 4}));
    assertTrue(
        String.valueOf(e.getMessage()).contains("y_test: row 1 has class 4"), e.getMessage());
    InputException alike =
        assertThrows(InputException.class, () -> Classes.of("y", new long[] {1, 1}));
    assertTrue(String.valueOf(alike.getMessage()).contains("only the class 1"), alike.getMessage());
    InputException nan =
        assertThrows(
            InputException.class,
            () ->
                Features.of(
                    kernels,
                    new Features.Given("x", 2, 2, row -> new double[] {0, row / 0.0 - row})));
    assertTrue(
        String.valueOf(nan.getMessage()).contains("x: row 0, column 1 is NaN"), nan.getMessage());
  }

  @Test
  void should_have_the_same_bits_when_threads_differ() {
    JsonNode one = cases.get(1);
    Trial two = trial(one);
    Kernels before = kernels;
    try (Kernels single = Backends.open("auto", 1, note -> {})) {
      kernels = single;
      Trial alone = trial(one);
      assertArrayEquals(
          assertInstanceOf(LinearProbe.class, two.probe()).scaled(),
          assertInstanceOf(LinearProbe.class, alone.probe()).scaled());
      assertEquals(two.probe().objective(), alone.probe().objective());
    } finally {
      kernels = before;
    }
  }
}
