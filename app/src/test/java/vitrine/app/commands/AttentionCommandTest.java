package vitrine.app.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import vitrine.app.Cli;
import vitrine.engine.io.Npy;
import vitrine.engine.io.NpyArray;

final class AttentionCommandTest {
  private static final String TEXT = "the red cat saw a bird . the red cat";

  @TempDir Path dir;

  private static Cli attention(String... options) {
    return Cli.run(
        Stream.concat(Stream.of("attention"), Arrays.stream(options)).toArray(String[]::new));
  }

  private String file(String name) {
    return dir.resolve(name).toString();
  }

  @Test
  void should_hold_every_head_when_json() {
    JsonNode document = attention("--text", TEXT, "--json").json();
    assertEquals("induction-2l", document.get("model").get("path").stringValue());
    assertEquals(8, document.get("heads").size());
    JsonNode previous = document.get("heads").get(1);
    assertEquals(0, previous.get("layer").intValue());
    assertEquals(1, previous.get("head").intValue());
    assertEquals(0.9, previous.get("mean_distance").get("estimate").doubleValue(), 0.02);
    assertTrue(previous.get("mean_distance").get("low").isNull(), "one text has no interval");
    assertEquals(10, previous.get("patterns").get(0).size());
    assertEquals("Ġred", document.get("texts").get(0).get("tokens").get(1).stringValue());
  }

  @Test
  void should_be_what_run_reads_when_patterns_are_compared() {
    attention("--text", TEXT, "--layers", "1", "--heads", "2", "--out", file("a.npy")).done();
    Cli.run("run", "--text", TEXT, "--read", "blocks.1.attn.pattern[head=2]", "--out", file("run"))
        .done();
    NpyArray ours = Npy.read(dir.resolve("a.npy"));
    NpyArray theirs = Npy.read(dir.resolve("run").resolve("blocks.1.attn.pattern[head=2].npy"));
    assertEquals("(1,1,1,10,10)", ours.shapeText());
    assertEquals(Arrays.toString(theirs.values()), Arrays.toString(ours.values()));
  }

  @Test
  void should_repeat_the_run_when_the_plan_is_taken_from_json() {
    attention("--text", TEXT, "--layers", "1", "--out", file("a.json")).done();
    Cli.run("run", "--text", TEXT, "--plan", file("a.json"), "--out", file("again")).done();
    assertTrue(Files.exists(dir.resolve("again").resolve("blocks.1.attn.pattern.npy")));
  }

  @Test
  void should_write_every_form_when_the_ending_says_so() throws IOException {
    for (String name : List.of("a.json", "a.csv", "a.npy", "a.svg", "a.PNG", "a.html")) {
      String said = attention("--text", TEXT, "--out", file(name)).done().out();
      assertTrue(said.startsWith("wrote "), said);
    }
    String csv = Files.readString(dir.resolve("a.csv"));
    assertEquals(1 + 8, csv.lines().count());
    assertTrue(csv.startsWith("layer,head,texts,entropy (nats),entropy low,"), csv);
    assertTrue(Files.readString(dir.resolve("a.svg")).contains("Layer 1, head 2"));
    String html = Files.readString(dir.resolve("a.html"));
    assertTrue(html.startsWith("<!doctype html>") && html.endsWith("</html>\n"));
    assertEquals(
        "\u0089PNG",
        new String(Files.readAllBytes(dir.resolve("a.PNG")), 0, 4, StandardCharsets.ISO_8859_1));
    JsonNode json = JsonMapper.builder().build().readTree(Files.readString(dir.resolve("a.json")));
    assertEquals("attention", json.get("analysis").stringValue());
    try (Stream<Path> left = Files.list(dir)) {
      assertEquals(6, left.count(), "nothing but the files");
    }
  }

  @Test
  void should_draw_in_characters_when_nothing_else_is_asked() {
    String text = attention("--text", TEXT).done().out();
    assertTrue(text.startsWith("Entropy of each head's attention\n"), text);
    assertTrue(text.contains("Layer 0, head 1\n"), text);
    assertFalse(text.contains("\u001b"), "no escape sequences");
  }

  @Test
  void should_have_intervals_when_there_are_several_texts() throws IOException {
    Path input = dir.resolve("texts.jsonl");
    Files.writeString(
        input,
        "{\"text\":\"the cat sat\"}\n{\"text\":\"a red bird saw a cat\"}\n{\"ids\":[1,2,3,4]}\n");
    JsonNode document = attention("--input", input.toString(), "--json", "--heads", "{0,3}").json();
    assertEquals(3, document.get("texts").size());
    assertEquals(4, document.get("heads").size());
    JsonNode entropy = document.get("heads").get(3).get("entropy");
    assertEquals(3, entropy.get("n").intValue());
    double estimate = entropy.get("estimate").doubleValue();
    assertTrue(entropy.get("low").doubleValue() <= estimate);
    assertTrue(estimate <= entropy.get("high").doubleValue());
  }

  @Test
  void should_be_the_same_to_the_bit_when_threads_differ() {
    String one = attention("--text", TEXT, "--json", "--threads", "1").done().out();
    assertEquals(one, attention("--text", TEXT, "--json", "--threads", "3").done().out());
  }

  @Test
  void should_stay_text_when_the_text_is_markup() throws IOException {
    String hostile = "<script>alert(1)</script> the cat";
    attention("--text", hostile, "--layers", "0", "--heads", "1", "--out", file("a.html")).done();
    String html = Files.readString(dir.resolve("a.html"));
    assertEquals(3, html.split("<script", -1).length, "its own two");
  }

  @Test
  void should_take_a_bert_and_a_pair_when_given_one() throws IOException {
    Path bert = TinyModels.bert(dir.resolve("bert"), "BertForMaskedLM");
    JsonNode document =
        attention("--model", bert.toString(), "--text", "the cat", "--pair", "sat on", "--json")
            .json();
    assertEquals(
        "[\"[CLS]\",\"the\",\"cat\",\"[SEP]\",\"sat\",\"on\",\"[SEP]\"]",
        document.get("texts").get(0).get("tokens").toString());
    assertEquals("mlm", document.get("engine").get("task").stringValue());
  }

  @Test
  void should_be_refused_before_anything_is_written_when_called_wrongly() throws IOException {
    attention("--text", TEXT, "--out", file("a.gif"))
        .failed(2, "--out", ".json, .csv, .npy, .svg, .png or .html");
    attention("--text", TEXT, "--out", file("none/a.svg")).failed(3, "no such directory");
    attention("--text", TEXT, "--heads", "4").failed(3, "expected 0 to 3");
    attention("--text", TEXT, "--layers", "x").failed(3, "attention: --layers");
    attention("--text", TEXT, "--ids", "1,2").failed(2, "attention", "--ids");
    attention().failed(2, "none given");
    try (Stream<Path> left = Files.list(dir)) {
      assertEquals(0, left.count());
    }
  }
}
