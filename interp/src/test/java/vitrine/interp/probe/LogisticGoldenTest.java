package vitrine.interp.probe;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
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

  private static Features features(JsonNode one, String set) {
    JsonNode values = one.get(set + "_x");
    int width = one.get("width").intValue();
    return Features.of(
        kernels,
        set,
        values.size() / width,
        width,
        row -> {
          float[] numbers = new float[width];
          for (int i = 0; i < width; i++) {
            numbers[i] = values.get(row * width + i).floatValue();
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
    try (Features train = features(one, "train");
        Features test = features(one, "test")) {
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
    assertEquals(6, cases.size());
    for (JsonNode one : cases) {
      String name = one.get("name").stringValue();
      Trial trial = trial(one);
      double objective = one.get("objective").doubleValue();
      assertEquals(objective, trial.probe().objective(), 1e-5 * Math.max(1, objective), name);
      assertEquals(LogisticRegression.Fit.OPTIMAL, trial.probe().fit(), name);
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
            bits, code.blocks().get(block), 1e-4 * bits, one.get("name") + " block " + block);
      }
    }
  }

  /** Three classes; the third is first seen in the second block. */
  @Test
  void should_cost_finitely_many_bits_when_a_class_was_not_seen() {
    long[] labels = {0, 1, 0, 1, 2, 0, 1, 2};
    try (Features x = Features.of(kernels, "x", 8, 2, row -> new float[] {labels[row], row % 3})) {
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
            () -> Features.of(kernels, "x", 2, 2, row -> new float[] {0, row / 0f - row}));
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
      assertArrayEquals(two.probe().weights(), alone.probe().weights());
      assertEquals(two.probe().objective(), alone.probe().objective());
    } finally {
      kernels = before;
    }
  }
}
