package vitrine.app.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import vitrine.app.Cli;
import vitrine.engine.io.Npy;
import vitrine.engine.io.NpyArray;

final class CompareCommandTest {
  private static final List<String> ALL =
      List.of(
          "cca", "svcca", "pwcca", "cka-linear", "cka-unbiased", "cka-rbf", "rsa", "procrustes");

  @TempDir Path dir;

  private static Cli compare(String... options) {
    return Cli.run(
        Stream.concat(Stream.of("compare"), Arrays.stream(options)).toArray(String[]::new));
  }

  private String file(String name) {
    return dir.resolve(name).toString();
  }

  private String array(String name, int seed, long... shape) {
    Random random = new Random(seed);
    float[] values = new float[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    Path path = dir.resolve(name);
    Npy.write(
        path,
        shape,
        (offset, to, at, length) -> {
          System.arraycopy(values, (int) offset, to, at, length);
        });
    return path.toString();
  }

  @Test
  void should_have_the_agreed_form_when_json() {
    String x = array("x.npy", 1, 50, 4);
    String y = array("y.npy", 2, 50, 3);
    JsonNode document = compare("--x", x, "--y", y, "--metric", "all", "--json").json();
    assertEquals(List.of("metrics", "details"), List.copyOf(document.propertyNames()));
    assertEquals(ALL, List.copyOf(document.get("metrics").propertyNames()));
    for (String name : ALL) {
      double value = document.get("metrics").get(name).doubleValue();
      assertTrue(value < 0.6, name + ": " + value);
      JsonNode measure = document.get("details").get("measures").get(name);
      JsonNode interval = measure.get("interval");
      assertEquals(value, interval.get("estimate").doubleValue());
      assertTrue(interval.get("low").doubleValue() <= value, name);
      assertTrue(interval.get("high").doubleValue() >= value, name);
      assertEquals(50, interval.get("n").intValue());
      assertEquals(200, interval.get("resamples").intValue());
      assertEquals(100, measure.get("shuffled").get("shuffles").intValue());
    }
    JsonNode details = document.get("details");
    assertEquals(50, details.get("n").intValue());
    assertEquals(3, details.get("y").get("rank").intValue());
    assertEquals(3, details.get("measures").get("cca").get("coefficients").size());
    assertTrue(details.get("warnings").isArray());
  }

  @Test
  void should_be_one_when_a_file_is_compared_with_itself() {
    String x = array("x.npy", 1, 2, 15, 4);
    JsonNode document = compare("--x", x, "--y", x, "--json").json();
    assertEquals(30, document.get("details").get("n").intValue());
    for (String name : ALL) {
      assertEquals(1, document.get("metrics").get(name).doubleValue(), 1e-12, name);
    }
  }

  @Test
  void should_turn_the_files_when_units_come_first() {
    String x = array("x.npy", 1, 5, 60);
    String y = array("y.npy", 2, 4, 60);
    JsonNode document =
        compare("--x", x, "--y", y, "--units-first", "--metric", "cca", "--json").json();
    assertEquals(60, document.get("details").get("n").intValue());
    assertEquals(5, document.get("details").get("x").get("columns").intValue());
  }

  @Test
  void should_write_every_form_when_the_ending_says_so() throws IOException {
    String x = array("x.npy", 1, 40, 4);
    String y = array("y.npy", 2, 40, 3);
    for (String name : List.of("a.json", "a.csv", "a.npy", "a.svg", "a.html")) {
      compare("--x", x, "--y", y, "--resamples", "5", "--shuffles", "0", "--out", file(name))
          .done();
    }
    assertEquals(9, Files.readString(dir.resolve("a.csv")).lines().count());
    NpyArray numbers = Npy.read(dir.resolve("a.npy"));
    assertEquals("(8)", numbers.shapeText());
    String shown = compare("--x", x, "--y", y, "--metric", "cca,rsa").done().out();
    assertTrue(shown.contains("Similarity by each measure"), shown);
  }

  @Test
  void should_be_the_same_to_the_bit_when_threads_differ() {
    String x = array("x.npy", 1, 40, 4);
    String y = array("y.npy", 2, 40, 3);
    String one = compare("--x", x, "--y", y, "--json", "--threads", "1").done().out();
    assertEquals(one, compare("--x", x, "--y", y, "--json", "--threads", "3").done().out());
  }

  @Test
  void should_say_in_one_line_what_is_wrong_when_called_wrongly() throws IOException {
    String x = array("x.npy", 1, 40, 4);
    compare("--x", x).failed(2, "--y: not given");
    compare("--x", x, "--y", array("y.npy", 2, 39, 4)).failed(3, "x has 40 rows, y has 39");
    compare("--x", x, "--y", x, "--metric", "ckaa").failed(2, "--metric", "no such measure");
    compare("--x", x, "--y", file("none.npy")).failed(3, "no such file");
    compare("--x", x, "--y", array("flat.npy", 3, 3)).failed(3, "x has 40 rows, y has 3");
    compare("--x", x, "--y", x, "--svcca-variance", "0.9", "--svcca-count", "3")
        .failed(2, "--svcca-count");
    compare("--x", x, "--y", x, "--rsa-agreement", "kendall").failed(2, "spearman or pearson");
    Npy.write(
        dir.resolve("nan.npy"),
        new long[] {40, 1},
        (offset, to, at, length) -> Arrays.fill(to, at, at + length, Float.NaN));
    compare("--x", x, "--y", file("nan.npy")).failed(3, "y: ", "NaN at row 0, column 0");
    Npy.write(
        dir.resolve("flat.npy"),
        new long[] {40, 1},
        (offset, to, at, length) -> Arrays.fill(to, at, at + length, 3));
    compare("--x", x, "--y", file("flat.npy")).failed(3, "y: every column is constant");
  }
}
