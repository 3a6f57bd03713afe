package vitrine.app.commands;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import vitrine.app.Cli;
import vitrine.engine.io.Npy;
import vitrine.engine.io.NpyArray;

final class RunCommandTest {
  private static final String TEXT = "the cat sat on the mat . the cat";

  @TempDir Path dir;

  private Path out() {
    return dir.resolve("out");
  }

  /** {@code vitrine run … --out OUT}. */
  private Cli run(String... options) {
    List<String> call = new ArrayList<>(List.of("run"));
    call.addAll(Arrays.asList(options));
    call.addAll(List.of("--out", out().toString()));
    return Cli.run(call.toArray(String[]::new));
  }

  private JsonNode record() throws IOException {
    return JsonMapper.builder().build().readTree(Files.readString(out().resolve("run.json")));
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void should_write_the_record_and_every_value_when_sites_are_read() throws IOException {
    run("--text", TEXT, "--read", "blocks.*.attn.z[head=2]", "--read", "logits", "--loss", "next")
        .done();
    assertEquals(
        List.of(
            "blocks.0.attn.z[head=2].npy", "blocks.1.attn.z[head=2].npy", "logits.npy", "run.json"),
        names(out()));
    JsonNode record = record();
    assertEquals("induction-2l", record.get("model").get("path").stringValue());
    assertTrue(record.get("model").get("hash").stringValue().matches("[0-9a-f]{64}"));
    assertEquals("Ġcat", record.get("tokens").get("text").get(1).stringValue());
    int length = record.get("tokens").get("ids").size();
    assertEquals(9, length);
    assertFalse(record.has("mask"), "a mask is for batches");
    assertTrue(record.get("loss").isFloatingPointNumber());
    assertEquals(
        "[\"blocks.0.attn.z[head=2].npy\",\"blocks.1.attn.z[head=2].npy\",\"logits.npy\"]",
        record.get("files").toString());
    long[] shape = Npy.read(out().resolve("blocks.0.attn.z[head=2].npy")).shape();
    assertEquals("[1, 9, 1, " + shape[3] + "]", Arrays.toString(shape));
  }

  @Test
  void should_list_the_largest_logits_with_their_softmax_when_a_head_has_a_vocabulary()
      throws IOException {
    run("--text", TEXT, "--read", "logits", "--top", "3").done();
    JsonNode top = record().get("top");
    assertEquals(9, top.size());
    NpyArray logits = Npy.read(out().resolve("logits.npy"));
    int width = (int) logits.shape()[2];
    for (int position = 0; position < 9; position++) {
      JsonNode list = top.get(Integer.toString(position));
      assertEquals(3, list.size());
      float[] row = Arrays.copyOfRange(logits.values(), position * width, (position + 1) * width);
      float[] sorted = row.clone();
      Arrays.sort(sorted);
      double sum = 0;
      for (float logit : row) {
        sum += Math.exp(logit - sorted[width - 1]);
      }
      for (int rank = 0; rank < 3; rank++) {
        JsonNode entry = list.get(rank);
        float logit = entry.get("logit").floatValue();
        assertEquals(sorted[width - 1 - rank], logit, "rank " + rank);
        assertEquals(row[entry.get("id").intValue()], logit);
        double prob = Math.exp(logit - sorted[width - 1]) / sum;
        assertEquals(prob, entry.get("prob").doubleValue(), 1e-6);
      }
    }
    assertEquals("Ġsat", top.get("8").get(0).get("token").stringValue());
  }

  @Test
  void should_lose_its_skill_when_the_induction_head_is_switched_off() throws IOException {
    run("--text", TEXT, "--edit", "blocks.1.attn.z[head=2]=zero").done();
    String token = record().get("top").get("8").get(0).get("token").stringValue();
    assertFalse(token.equals("Ġsat"), "without its head the model still says " + token);
    assertEquals(List.of("run.json"), names(out()));
  }

  @Test
  void should_repeat_the_run_when_its_plan_is_read_back() throws IOException {
    run(
            "--text",
            TEXT,
            "--read",
            "blocks.1.resid_post",
            "--edit",
            "blocks.0.attn.z=noise:0.5",
            "--seed",
            "7")
        .done();
    Path first = dir.resolve("first");
    Files.move(out(), first);
    run("--text", TEXT, "--plan", first.resolve("run.json").toString()).done();
    assertArrayEquals(
        Files.readAllBytes(first.resolve("blocks.1.resid_post.npy")),
        Files.readAllBytes(out().resolve("blocks.1.resid_post.npy")));
    Path plan = dir.resolve("plan.json");
    Files.writeString(plan, record().get("plan").toString());
    run("--text", TEXT, "--plan", plan.toString(), "--overwrite").done();
    assertArrayEquals(
        Files.readAllBytes(first.resolve("blocks.1.resid_post.npy")),
        Files.readAllBytes(out().resolve("blocks.1.resid_post.npy")));
    run("--text", TEXT, "--plan", plan.toString(), "--overwrite", "--seed", "8").done();
    assertFalse(
        Arrays.equals(
            Files.readAllBytes(first.resolve("blocks.1.resid_post.npy")),
            Files.readAllBytes(out().resolve("blocks.1.resid_post.npy"))),
        "another seed, the same noise");
  }

  @Test
  void should_patch_from_another_run_when_its_directory_is_given() throws IOException {
    run("--text", TEXT, "--read", "blocks.0.resid_post", "--read", "logits").done();
    Path source = dir.resolve("source");
    Files.move(out(), source);
    run(
            "--text",
            "the mat on the sat cat . mat sat",
            "--edit",
            "blocks.0.resid_post=from:" + source,
            "--read",
            "logits")
        .done();
    assertArrayEquals(
        Npy.read(source.resolve("logits.npy")).values(),
        Npy.read(out().resolve("logits.npy")).values());
  }

  @Test
  void should_run_lines_as_one_padded_batch_when_a_file_is_given() throws IOException {
    Path file = dir.resolve("in.jsonl");
    Files.writeString(
        file, "{\"text\":\"" + TEXT + "\"}\n{\"ids\":[5,6,7,8],\"mask\":[1,1,0,1]}\n");
    run("--input", file.toString(), "--read", "embed", "--loss", "next").done();
    JsonNode record = record();
    assertEquals(2, record.get("tokens").get("ids").size());
    assertEquals("[5,6,7,8]", record.get("tokens").get("ids").get(1).toString());
    assertEquals("[[1,1,1,1,1,1,1,1,1],[1,1,0,1,0,0,0,0,0]]", record.get("mask").toString());
    assertEquals(2, record.get("top").size());
    assertEquals(List.of("0", "1", "3"), List.copyOf(record.get("top").get(1).propertyNames()));
    assertEquals("[2, 9, 256]", Arrays.toString(Npy.read(out().resolve("embed.npy")).shape()));
  }

  @Test
  void should_give_lists_of_lists_when_a_file_has_one_line() throws IOException {
    Path file = Files.writeString(dir.resolve("in.jsonl"), "{\"ids\":[5,6]}");
    run("--input", file.toString()).done();
    assertEquals("[[5,6]]", record().get("tokens").get("ids").toString());
    assertEquals("[[1,1]]", record().get("mask").toString());
    assertTrue(record().get("top").isArray());
  }

  @Test
  void should_need_no_tokenizer_when_ids_are_given() throws IOException {
    Path model = TinyModels.bert(dir.resolve("bert"), "BertForMaskedLM");
    Files.delete(model.resolve("vocab.txt"));
    run("--model", model.toString(), "--ids", "2, 5,6,3", "--read", "embed_out").done();
    JsonNode record = record();
    assertEquals("[2,5,6,3]", record.get("tokens").get("ids").toString());
    assertTrue(record.get("tokens").get("text").isNull());
    assertTrue(record.get("top").get("0").get(0).get("token").isNull());
    assertEquals("[1, 4, 8]", Arrays.toString(Npy.read(out().resolve("embed_out.npy")).shape()));
  }

  @Test
  void should_name_the_class_when_the_head_classifies() throws IOException {
    Path model = TinyModels.bert(dir.resolve("bert"), "BertForSequenceClassification");
    Cli cli = run("--model", model.toString(), "--text", "the cat", "--loss", "label:1");
    assertTrue(cli.done().err().contains("vitrine: note: "), "unused tensors: " + cli.err());
    JsonNode top = record().get("top");
    assertEquals(List.of("0"), List.copyOf(top.propertyNames()));
    assertEquals(3, top.get("0").size());
    assertTrue(
        List.of("bad", "good", "so so").contains(top.get("0").get(0).get("token").stringValue()));
    double sum = 0;
    for (JsonNode entry : top.get("0")) {
      sum += entry.get("prob").doubleValue();
    }
    assertEquals(1, sum, 1e-6);
  }

  @Test
  void should_take_another_head_when_a_task_is_given() throws IOException {
    String model = TinyModels.bert(dir.resolve("bert"), "BertForMaskedLM").toString();
    run("--model", model, "--text", "the cat", "--task", "qa", "--read", "logits.start").done();
    assertEquals("qa", record().get("engine").get("task").stringValue());
    assertEquals("{}", record().get("top").toString());
    run("--model", model, "--text", "the cat", "--task", "encode", "--overwrite").done();
    assertEquals(List.of("run.json"), names(out()));
    run("--model", model, "--text", "the cat", "--task", "lm", "--overwrite").failed(3, "lm");
    run("--model", model, "--text", "the cat", "--task", "qaa", "--overwrite")
        .failed(2, "--task: qaa; expected qa perhaps");
  }

  @Test
  void should_truncate_only_when_asked() throws IOException {
    String model = TinyModels.bert(dir.resolve("bert"), "BertForMaskedLM").toString();
    String text = "the cat ".repeat(20);
    run("--model", model, "--text", text).failed(3, "42 tokens", "16 positions", "--truncate");
    assertFalse(Files.exists(out()));
    run("--model", model, "--text", text, "--truncate").done();
    assertEquals(16, record().get("tokens").get("ids").size());
  }

  @Test
  void should_print_the_record_when_json_is_asked_for() throws IOException {
    assertEquals(record(run("--text", TEXT, "--json")), record());
  }

  private static JsonNode record(Cli cli) {
    return cli.json();
  }

  @Test
  void should_replace_results_and_nothing_else_when_overwriting() throws IOException {
    run("--text", TEXT, "--read", "embed").done();
    Files.writeString(out().resolve("mine.npy"), "mine");
    run("--text", TEXT, "--read", "pos_embed").failed(3, "not empty", "--overwrite");
    run("--text", TEXT, "--read", "pos_embed", "--overwrite").done();
    assertEquals(List.of("mine.npy", "pos_embed.npy", "run.json"), names(out()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--read            | blocks.0.atn.z            | 3",
        "--read            | blocks.9.attn.z           | 3",
        "--read            | blocks.0.attn.z[head=99]  | 3",
        "--read            | embed[pos=99]             | 3",
        "--read            | pooled                    | 3",
        "--edit            | blocks.0.attn.z           | 3",
        "--edit            | blocks.0.attn.z=zeor      | 3",
        "--edit            | blocks.0.attn.z=set:no.npy| 3",
        "--edit            | blocks.0.attn.z=from:none | 3",
        "--loss            | logit:99,1                | 3",
        "--loss            | label:1                   | 3",
        "--loss            | nonsense                  | 3",
        "--plan            | no-such-plan.json         | 3",
        "--top             | -1                        | 2",
        "--top             | many                      | 2",
        "--task            | nonsense                  | 2",
        "--backend         | nonsense                  | 2",
        "--threads         | 0                         | 2",
        "--seed            | 1.5                       | 2",
        "--pair            | b --ids                   | 0",
      })
  void should_fail_and_write_nothing_when_an_option_is_bad(String option, String value, int exit)
      throws IOException {
    Cli cli = run("--text", TEXT, option, value);
    if (exit == 0) {
      cli.done();
      return;
    }
    cli.failed(exit);
    assertEquals(List.of(), names(dir));
  }

  @Test
  void should_fail_and_write_nothing_when_the_input_is_bad() throws IOException {
    run().failed(2, "none given");
    run("--text", "a", "--ids", "1").failed(2, "2 given");
    run("--ids", "1,,2").failed(2, "nothing between two commas");
    run("--ids", "1,x").failed(2, "x; expected whole numbers");
    run("--ids", "-1").failed(3, "-1");
    run("--ids", "99999").failed(3, "99999");
    run("--text", "").failed(3, "no token");
    run("--text", "a", "--read", "").failed(2, "--read");
    Cli.run("run", "--text", "a").failed(2, "--out: missing");
    Path file = Files.writeString(dir.resolve("a-file"), "x");
    Cli.run("run", "--text", "a", "--out", file.toString()).failed(3, "a file");
    Cli.run("run", "--text", "a", "--plan", file.toString(), "--out", out().toString()).failed(3);
    run("--text", "a", "--plan", file.toString(), "--read", "embed").failed(2, "--plan");
    run("--text", "a", "--model", file.toString()).failed(3, "a-file");
    run("--text", "a", "--model", dir.toString()).failed(3, "config.json");
    assertEquals(List.of("a-file"), names(dir));
  }

  @Test
  void should_fail_and_write_nothing_when_the_model_is_broken() throws IOException {
    Path model = TinyModels.bert(dir.resolve("bert"), "BertForMaskedLM");
    Path weights = model.resolve("model.safetensors");
    byte[] whole = Files.readAllBytes(weights);
    Files.write(weights, Arrays.copyOf(whole, whole.length - 3));
    run("--model", model.toString(), "--text", "the").failed(3, "model.safetensors");
    Files.write(weights, "<!DOCTYPE html><html>".getBytes(StandardCharsets.UTF_8));
    run("--model", model.toString(), "--text", "the").failed(3);
    Files.write(weights, whole);
    Path config = model.resolve("config.json");
    String text = Files.readString(config);
    for (String bad :
        List.of(
            text.replace("\"num_hidden_layers\":2", "\"num_hidden_layers\":3"),
            text.replace("\"num_attention_heads\":2", "\"num_attention_heads\":3"),
            text.replace("\"hidden_act\":\"gelu\"", "\"hidden_act\":\"gleu\""),
            text.replace("\"model_type\":\"bert\"", "\"model_type\":\"llama\""),
            text.replace("\"vocab_size\":12", "\"vocab_size\":13"),
            "{",
            "[]")) {
      Files.writeString(config, bad);
      run("--model", model.toString(), "--text", "the").failed(3);
    }
    assertEquals(List.of("bert"), names(dir));
  }
}
