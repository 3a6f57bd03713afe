package vitrine.app.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import vitrine.app.Cli;
import vitrine.engine.io.Npy;
import vitrine.engine.io.NpyArray;
import vitrine.interp.io.NumberArray;

final class NeuronsCommandTest {
  private static final String TEXT = "the red cat saw a bird . the red cat";

  @TempDir Path dir;

  private static Cli neurons(String... options) {
    return Cli.run(
        Stream.concat(Stream.of("neurons"), Arrays.stream(options)).toArray(String[]::new));
  }

  private String file(String name) {
    return dir.resolve(name).toString();
  }

  private String matrix(int rows, int columns) {
    double[] values = new SplittableRandom(1).doubles((long) rows * columns).toArray();
    NumberArray.of(values, rows, columns).writeNpy(dir.resolve("x.npy"));
    return file("x.npy");
  }

  @Test
  void should_write_both_sides_when_a_matrix_is_taken_apart() {
    JsonNode document =
        neurons("--matrix", matrix(20, 30), "--factors", "4", "--json", "--out", file("nmf"))
            .json();
    NpyArray x = Npy.read(dir.resolve("x.npy"));
    NpyArray w = Npy.read(dir.resolve("nmf").resolve("W.npy"));
    NpyArray h = Npy.read(dir.resolve("nmf").resolve("H.npy"));
    assertEquals("(20,4)", w.shapeText());
    assertEquals("(4,30)", h.shapeText());
    double squares = 0;
    for (int i = 0; i < 20; i++) {
      for (int j = 0; j < 30; j++) {
        double left = x.values()[i * 30 + j];
        for (int t = 0; t < 4; t++) {
          assertTrue(w.values()[i * 4 + t] >= 0 && h.values()[t * 30 + j] >= 0);
          left -= w.values()[i * 4 + t] * h.values()[t * 30 + j];
        }
        squares += left * left;
      }
    }
    double error = document.get("reconstruction_error").doubleValue();
    assertEquals(Math.sqrt(squares), error, 1e-4 * error);
    assertTrue(document.get("iterations").intValue() >= 1);
    assertTrue(Files.exists(dir.resolve("nmf").resolve("result.json")));
    neurons("--matrix", file("x.npy"), "--factors", "3", "--out", dir.toString()).done();
    assertTrue(Files.exists(dir.resolve("x.npy")), "other files stay");
  }

  @Test
  void should_give_a_curve_when_several_numbers_of_factors_are_tried() {
    JsonNode document = neurons("--text", TEXT, "--factors", "1..5", "--json").json();
    JsonNode sweep = document.get("sweep");
    assertEquals(4, sweep.size());
    for (int i = 1; i < 4; i++) {
      assertTrue(
          sweep.get(i).get("reconstruction_error").doubleValue()
              <= sweep.get(i - 1).get("reconstruction_error").doubleValue() * 1.001);
    }
    assertEquals(4, document.get("factors").intValue());
    JsonNode text = document.get("texts").get(0);
    assertEquals(10, text.get("tokens").size());
    assertEquals(4, text.get("factors").size());
    assertEquals(10, text.get("factors").get(0).size());
    assertEquals(4, document.get("top_neurons").size());
  }

  @Test
  void should_have_a_row_a_token_when_there_are_several_texts() throws IOException {
    Path input = dir.resolve("texts.jsonl");
    Files.writeString(input, "{\"text\":\"the red cat\"}\n{\"ids\":[1,2,3,4]}\n");
    neurons(
            "--input",
            input.toString(),
            "--layers",
            "0",
            "--factors",
            "2",
            "--out",
            file("nmf"),
            "--algorithm",
            "multiplicative")
        .done();
    assertEquals("(7,2)", Npy.read(dir.resolve("nmf").resolve("W.npy")).shapeText());
  }

  @Test
  void should_be_the_same_to_the_bit_when_threads_differ() {
    String one = neurons("--text", TEXT, "--factors", "3", "--json", "--threads", "1").done().out();
    assertEquals(
        one, neurons("--text", TEXT, "--factors", "3", "--json", "--threads", "2").done().out());
  }

  @Test
  void should_draw_and_write_every_form_when_asked() {
    String text = neurons("--text", TEXT, "--factors", "2").done().out();
    assertTrue(text.startsWith("When each factor is at work"), text);
    for (String name : List.of("a.json", "a.csv", "a.npy", "a.svg", "a.png", "a.html")) {
      neurons("--text", TEXT, "--factors", "{2,3}", "--out", file(name)).done();
      assertTrue(Files.isRegularFile(dir.resolve(name)));
    }
  }

  @Test
  void should_be_refused_with_the_way_out_when_called_wrongly() {
    neurons("--factors", "2").failed(2, "none given");
    neurons("--text", TEXT).failed(2, "--factors");
    neurons("--text", TEXT, "--factors", "0").failed(3, "--factors");
    neurons("--text", TEXT, "--factors", "11").failed(3, "10 rows", "expected 1 to 10");
    neurons("--text", TEXT, "--factors", "2", "--clip").failed(2, "--matrix");
    neurons("--matrix", matrix(3, 4), "--text", TEXT, "--factors", "2").failed(2, "--matrix");
    neurons("--matrix", file("no.npy"), "--factors", "2").failed(3, "no such file");
    NumberArray.of(new double[] {1, -2, 3, 4}, 2, 2).writeNpy(dir.resolve("negative.npy"));
    neurons("--matrix", file("negative.npy"), "--factors", "1").failed(3, "--clip");
    neurons("--matrix", file("negative.npy"), "--factors", "1", "--clip").done();
    NumberArray.of(new double[] {1, 2}, 2).writeNpy(dir.resolve("line.npy"));
    neurons("--matrix", file("line.npy"), "--factors", "1").failed(3, "two axes");
    assertFalse(Files.exists(dir.resolve("W.npy")), "nothing half-done");
  }
}
