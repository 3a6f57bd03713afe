package vitrine.app.commands;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import vitrine.app.Cli;

final class TrainCommandTest {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String WORDS = "the red cat saw a green bird . the red cat saw a dog . ";

  @TempDir Path dir;

  /** A model of one block, trained for some steps on a few words. */
  private String[] call(String... more) throws IOException {
    Path text = dir.resolve("text.txt");
    if (!Files.exists(text)) {
      Files.writeString(text, WORDS.repeat(20));
    }
    List<String> call =
        new ArrayList<>(List.of("train", "--tokenizer", "induction-2l", "--text", text.toString()));
    call.addAll(List.of("--layers", "1", "--width", "8", "--heads", "2", "--length", "16"));
    call.addAll(Arrays.asList(more));
    return call.toArray(String[]::new);
  }

  private Path out(String name) {
    return dir.resolve(name);
  }

  @Test
  void should_leave_a_model_that_other_commands_take_when_it_is_trained() throws IOException {
    Path out = out("new");
    Cli trained =
        Cli.run(
                call(
                    "--steps",
                    "6",
                    "--learning-rate",
                    "0.02",
                    "--validation-share",
                    "0.2",
                    "--evaluate-every",
                    "3",
                    "--out",
                    out.toString()))
            .done();
    assertTrue(trained.out().contains("trained 6 steps in "), trained.out());
    assertTrue(trained.out().contains("last validation: loss "), trained.out());
    assertTrue(trained.err().contains("note: step 3, validation: loss"), trained.err());
    List<String> metrics = Files.readAllLines(out.resolve("metrics.jsonl"));
    List<Double> losses =
        metrics.stream()
            .map(JSON::readTree)
            .filter(line -> line.get("event").stringValue().equals("evaluation"))
            .map(line -> line.get("loss").doubleValue())
            .toList();
    assertEquals(2, losses.size(), metrics.toString());
    assertTrue(losses.get(1) < losses.get(0), losses.toString());
    Cli.run("generate", "--model", out.toString(), "--text", "the red").done();
    Cli.run("inspect", out.toString()).done();
    String text = dir.resolve("text.txt").toString();
    JsonNode evaluation =
        Cli.run("evaluate", "--model", out.toString(), "--text", text, "--json").lastEvent();
    assertEquals("lm", evaluation.get("task").stringValue());
    double loss = evaluation.get("loss").doubleValue();
    assertEquals(Math.exp(loss), evaluation.get("perplexity").doubleValue(), 1e-9 * Math.exp(loss));
  }

  /** What a process leaves that is killed before its first checkpoint. */
  @Test
  void should_begin_from_the_start_when_a_training_is_resumed_that_had_no_checkpoint()
      throws IOException {
    Path whole = out("whole");
    Cli.run(call("--steps", "2", "--out", whole.toString())).done();
    Path killed = Files.createDirectory(out("killed"));
    Files.copy(whole.resolve("recipe.json"), killed.resolve("recipe.json"));
    Files.createFile(killed.resolve("metrics.jsonl"));
    Cli.run(call("--steps", "2", "--out", killed.toString())).failed(3, "holds a training");
    Cli.run("train", "--out", killed.toString(), "--resume").done();
    assertSameModel(whole, killed);
    // And earlier still: it was never begun.
    Path empty = Files.createDirectory(out("empty"));
    Files.createFile(empty.resolve("metrics.jsonl"));
    Cli.run(call("--steps", "2", "--out", empty.toString())).done();
    assertSameModel(whole, empty);
  }

  @Test
  void should_keep_models_on_the_way_when_snapshots_are_asked_for() throws IOException {
    Path out = out("watched");
    Cli trained =
        Cli.run(call("--steps", "3", "--snapshots", "0,2,3,9", "--out", out.toString())).done();
    assertTrue(trained.err().contains("no snapshot of step 9: beyond"), trained.err());
    Path snapshots = out.resolve("snapshots");
    try (Stream<Path> made = Files.list(snapshots)) {
      assertEquals(3, made.count());
    }
    assertSameModel(out, snapshots.resolve("step-3"));
    Path shorter = out("shorter");
    Cli.run(call("--steps", "3", "--snapshots", "0,2", "--out", shorter.toString())).done();
    assertSameModel(snapshots.resolve("step-2"), shorter.resolve("snapshots").resolve("step-2"));
    Cli.run("generate", "--model", snapshots.resolve("step-0").toString(), "--text", "the red")
        .done();
    // The recipe has them; what was passed is told only where it is not there.
    Cli again = Cli.run("train", "--resume", "--out", shorter.toString()).done();
    assertFalse(again.err().contains("no snapshot"), again.err());
    Cli more =
        Cli.run("train", "--resume", "--snapshots", "0,1", "--out", shorter.toString()).done();
    assertTrue(more.err().contains("no snapshot of step 1: passed already"), more.err());
    Cli.run(call("--snapshots", "1,x", "--out", out("bad").toString())).failed(2, "--snapshots");
    Path config = Files.writeString(dir.resolve("c.json"), "{\"snapshots\": [1, -1]}");
    Cli.run(call("--config", config.toString(), "--out", out("bad").toString()))
        .failed(3, "c.json: snapshots", "at least 0");
  }

  @Test
  void should_repeat_the_training_when_its_recipe_is_given() throws IOException {
    Path first = out("first");
    Cli.run(call("--steps", "3", "--seed", "5", "--warmup", "2", "--out", first.toString())).done();
    Path second = out("second");
    String recipe = first.resolve("recipe.json").toString();
    Cli.run("train", "--config", recipe, "--out", second.toString()).done();
    assertSameModel(first, second);
    assertEquals(
        Files.readString(first.resolve("recipe.json")),
        Files.readString(second.resolve("recipe.json")));
    Path other = out("other");
    Cli.run("train", "--config", recipe, "--epochs", "0.1", "--out", other.toString()).done();
    JsonNode changed = JSON.readTree(Files.readString(other.resolve("recipe.json")));
    assertEquals(0.1, changed.get("epochs").doubleValue());
    assertFalse(changed.has("steps"), changed.toString());
    assertEquals(5, changed.get("seed").intValue());
    assertEquals(2, changed.get("warmup_steps").intValue());
  }

  private static void assertSameModel(Path a, Path b) throws IOException {
    assertArrayEquals(
        Files.readAllBytes(a.resolve("model.safetensors")),
        Files.readAllBytes(b.resolve("model.safetensors")));
  }

  @Test
  void should_end_with_the_same_bits_when_it_stops_in_between() throws IOException {
    Path whole = out("whole");
    Cli.run(call("--steps", "4", "--out", whole.toString())).done();
    Path parts = out("parts");
    Cli stopped =
        Cli.run(call("--steps", "4", "--minutes", "1e-9", "--out", parts.toString())).done();
    assertTrue(stopped.err().contains("stopped after step 1"), stopped.err());
    assertTrue(stopped.err().contains("--resume"), stopped.err());
    Cli resumed = Cli.run("train", "--out", parts.toString(), "--resume").done();
    assertTrue(resumed.err().contains("going on after step 1"), resumed.err());
    assertSameModel(whole, parts);
    assertEquals(
        4,
        Files.readAllLines(parts.resolve("metrics.jsonl")).stream()
            .filter(line -> line.contains("\"event\":\"step\""))
            .count());
    Cli.run("train", "--out", parts.toString(), "--resume").done();
    assertSameModel(whole, parts);
    Cli.run("train", "--out", parts.toString(), "--resume", "--learning-rate", "1")
        .failed(3, "resume: recipe: learning_rate: 1.0", "5.0E-4");
    Cli.run("train", "--out", parts.toString(), "--resume", "--heads", "4")
        .failed(3, "resume: model config: n_head: 4; expected 2");
    Cli.run("train", "--out", parts.toString(), "--resume", "--recompute", "--loss-limit", "0")
        .done();
    assertSameModel(whole, parts);
  }

  @Test
  void should_print_events_when_json_is_asked_for() throws IOException {
    Cli events =
        Cli.run(
                call(
                    "--steps",
                    "2",
                    "--validation-share",
                    "0.2",
                    "--validation-limit",
                    "2",
                    "--json",
                    "--out",
                    out("json").toString()))
            .done();
    assertEquals("", events.err());
    List<JsonNode> lines = events.out().lines().map(JSON::readTree).toList();
    assertEquals(
        List.of(
            "note",
            "started",
            "checkpoint",
            "step",
            "step",
            "evaluation",
            "checkpoint",
            "stopped",
            "done"),
        lines.stream().map(line -> line.get("event").stringValue()).toList());
    assertEquals(2, lines.get(1).get("validation_examples").intValue());
    for (String key : List.of("loss", "tokens_per_second", "seconds_left", "learning_rate")) {
      assertTrue(lines.get(3).get(key).isNumber(), key);
    }
    assertEquals("complete", lines.getLast().get("reason").stringValue());
    assertTrue(lines.getLast().get("validation").get("loss").isNumber());
  }

  @Test
  void should_train_on_hidden_tokens_when_the_family_is_bert() throws IOException {
    Path bert = TinyModels.bert(dir.resolve("bert"), "BertForMaskedLM");
    Path text = dir.resolve("cats.txt.gz");
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write("the cat sat on the mat. ".repeat(20).getBytes(StandardCharsets.UTF_8));
    }
    Files.write(text, packed.toByteArray());
    Path fresh = out("fresh");
    Cli.run(
            "train",
            "--family",
            "bert",
            "--tokenizer",
            bert.toString(),
            "--text",
            text.toString(),
            "--layers",
            "1",
            "--width",
            "8",
            "--heads",
            "2",
            "--length",
            "12",
            "--steps",
            "2",
            "--masking",
            "0.3",
            "--out",
            fresh.toString())
        .done();
    Cli.run("fill-mask", "--model", fresh.toString(), "--text", "the [MASK] sat").done();
    Path further = out("further");
    Cli.run(
            "train",
            "--model",
            bert.toString(),
            "--text",
            text.toString(),
            "--length",
            "12",
            "--epochs",
            "0.5",
            "--out",
            further.toString())
        .done();
    JsonNode measured =
        Cli.run(
                "evaluate",
                "--model",
                further.toString(),
                "--text",
                text.toString(),
                "--limit",
                "4",
                "--json")
            .lastEvent();
    assertEquals("mlm", measured.get("task").stringValue());
    assertEquals(4, measured.get("examples").intValue());
  }

  @Test
  void should_say_in_one_line_and_leave_nothing_when_the_texts_are_bad() throws IOException {
    Path empty = Files.createFile(dir.resolve("empty.txt"));
    Path latin = Files.write(dir.resolve("latin.txt"), new byte[] {'c', 'a', 'f', (byte) 0xe9});
    Path brief = Files.writeString(dir.resolve("brief.txt"), "cat");
    Path broken = Files.write(dir.resolve("broken.gz"), new byte[] {0x1f, (byte) 0x8b, 8, 0});
    String out = out("bad").toString();
    String[] rest = {"--tokenizer", "induction-2l", "--out", out};
    train(rest, "--text", empty.toString()).failed(3, "empty.txt: empty", "expected a text");
    train(rest, "--text", latin.toString()).failed(3, "not UTF-8 at byte 3");
    train(rest, "--text", brief.toString()).failed(3, "the text has 1 token");
    train(rest, "--text", broken.toString()).failed(3, "broken.gz", "gzip");
    train(rest, "--text", dir.toString()).failed(3, "a directory");
    train(rest, "--text", dir.resolve("none").toString()).failed(3, "no such file");
    Path text = Files.writeString(dir.resolve("text.txt"), WORDS.repeat(20));
    train(rest, "--text", text.toString(), "--validation", empty.toString())
        .failed(3, "empty.txt: empty");
    train(rest, "--text", text.toString(), "--validation-share", "0.999")
        .failed(3, "validation share", "left to train on");
    assertFalse(Files.exists(Path.of(out)));
  }

  private static Cli train(String[] rest, String... first) {
    List<String> call = new ArrayList<>(List.of("train"));
    call.addAll(Arrays.asList(first));
    call.addAll(Arrays.asList(rest));
    return Cli.run(call.toArray(String[]::new));
  }

  @Test
  void should_say_in_one_line_and_leave_nothing_when_options_are_bad() throws IOException {
    String out = out("bad").toString();
    Cli.run(call()).failed(2, "--out: missing");
    Cli.run("train", "--out", out).failed(2, "--text: missing");
    String text = dir.resolve("text.txt").toString();
    Cli.run("train", "--text", text, "--out", out).failed(2, "--tokenizer: missing");
    Cli.run(call("--out", out, "--batch", "0")).failed(2, "--batch: 0", "at least 1");
    Cli.run(call("--out", out, "--learning-rate", "NaN")).failed(2, "--learning-rate");
    Cli.run(call("--out", out, "--schedule", "cosin")).failed(2, "--schedule: cosin", "cosine");
    Cli.run(call("--out", out, "--dropout", "1")).failed(2, "--dropout: 1");
    Cli.run(call("--out", out, "--loss-limit", "0.5"))
        .failed(2, "--loss-limit: 0.5", "more than 1");
    Cli.run(call("--out", out, "--keep", "first")).failed(2, "--keep", "last, best");
    Cli.run(call("--out", out, "--family", "llama")).failed(2, "--family: llama", "gpt2, bert");
    Cli.run(call("--out", out, "--heads", "2", "--width", "9")).failed(2, "--heads: given twice");
    Cli.run(call("--out", out, "--positions", "8")).failed(3, "length: 16", "8 positions");
    Cli.run(call("--out", out, "--patience", "2")).failed(2, "--patience: 2", "validation");
    Cli.run(call("--out", out, "--keep", "best")).failed(2, "--keep: best", "validation");
    Cli.run(call("--out", out, "--model", "induction-2l")).failed(2, "together with --model");
    Cli.run(call("--out", out, "--resume")).failed(3, "no training to go on with");
    Cli.run(call("--out", out, "--tokenizers", "x")).failed(2, "--tokenizer perhaps");
    assertFalse(Files.exists(Path.of(out)));
  }

  @Test
  void should_name_the_key_when_a_config_is_wrong() throws IOException {
    String out = out("bad").toString();
    Path config = dir.resolve("config.json");
    String[][] wrong = {
      {"{\"learning_rte\":1}", "learning_rte: no such key", "learning_rate perhaps"},
      {"{\"learning_rate\":\"fast\"}", "learning_rate: \"fast\"", "a number"},
      {"{\"learning_rate\":-1}", "learning_rate: -1.0", "more than 0"},
      {"{\"steps\":1.5}", "steps: 1.5", "a whole number"},
      {"{\"steps\":2,\"epochs\":1}", "steps and epochs", "one of the two"},
      {"{\"batch\":0}", "batch: 0", "1 to"},
      {"{\"layers\":0}", "layers: 0", "at least 1"},
      {"{\"text\":7}", "text: 7", "a list of texts"},
      {"{\"keep\":\"first\"}", "keep: \"first\"", "last, best"},
      {"{\"validation_share\":2}", "validation_share: 2", "less than 1"},
      {"{\"command\":\"fine-tune\"}", "command: \"fine-tune\"", "settings of train"},
      {"{\"steps\":1,\"steps\":2}", "not valid JSON", "settings"},
      {"[]", "not a JSON object", "settings"},
      {"", "empty", "a text"},
    };
    for (String[] each : wrong) {
      Files.writeString(config, each[0]);
      List<String> call = new ArrayList<>(Arrays.asList(call("--out", out)));
      // What an option gives wins over the file: these are the file's.
      for (String name : List.of("--layers", "--text")) {
        if (each[0].contains("\"" + name.substring(2) + "\"")) {
          int at = call.indexOf(name);
          call.subList(at, at + 2).clear();
        }
      }
      call.addAll(List.of("--config", config.toString()));
      Cli.run(call.toArray(String[]::new)).failed(3, each[1], each[2]);
    }
    assertFalse(Files.exists(Path.of(out)));
  }

  @Test
  void should_touch_nothing_when_the_directory_is_not_empty() throws IOException {
    Path full = Files.createDirectory(dir.resolve("full"));
    Path mine = Files.writeString(full.resolve("mine.txt"), "mine");
    Cli.run(call("--out", full.toString())).failed(3, "full: not empty", "Choose another --out");
    Cli.run(call("--out", mine.toString())).failed(3, "a file; expected a directory");
    try (Stream<Path> entries = Files.list(full)) {
      assertEquals(List.of(mine), entries.toList());
    }
    Path begun = out("begun");
    Cli.run(call("--steps", "1", "--out", begun.toString())).done();
    byte[] before = Files.readAllBytes(begun.resolve("model.safetensors"));
    Cli.run(call("--steps", "2", "--out", begun.toString()))
        .failed(3, "holds a training", "add --resume");
    assertArrayEquals(before, Files.readAllBytes(begun.resolve("model.safetensors")));
    Cli.run("train", "--out", begun.toString(), "--resume", "--config", "x.json")
        .failed(3, "--config: given with --resume");
  }

  @Test
  void should_say_the_figure_before_it_starts_when_a_model_does_not_fit() throws IOException {
    Path out = out("large");
    List<String> call = new ArrayList<>(Arrays.asList(call("--out", out.toString())));
    call.set(call.indexOf("--layers") + 1, "1000");
    call.set(call.indexOf("--width") + 1, "100000");
    Cli.run(call.toArray(String[]::new))
        .failed(4, "train: memory:", "TiB or more", "parameters alone");
    assertFalse(Files.exists(out));
    // A small model, and attention patterns of 64 * 20,000 * 20,000 numbers a block.
    Files.writeString(dir.resolve("text.txt"), "cat ".repeat(20_001));
    call.set(call.indexOf("--layers") + 1, "20");
    call.set(call.indexOf("--width") + 1, "64");
    call.set(call.indexOf("--heads") + 1, "64");
    call.set(call.indexOf("--length") + 1, "20000");
    Cli.run(call.toArray(String[]::new))
        .failed(4, "train: memory:", "TiB or more", "Choose a smaller --batch", "--recompute (");
    assertFalse(Files.exists(out));
  }
}
