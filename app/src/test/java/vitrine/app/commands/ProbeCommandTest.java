package vitrine.app.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import vitrine.app.Cli;
import vitrine.engine.io.Npy;

/** The numbers themselves: vitrine.interp.probe.LogisticGoldenTest. */
final class ProbeCommandTest {
  private static final int TRAIN = 40;
  private static final int TEST = 20;

  @TempDir Path dir;

  @BeforeEach
  void write() {
    matrix("x.npy", TRAIN);
    matrix("xt.npy", TEST);
    vector("y.npy", TRAIN, row -> 10 + row % 2);
    vector("yt.npy", TEST, row -> 10 + row % 2);
    vector("c.npy", TRAIN, row -> row % 3);
    vector("ct.npy", TEST, row -> row % 3);
  }

  /** The first of two columns tells odd rows from even ones. */
  private void matrix(String name, int rows) {
    Npy.write(
        dir.resolve(name),
        new long[] {rows, 2},
        (offset, to, at, length) -> {
          for (int i = 0; i < length; i++) {
            long row = (offset + i) / 2;
            boolean first = (offset + i) % 2 == 0;
            to[at + i] = first ? row % 2 * 2 - 1 : row % 7 / 7f;
          }
        });
  }

  private void vector(String name, int rows, IntToDoubleFunction value) {
    Npy.write(
        dir.resolve(name),
        new long[] {rows},
        (offset, to, at, length) -> {
          for (int i = 0; i < length; i++) {
            to[at + i] = (float) value.applyAsDouble((int) offset + i);
          }
        });
  }

  private String path(String name) {
    return dir.resolve(name).toString();
  }

  private Cli probe(String x, String y, String... more) {
    String[] call = {
      "probe", "--train", path(x), path(y), "--test", path("xt.npy"), path("yt.npy")
    };
    String[] whole = Arrays.copyOf(call, call.length + more.length);
    System.arraycopy(more, 0, whole, call.length, more.length);
    return Cli.run(whole);
  }

  @Test
  void should_tell_what_can_be_read_when_json() {
    JsonNode found =
        probe(
                "x.npy",
                "y.npy",
                "--control",
                path("c.npy"),
                path("ct.npy"),
                "--kind",
                "linear",
                "--inverse-regularization",
                "0.5",
                "--mdl-blocks",
                "10,20,40",
                "--json")
            .json();
    assertEquals(1, found.get("test_accuracy").doubleValue());
    assertEquals(1, found.get("train_accuracy").doubleValue());
    assertTrue(found.get("objective").doubleValue() > 0);
    double control = found.get("control").get("test_accuracy").doubleValue();
    assertEquals(1 - control, found.get("selectivity").doubleValue(), 1e-12);
    JsonNode mdl = found.get("mdl");
    assertEquals(10, mdl.get("blocks_bits").get(0).doubleValue(), 1e-12);
    assertEquals(40, mdl.get("uniform_bits").doubleValue(), 1e-12);
    assertTrue(mdl.get("codelength_bits").doubleValue() < 40);
    assertEquals(10, found.get("classes").get(0).intValue());
    assertEquals(11, found.get("predicted").get(1).intValue());
  }

  @Test
  void should_be_nothing_for_selectivity_when_there_is_no_control() {
    JsonNode found = probe("x.npy", "y.npy", "--json").json();
    assertTrue(found.get("selectivity").isNull());
    assertTrue(found.get("mdl") == null);
    String shown = probe("x.npy", "y.npy").done().out();
    assertTrue(shown.contains("Accuracy of the probe"), shown);
  }

  @Test
  void should_code_the_rest_when_blocks_end_before_the_labels() {
    JsonNode blocks = probe("x.npy", "y.npy", "--mdl-blocks", "10,30", "--json").json().get("mdl");
    JsonNode all = probe("x.npy", "y.npy", "--mdl-blocks", "10,30,40", "--json").json().get("mdl");
    assertEquals(3, blocks.get("blocks_bits").size());
    assertEquals(all, blocks);
    assertTrue(
        probe("x.npy", "y.npy", "--mdl-blocks", "10,30").done().err().contains("codes the rest"));
  }

  @Test
  void should_take_the_commonest_class_of_training_when_another_is_commoner_in_the_test() {
    vector("most.npy", TRAIN, row -> row < 30 ? 10 : 11);
    vector("few.npy", TEST, row -> row < 5 ? 10 : 11);
    JsonNode found =
        Cli.run(
                "probe",
                "--train",
                path("x.npy"),
                path("most.npy"),
                "--test",
                path("xt.npy"),
                path("few.npy"),
                "--json")
            .json();
    assertEquals(0.25, found.get("majority_accuracy").doubleValue());
  }

  @Test
  void should_take_a_column_of_labels_when_y_has_two_axes() {
    Npy.write(
        dir.resolve("column.npy"),
        new long[] {TRAIN, 1},
        (offset, to, at, length) -> {
          for (int i = 0; i < length; i++) {
            to[at + i] = 10 + (offset + i) % 2;
          }
        });
    assertEquals(
        probe("x.npy", "y.npy", "--json").json().get("objective"),
        probe("x.npy", "column.npy", "--json").json().get("objective"));
  }

  @Test
  void should_read_what_a_line_can_tell_when_of_any_kind() {
    for (String kind : new String[] {"linear", "rank:1", "mlp:8", "mlp:8,4", "nearest-mean"}) {
      JsonNode found =
          probe("x.npy", "y.npy", "--kind", kind, "--mdl-blocks", "10,20,40", "--json").json();
      assertEquals(1, found.get("test_accuracy").doubleValue(), kind);
      assertEquals(kind, found.get("kind").stringValue());
      assertTrue(found.get("mdl").get("codelength_bits").doubleValue() < 40, kind);
    }
  }

  @Test
  void should_say_what_does_not_fit_when_files_do_not() {
    probe("x.npy", "yt.npy").failed(3, "yt.npy: shape (20)", "expected (40)");
    probe("y.npy", "y.npy").failed(3, "y.npy: shape (40)", "(examples,numbers)");
    vector("half.npy", TRAIN, row -> row + 0.5);
    probe("x.npy", "half.npy").failed(3, "half.npy: row 0 is 0.5");
    vector("one.npy", TRAIN, row -> 10);
    probe("x.npy", "one.npy").failed(3, "only the class 10");
    vector("other.npy", TRAIN, row -> 11 + row % 2);
    probe("x.npy", "other.npy").failed(3, "yt.npy: row 0 has class 10", "other.npy");
    probe("x.npy", "y.npy", "--mdl-blocks", "10,41").failed(3, "ends at 41", "40");
    probe("x.npy", "y.npy", "--mdl-blocks", "30,10").failed(3, "ascending");
    probe("x.npy", "y.npy", "--kind", "mlp").failed(3, "expected linear");
    probe("none.npy", "y.npy").failed(3, "no such file");
  }
}
