package vitrine.app.commands;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import vitrine.app.Cli;

/** What the settings of a training mean, and which are refused under which name. */
final class TrainingOptionsTest {
  private static final JsonMapper JSON = new JsonMapper();

  @TempDir Path dir;
  private String text = "";
  private String out = "";

  @BeforeEach
  void writeText() throws IOException {
    text =
        Files.writeString(dir.resolve("text.txt"), "the red cat saw a green bird . ".repeat(40))
            .toString();
    out = dir.resolve("out").toString();
  }

  private Cli train(String... more) {
    List<String> call =
        new ArrayList<>(List.of("train", "--tokenizer", "induction-2l", "--text", text));
    call.addAll(Arrays.asList(more));
    return Cli.run(call.toArray(String[]::new));
  }

  private Cli tiny(String... more) {
    List<String> call =
        new ArrayList<>(List.of("--layers", "1", "--width", "8", "--heads", "2", "--length", "16"));
    call.addAll(Arrays.asList(more));
    return train(call.toArray(String[]::new));
  }

  private String config(String json) throws IOException {
    return Files.writeString(dir.resolve("config.json"), json).toString();
  }

  private static JsonNode recipe(String directory) throws IOException {
    return JSON.readTree(Files.readString(Path.of(directory, "recipe.json")));
  }

  @Test
  void should_write_what_was_not_given_when_a_training_begins() throws IOException {
    train("--layers", "1", "--width", "8", "--length", "16", "--steps", "1", "--out", out).done();
    JsonNode recipe = recipe(out);
    Map<String, Object> resolved =
        Map.of("family", "gpt2", "heads", 4, "mlp", 32, "positions", 16, "dropout", 0.1);
    for (Map.Entry<String, Object> each : resolved.entrySet()) {
      assertEquals(
          String.valueOf(each.getValue()), recipe.get(each.getKey()).asString(), each.getKey());
    }
    assertEquals(Path.of(text).toAbsolutePath().toString(), recipe.get("text").get(0).asString());
    assertEquals("induction-2l", recipe.get("tokenizer").asString());
    // The rate of dropout that stands there is the one that the model's config has.
    String same = dir.resolve("same").toString();
    String config = config("{\"dropout\":null}");
    train(
            "--layers",
            "1",
            "--width",
            "8",
            "--length",
            "16",
            "--steps",
            "1",
            "--config",
            config,
            "--out",
            same)
        .done();
    assertArrayEquals(
        Files.readAllBytes(Path.of(out, "model.safetensors")),
        Files.readAllBytes(Path.of(same, "model.safetensors")));
  }

  @Test
  void should_store_paths_that_hold_elsewhere_when_they_were_given_relatively() throws IOException {
    Path here = Path.of("").toAbsolutePath();
    String relative = here.relativize(Path.of(text)).toString();
    Cli.run(
            "train",
            "--tokenizer",
            "induction-2l",
            "--text",
            relative,
            "--layers",
            "1",
            "--width",
            "8",
            "--heads",
            "2",
            "--length",
            "16",
            "--steps",
            "1",
            "--out",
            out)
        .done();
    Path stored = Path.of(recipe(out).get("text").get(0).asString());
    assertTrue(stored.isAbsolute(), stored.toString());
    assertTrue(Files.isSameFile(stored, Path.of(text)), stored.toString());
  }

  @Test
  void should_read_options_own_names_when_a_config_has_them() throws IOException {
    String config =
        config("\ufeff{\"steps\":1,\"accumulate\":2,\"warmup\":0.25,\"recompute\":true}");
    tiny("--config", config, "--out", out).done();
    JsonNode recipe = recipe(out);
    assertEquals(2, recipe.get("accumulation").intValue());
    assertEquals(0.25, recipe.get("warmup_fraction").doubleValue());
    assertEquals("recompute", recipe.get("saving").stringValue());
    String other = dir.resolve("other").toString();
    tiny("--config", config("{\"steps\":1,\"warmup\":3}"), "--out", other).done();
    assertEquals(3, recipe(other).get("warmup_steps").intValue());
    assertFalse(recipe(other).has("warmup_fraction"));
    String[][] wrong = {
      {"{\"warmup\":1.5}", "warmup: 1.5", "whole number of steps"},
      {"{\"recompute\":1}", "recompute: 1", "true or false"},
      {"{\"accumulate\":2,\"accumulation\":2}", "accumulate and accumulation", "one of the two"},
      {"{\"steps\":1,\n \"batch\" 3}", "at line 2, column", "3 is out of place"},
      {"{\"steps\":1,", "not valid JSON at line 1", "ends early"},
      {"{\"steps\":1} x", "not valid JSON"},
    };
    for (String[] each : wrong) {
      Cli failed = tiny("--config", config(each[0]), "--out", dir.resolve("bad").toString());
      failed.failed(3, Arrays.copyOfRange(each, 1, each.length));
      failed.failed(3, "config.json: ");
      assertFalse(failed.err().contains("Source") || failed.err().contains("code "), failed.err());
    }
    tiny("--config", dir.resolve("none.json").toString(), "--out", dir.resolve("bad").toString())
        .failed(3, "error: config: ", "none.json: no such file");
    assertFalse(Files.exists(dir.resolve("bad")));
  }

  @Test
  void should_take_the_models_positions_when_no_length_is_given() throws IOException {
    String small = dir.resolve("small").toString();
    train("--layers", "1", "--width", "8", "--positions", "12", "--steps", "1", "--out", small)
        .done();
    assertEquals(12, recipe(small).get("length").intValue());
    Cli.run("train", "--model", small, "--text", text, "--steps", "1", "--out", out).done();
    assertEquals(12, recipe(out).get("length").intValue());
    Cli.run(
            "train",
            "--model",
            small,
            "--text",
            text,
            "--length",
            "13",
            "--out",
            dir.resolve("bad").toString())
        .failed(3, "length: 13 tokens", "12 positions");
  }

  @Test
  void should_refuse_with_the_options_name_when_its_value_is_beyond_what_there_is() {
    String[][] wrong = {
      {"--batch: 2000000", "--batch", "2000000"},
      {"such batches a step", "--batch", "1000000", "--accumulate", "1000000"},
      {"--dropout: 0.9999999999999999", "--dropout", "0.9999999999999999"},
      {"at most 1000000", "--epochs", "1e9"},
      {"--steps and --epochs", "--steps", "2", "--epochs", "1"},
      {"--length: 1;", "--length", "1"},
      {"--warmup: 1.5", "--warmup", "1.5"},
      {"--warmup: 1e12", "--warmup", "1e12"},
      {"--masking: 0;", "--masking", "0"},
      {"--masking: 0.2", "--masking", "0.2"},
      {"--width: 1000000000", "--width", "1000000000"},
      {"--validation-limit: 3", "--validation-limit", "3"},
      {"--evaluate-every: 3", "--evaluate-every", "3"},
      {"--measure: loss", "--measure", "loss"},
      {"--validation-share: 0;", "--validation-share", "0"},
      {"--validation and --validation-share", "--validation", text, "--validation-share", "0.1"},
    };
    for (String[] each : wrong) {
      List<String> call = new ArrayList<>(Arrays.asList(each).subList(1, each.length));
      call.addAll(List.of("--out", out));
      train(call.toArray(String[]::new)).failed(2, "error: train: ", each[0], "vitrine help train");
    }
    train("--tokenizer", "x", "--out", out).failed(2, "--tokenizer: given twice");
    Cli.run("train", "--tokenizer", "nosuch", "--text", text, "--out", out)
        .failed(3, "error: tokenizer: nosuch");
    tiny("--out", Path.of(text, "x", "y").toString()).failed(3, "text.txt is a file");
    assertFalse(Files.exists(Path.of(out)));
  }

  @Test
  void should_print_a_command_that_a_shell_takes_when_it_stops() {
    String spaced = dir.resolve("it's out").toString();
    Cli stopped =
        tiny("--steps", "3", "--minutes", "1e-9", "--backend", "scalar", "--out", spaced).done();
    assertTrue(
        stopped
            .err()
            .contains("--out '" + spaced.replace("'", "'\\''") + "' --resume --backend scalar"),
        stopped.err());
    assertTrue(stopped.out().startsWith("trained 1 step in "), stopped.out());
  }

  @Test
  void should_create_nothing_when_the_metrics_of_a_resumed_training_are_gone() throws IOException {
    tiny("--steps", "1", "--out", out).done();
    Path metrics = Path.of(out, "metrics.jsonl");
    Files.delete(metrics);
    Cli.run("train", "--out", out, "--resume").failed(3, "metrics.jsonl: no such file");
    assertFalse(Files.exists(metrics));
  }

  @Test
  void should_foresee_whole_batches_when_the_epochs_are_shorter() throws IOException {
    Files.writeString(Path.of(text), "the red cat saw a green bird . ".repeat(4));
    List<String> said = new ArrayList<>();
    for (String steps : List.of("1", "40")) {
      Cli trained =
          tiny("--batch", "64", "--steps", steps, "--out", dir.resolve("m" + steps).toString());
      said.add(
          trained
              .done()
              .err()
              .lines()
              .filter(line -> line.contains("memory: "))
              .findFirst()
              .orElseThrow());
    }
    // A step takes 64 examples of however many epochs.
    assertEquals(said.get(0), said.get(1));
    Cli fewer = tiny("--batch", "1", "--steps", "1", "--out", dir.resolve("m").toString()).done();
    assertFalse(fewer.err().contains(said.getFirst()), fewer.err());
  }
}
