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

  @Test
  void should_compare_layers_of_two_models_by_words_when_another_is_given() throws IOException {
    Path bert = TinyModels.bert(dir.resolve("bert"), "BertForMaskedLM");
    Path lines =
        Files.writeString(dir.resolve("lines.txt"), "the cat sat on\nthe cat\non the cat\n");
    JsonNode document =
        compare("--other", bert.toString(), "--lines", lines.toString(), "--json").json();
    assertEquals("word", document.get("unit").stringValue());
    assertEquals(9, document.get("rows").intValue());
    JsonNode values = document.get("measures").get("cka-linear").get("values");
    assertEquals(document.get("x").get("layers").size(), values.size());
    assertEquals(document.get("y").get("layers").size(), values.get(0).size());
    assertTrue(document.get("other").get("model").get("path").stringValue().endsWith("bert"));
  }

  @Test
  void should_compare_sentences_when_the_text_is_in_two_languages() throws IOException {
    Path one =
        Files.writeString(dir.resolve("one.txt"), "the cat sat\nthe dog saw\na bird .\nred\n");
    Path two = Files.writeString(dir.resolve("two.txt"), "a cat\ndog saw the cat\nbird\nred red\n");
    JsonNode document =
        compare("--lines", one.toString(), "--other-lines", two.toString(), "--json").json();
    assertEquals("sentence", document.get("unit").stringValue());
    assertEquals(4, document.get("rows").intValue());
    compare("--lines", one.toString(), "--other-lines", lines("short.txt", "a\n"))
        .failed(3, "4 texts on one side, 1 on the other");
    compare("--text", "a", "--lines", one.toString()).failed(2, "2 given");
    compare("--text", "a cat", "--unit", "letter").failed(2, "token, word or sentence");
    compare("--text", "a cat", "--x", one.toString()).failed(2, "--text: given with --x");
    compare().failed(2, "nothing given");
  }

  @Test
  void should_refuse_what_means_nothing_when_options_do_not_go_together() {
    String x = array("x.npy", 1, 20, 2);
    for (List<String> given :
        List.of(
            List.of("--other", "induction-2l"),
            List.of("--checkpoint", "induction-2l"),
            List.of("--site", "attn_out"),
            List.of("--same-layers"),
            List.of("--heads"),
            List.of("--groups", "3"),
            List.of("--truncate"),
            List.of("--limit", "3"),
            List.of("--unit", "word"),
            List.of("--other-lines", x))) {
      List<String> call = new java.util.ArrayList<>(List.of("--x", x, "--y", x));
      call.addAll(given);
      compare(call.toArray(String[]::new)).failed(2, given.getFirst() + ": given with --x");
    }
    compare("--text", "a cat", "--units-first").failed(2, "--units-first: given without arrays");
    compare("--text", "a cat", "--also", x).failed(2, "--also: given without arrays");
    compare("--x", x, "--y", x, "--also", x).failed(2, "--also: given without min-correlation");
    compare("--text", "a cat", "--resamples", "5").failed(2, "--resamples: given for layers");
    compare("--text", "a cat", "--metric", "min-correlation").failed(2, "over several arrays");
    compare("--text", "a cat", "--tolerance", "1e-9").failed(2, "--tolerance: 1.0E-9");
    compare("--text", "a cat", "--heads", "--metric", "rsa").failed(2, "--heads", "--metric");
    compare("--x", x, "--y", x, "--sample", "50000").failed(2, "2 to 46000");
  }

  @Test
  void should_look_at_several_sides_when_units_are_sought_in_all_of_them() {
    String x = array("x.npy", 1, 40, 3);
    String y = array("y.npy", 2, 40, 4);
    String z = array("z.npy", 3, 40, 2);
    JsonNode document =
        compare(
                "--x",
                x,
                "--y",
                y,
                "--also",
                z,
                "--metric",
                "max-correlation,min-correlation",
                "--json")
            .json();
    JsonNode measures = document.get("details").get("measures");
    assertEquals(3, measures.get("min-correlation").get("units_of_x").size());
    assertTrue(
        document.get("metrics").get("min-correlation").doubleValue()
            <= document.get("metrics").get("max-correlation").doubleValue());
    assertEquals(z, document.get("details").get("also").get(0).get("path").stringValue());
  }

  /** One unit of many examples is one row that is turned. */
  @Test
  void should_turn_before_rows_are_counted_when_there_is_one_unit() {
    String x = array("x.npy", 1, 1, 30);
    JsonNode document =
        compare("--x", x, "--y", x, "--units-first", "--metric", "cca", "--json").json();
    assertEquals(30, document.get("details").get("n").intValue());
  }

  @Test
  void should_find_each_head_in_itself_when_heads_are_compared() {
    String text = "the red cat saw a bird . the red cat";
    JsonNode measures = compare("--text", text, "--heads", "--json").json().get("measures");
    JsonNode values = measures.get("jensen-shannon").get("values");
    assertEquals(8, values.size());
    for (int head = 0; head < 8; head++) {
      assertEquals(1, values.get(head).get(head).doubleValue(), 1e-12);
    }
    // The previous-token head is like no head that looks everywhere.
    assertTrue(values.get(1).get(0).doubleValue() < 0.8, values.toString());
  }

  private String lines(String name, String text) throws IOException {
    return Files.writeString(dir.resolve(name), text).toString();
  }

  /** Each later model is more like the last one. */
  @Test
  void should_rise_when_models_on_the_way_are_compared_with_the_last() throws IOException {
    String sentence = "the red cat saw a green bird . the red cat saw a dog . ";
    String text = lines("text.txt", sentence.repeat(40));
    Cli.run(
            "train",
            "--tokenizer",
            "induction-2l",
            "--text",
            text,
            "--layers",
            "2",
            "--width",
            "16",
            "--heads",
            "2",
            "--length",
            "16",
            "--batch",
            "8",
            "--steps",
            "60",
            "--learning-rate",
            "0.01",
            "--snapshots",
            "0,5,20,60",
            "--out",
            file("trained"))
        .done();
    List<String> call = new java.util.ArrayList<>(List.of("--model", file("trained")));
    for (int step : new int[] {0, 5, 20, 60}) {
      call.addAll(List.of("--checkpoint", file("trained/snapshots/step-" + step)));
    }
    String some = "the red cat saw a dog .\nthe dog saw a green bird .\na cat saw the bird .\n";
    call.addAll(List.of("--lines", lines("lines.txt", some.repeat(3))));
    call.addAll(List.of("--metric", "cka-linear,procrustes", "--json"));
    JsonNode points = compare(call.toArray(String[]::new)).json().get("checkpoints");
    assertEquals(4, points.size());
    for (String measure : List.of("cka-linear", "procrustes")) {
      for (int layer = 0; layer < 3; layer++) {
        double before = 0;
        for (JsonNode point : points) {
          double value = point.get(measure).get("values").get(layer).doubleValue();
          assertTrue(value > before - 0.02, measure + " " + layer + ": " + points);
          before = value;
        }
        double first = points.get(0).get(measure).get("values").get(layer).doubleValue();
        assertTrue(first < 0.95, measure + " " + layer + ": " + points);
        assertEquals(1, before, 1e-9, measure);
      }
    }
    assertEquals(20, points.get(2).get("at").intValue());
    assertTrue(points.get(1).get("from").get("model").get("hash").stringValue().length() >= 40);
    assertEquals(3, points.get(1).get("cka-linear").get("low").size());
  }
}
