package vitrine.app.commands;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import vitrine.app.Cli;

final class TokenizeCommandTest {
  @TempDir Path dir;

  private String bert() throws IOException {
    return TinyModels.bert(dir.resolve("bert"), "BertForMaskedLM").toString();
  }

  @Test
  void should_give_tokens_ids_offsets_and_types_when_a_pair_is_given() throws IOException {
    Cli cli =
        Cli.run("tokenize", "--model", bert(), "--text", "The cats", "--pair", "sat", "--json");
    assertEquals(
        "{\"tokens\":[\"[CLS]\",\"the\",\"cat\",\"##s\",\"[SEP]\",\"sat\",\"[SEP]\"],"
            + "\"ids\":[2,5,6,10,3,7,3],"
            + "\"offsets\":[[0,0],[0,3],[4,7],[7,8],[0,0],[0,3],[0,0]],"
            + "\"type_ids\":[0,0,0,0,0,1,1]}\n",
        cli.done().out());
  }

  @Test
  void should_need_nothing_but_the_tokenizer_when_it_tokenizes() throws IOException {
    Path model = Path.of(bert());
    Files.delete(model.resolve("model.safetensors"));
    Files.delete(model.resolve("config.json"));
    String out = Cli.run("tokenize", "--model", model.toString(), "--text", "the").done().out();
    assertTrue(out.contains("[CLS]"), out);
  }

  @Test
  void should_give_one_object_a_line_when_a_file_is_given() throws IOException {
    Path file =
        Files.writeString(
            dir.resolve("in.jsonl"), "{\"text\":\"the\"}\n{\"text\":\"cat\",\"pair\":\"mat\"}\n");
    List<String> lines =
        Cli.run("tokenize", "--model", bert(), "--input", file.toString(), "--json")
            .done()
            .out()
            .lines()
            .toList();
    assertEquals(2, lines.size());
    assertEquals(
        List.of(3, 5),
        lines.stream()
            .map(line -> JsonMapper.builder().build().readTree(line).get("ids").size())
            .toList());
  }

  @Test
  void should_read_standard_input_when_the_file_is_a_dash() throws IOException {
    Cli cli =
        Cli.runWithInput(
            "{\"text\":\"the\"}", "tokenize", "--model", bert(), "--input", "-", "--json");
    assertTrue(cli.done().out().contains("\"the\""), cli.out());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"-x", "--json", "--text", "@file", "--", "-", "\"quoted\"", "a=b", "$HOME"})
  void should_take_the_text_verbatim_when_it_looks_like_something_else(String text) {
    Cli apart = Cli.run("tokenize", "--text", text, "--json").done();
    Cli joined = Cli.run("tokenize", "--text=" + text, "--json").done();
    assertEquals(apart.out(), joined.out());
    assertEquals(text, spelled(apart.json()));
  }

  /** The tokens of a byte-level vocabulary joined, for texts of printable ASCII. */
  private static String spelled(JsonNode document) {
    StringBuilder text = new StringBuilder();
    document.get("tokens").forEach(token -> text.append(token.stringValue()));
    return text.toString().replace('Ġ', ' ');
  }

  @Test
  void should_give_no_token_when_a_gpt2_text_is_empty() {
    assertEquals(
        "{\"tokens\":[],\"ids\":[],\"offsets\":[],\"type_ids\":[]}\n",
        Cli.run("tokenize", "--text", "", "--json").done().out());
  }

  @Test
  void should_print_valid_json_when_the_text_is_hostile() throws IOException {
    String hostile = "\ud800\u0000\u001b[31m\u2028\uFEFF" + "x".repeat(50_000);
    for (String model : List.of(bert(), "induction-2l")) {
      JsonNode document = Cli.run("tokenize", "--model", model, "--text", hostile, "--json").json();
      assertEquals(document.get("ids").size(), document.get("tokens").size());
      String human = Cli.run("tokenize", "--model", model, "--text", hostile).done().out();
      assertTrue(human.indexOf('\u001b') < 0, "a raw escape");
    }
  }

  @Test
  void should_pad_and_mask_when_asked() throws IOException {
    Path file =
        Files.writeString(dir.resolve("in.jsonl"), "{\"text\":\"the\"}\n{\"text\":\"the cat\"}\n");
    String out =
        Cli.run("tokenize", "--model", bert(), "--input", file.toString(), "--json", "--pad")
            .done()
            .out();
    assertTrue(out.contains("\"ids\":[2,5,3,0]") && out.contains("\"mask\":[1,1,1,0]"), out);
  }

  @Test
  void should_ignore_declared_truncation_with_a_note_until_it_is_asked_for() throws IOException {
    Path model = dir.resolve("declared");
    Files.createDirectories(model);
    Files.writeString(
        model.resolve("tokenizer.json"),
        """
        {"version":"1.0","truncation":{"direction":"Right","max_length":3,"strategy":"LongestFirst","stride":0},
         "padding":null,"added_tokens":[],"normalizer":null,"pre_tokenizer":{"type":"BertPreTokenizer"},
         "post_processor":null,"decoder":null,
         "model":{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##",
          "max_input_chars_per_word":100,"vocab":{"[UNK]":0,"a":1}}}
        """);
    String[] call = {"tokenize", "--model", model.toString(), "--text", "a a a a a", "--json"};
    Cli whole = Cli.run(call);
    assertEquals(5, whole.json().get("ids").size());
    assertTrue(whole.err().startsWith("vitrine: note: "), whole.err());
    String[] cutCall = java.util.Arrays.copyOf(call, call.length + 1);
    cutCall[call.length] = "--truncate";
    Cli cut = Cli.run(cutCall);
    assertEquals(3, cut.json().get("ids").size());
    assertEquals("", cut.err());
    cutCall[call.length] = "--quiet";
    assertEquals("", Cli.run(cutCall).done().err());
  }

  @Test
  void should_refuse_when_the_call_is_wrong() throws IOException {
    String bert = bert();
    Cli.run("tokenize", "--model", bert).failed(2, "--text or --input: none given");
    Cli.run("tokenize", "--text", "a", "--input", "b").failed(2, "--text or --input: 2 given");
    Cli.run("tokenize", "--pair", "a", "--input", "b").failed(2, "--pair: given without --text");
    Cli.run("tokenize", "--text").failed(2, "--text: missing");
    Cli.run("tokenize", "--text", "a", "--text", "b").failed(2, "--text: given twice");
    Cli.run("tokenize", "--text", "a", "--truncate").failed(2, "--truncate");
    Cli.run("tokenize", "--text", "a", "--model", " ").failed(2, "--model");
  }

  @Test
  void should_exit_with_3_when_the_input_is_bad() throws IOException {
    Cli.run("tokenize", "--model", "inductoin-2l", "--text", "a")
        .failed(3, "model: inductoin-2l", "induction-2l perhaps");
    Cli.run("tokenize", "--model", "no\nsuch\u001bmodel", "--text", "a").failed(3, "no\\nsuch");
    Cli.run("tokenize", "--model", dir.toString(), "--text", "a").failed(3, "tokenizer");
    Cli.run("tokenize", "--input", dir.resolve("none").toString()).failed(3, "no such file");
    Cli.run("tokenize", "--input", dir.toString()).failed(3, "a directory");
    Cli.runWithInput("{\"ids\":[1]}", "tokenize", "--input", "-").failed(3, "\"ids\"");
    Cli.runWithInput("{\"text\":\"a\"}\nnonsense", "tokenize", "--input", "-", "--json")
        .failed(3, "standard input line 2");
  }
}
