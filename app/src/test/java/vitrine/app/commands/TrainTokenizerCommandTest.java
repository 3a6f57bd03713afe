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
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import vitrine.app.Cli;
import vitrine.app.training.WordCheckpoint;
import vitrine.engine.io.TextFile;
import vitrine.engine.text.BytePairTrainer;
import vitrine.engine.text.Casing;
import vitrine.engine.text.TokenizerTrainer;
import vitrine.engine.text.TrainingSize;
import vitrine.engine.text.WordPieceTrainer;

final class TrainTokenizerCommandTest {
  private static final String TEXT = "The cats sat on the mats.\nÉtés, the cats sat.\n".repeat(3);

  @TempDir Path dir;

  private Path text() throws IOException {
    return Files.writeString(dir.resolve("text.txt"), TEXT);
  }

  private Path out() {
    return dir.resolve("made/tokenizer");
  }

  private static Cli train(String kind, Path text, Path out, String... more) {
    List<String> call = new ArrayList<>(List.of("train-tokenizer", "--kind", kind));
    call.addAll(List.of("--text", text.toString(), "--out", out.toString()));
    call.addAll(List.of(more));
    return Cli.run(call.toArray(String[]::new));
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> String.valueOf(file.getFileName())).sorted().toList();
    }
  }

  private static List<String> tokens(Path model, String text) {
    JsonNode tokens =
        Cli.run("tokenize", "--model", model.toString(), "--text", text, "--json")
            .json()
            .get("tokens");
    return tokens.valueStream().map(JsonNode::stringValue).toList();
  }

  @Test
  void should_write_a_tokenizer_that_tokenize_loads_when_byte_pairs_are_learned()
      throws IOException {
    Cli cli = train("bpe", text(), out(), "--vocabulary", "300").done();
    assertEquals(
        List.of("merges.txt", "tokenizer.json", "tokenizer_config.json", "vocab.json"),
        names(out()));
    assertTrue(cli.out().startsWith("bpe tokenizer of "), cli.out());
    assertEquals(List.of("The", "Ġcats", "Ġsat"), tokens(out(), "The cats sat"));
  }

  @Test
  void should_fold_case_unless_told_otherwise_when_pieces_are_learned() throws IOException {
    Path folded = dir.resolve("folded");
    Path asked = dir.resolve("asked");
    Path cased = dir.resolve("cased");
    train("wordpiece", text(), folded, "--vocabulary", "60").done();
    train("wordpiece", text(), asked, "--vocabulary", "60", "--lowercase").done();
    train("wordpiece", text(), cased, "--vocabulary", "60", "--cased").done();
    assertEquals(List.of("tokenizer.json", "tokenizer_config.json", "vocab.txt"), names(folded));
    assertEquals(
        Files.readString(folded.resolve("tokenizer.json")),
        Files.readString(asked.resolve("tokenizer.json")));
    assertEquals(List.of("[CLS]", "etes", "the", "[SEP]"), tokens(folded, "Étés THE"));
    assertEquals(List.of("[CLS]", "Étés", "the", "[UNK]", "[SEP]"), tokens(cased, "Étés the THE"));
  }

  @Test
  void should_give_the_same_files_when_the_text_is_packed_or_in_two_files() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(TEXT.getBytes(StandardCharsets.UTF_8));
    }
    Path packed = Files.write(dir.resolve("packed.txt"), bytes.toByteArray());
    int cut = TEXT.indexOf('\n') + 1;
    Path first = Files.writeString(dir.resolve("first"), TEXT.substring(0, cut));
    Path second = Files.writeString(dir.resolve("second"), TEXT.substring(cut));
    Path whole = dir.resolve("whole");
    train("bpe", text(), whole, "--vocabulary", "290").done();
    train("bpe", packed, dir.resolve("a"), "--vocabulary", "290").done();
    train("bpe", first, dir.resolve("b"), "--vocabulary", "290", "--text", second.toString())
        .done();
    Cli.run(
            "train-tokenizer",
            "--kind=bpe",
            "--text",
            first.toString(),
            second.toString(),
            "--vocabulary=290",
            "--out=" + dir.resolve("c"))
        .done();
    for (String name : names(whole)) {
      for (String other : List.of("a", "b", "c")) {
        assertArrayEquals(
            Files.readAllBytes(whole.resolve(name)),
            Files.readAllBytes(dir.resolve(other).resolve(name)),
            other + " " + name);
      }
    }
  }

  @Test
  void should_print_an_event_a_line_when_asked_for_json() throws IOException {
    StringBuilder many = new StringBuilder();
    for (int i = 0; i < 4000; i++) {
      many.append(Integer.toString(i * 7919, 36)).append(i % 2 == 0 ? " " : "\n");
    }
    Path text = Files.writeString(dir.resolve("many"), many);
    Cli cli = train("bpe", text, out(), "--vocabulary", "1100", "--json", "--quiet").done();
    assertEquals("", cli.err());
    List<JsonNode> events = cli.out().lines().map(new JsonMapper()::readTree).toList();
    assertEquals(
        List.of("started", "read", "words", "learned", "done"),
        events.stream().map(event -> event.get("event").stringValue()).toList());
    assertEquals(1, events.get(2).get("texts").intValue());
    assertEquals(
        "{\"event\":\"learned\",\"vocabulary\":1000,\"of\":1100}", events.get(3).toString());
    assertEquals(1100, events.get(4).get("vocabulary").intValue());
    assertEquals(out().toString(), events.get(4).get("out").stringValue());
    List<String> files =
        events.get(4).get("files").valueStream().map(JsonNode::stringValue).sorted().toList();
    assertEquals(names(out()), files);
  }

  /** What a process leaves that is killed within a text, and while it learns. */
  @Test
  void should_give_the_same_files_when_a_killed_training_goes_on() throws IOException {
    Path first = text();
    Path second = Files.writeString(dir.resolve("second"), "a dog, the dogs\n\tand a \"cat\"\n");
    for (String kind : List.of("bpe", "wordpiece")) {
      Path whole = dir.resolve("whole-" + kind);
      String[] call = {"--vocabulary", "290", "--text", second.toString()};
      train(kind, first, whole, call).done();
      assertFalse(Files.exists(whole.resolve("checkpoint")));
      for (int read = 0; read <= 2; read++) {
        Path killed = dir.resolve("killed-" + kind + read);
        Files.createDirectories(killed.resolve("checkpoint"));
        Files.createDirectories(killed.resolve(".vitrine-12-34"));
        Files.writeString(killed.resolve(".vitrine-12-34/tokenizer.json"), "half");
        if (read > 0) {
          TokenizerTrainer trainer =
              kind.equals("bpe")
                  ? new BytePairTrainer(new TrainingSize(290, 2))
                  : new WordPieceTrainer(new TrainingSize(290, 2), Casing.UNCASED);
          List<Path> done = List.of(first, second).subList(0, read);
          done.forEach(text -> TextFile.forEachLine(text, trainer::add));
          new WordCheckpoint(killed, kind).write(trainer, done);
        }
        train(kind, first, killed, call).failed(3, "holds a training", "add --resume");
        List<String> more = new ArrayList<>(List.of(call));
        more.addAll(List.of("--resume", "--json"));
        Cli resumed = train(kind, first, killed, more.toArray(String[]::new)).done();
        assertTrue(resumed.out().startsWith("{\"event\":\"started\",\"texts\":2,\"done\":" + read));
        assertEquals(names(whole), names(killed));
        for (String name : names(whole)) {
          assertArrayEquals(
              Files.readAllBytes(whole.resolve(name)),
              Files.readAllBytes(killed.resolve(name)),
              kind + " " + name);
        }
      }
    }
  }

  @Test
  void should_say_so_when_a_training_cannot_go_on() throws IOException {
    Path text = text();
    train("bpe", text, out(), "--vocabulary", "290", "--resume").failed(3, "no training to go on");
    assertFalse(Files.exists(out()));
    TokenizerTrainer trainer = new WordPieceTrainer(new TrainingSize(290, 2), Casing.CASED);
    new WordCheckpoint(out(), "wordpiece, cased").write(trainer, List.of(text));
    train("wordpiece", text, out(), "--vocabulary", "290", "--resume")
        .failed(3, "kind: wordpiece; expected wordpiece, cased");
    Files.writeString(text, "others");
    train("wordpiece", text, out(), "--vocabulary", "290", "--cased", "--resume")
        .failed(3, "texts: ", "as the training was begun");
    assertEquals(List.of("checkpoint"), names(out()));
    train("bpe", text, out(), "--vocabulary", "290", "--overwrite").done();
    assertFalse(Files.exists(out().resolve("checkpoint")));
  }

  @Test
  void should_say_so_when_the_texts_give_fewer_tokens() throws IOException {
    Cli cli = train("bpe", text(), out(), "--vocabulary", "9000", "--min-frequency", "7").done();
    assertTrue(cli.err().contains(" of 9,000 tokens: no further pair occurs as often as 7 times"));
  }

  @Test
  void should_replace_the_other_kind_and_nothing_else_when_overwriting() throws IOException {
    Path text = text();
    train("bpe", text, out(), "--vocabulary", "270").done();
    Files.writeString(out().resolve("added_tokens.json"), "{\"<x>\":270}");
    Files.writeString(out().resolve("notes"), "mine");
    train("wordpiece", text, out(), "--vocabulary", "60").failed(3, "not empty", "--overwrite");
    assertEquals(6, names(out()).size());
    train("wordpiece", text, out(), "--vocabulary", "60", "--overwrite").done();
    assertEquals(
        List.of("notes", "tokenizer.json", "tokenizer_config.json", "vocab.txt"), names(out()));
    assertEquals("[CLS]", tokens(out(), "the").getFirst());
  }

  @Test
  void should_leave_nothing_behind_when_a_text_is_bad() throws IOException {
    Path good = text();
    Path empty = Files.writeString(dir.resolve("empty"), "");
    Path latin1 = Files.write(dir.resolve("latin1"), new byte[] {'c', 'a', 'f', (byte) 0xe9});
    Path short1 = Files.write(dir.resolve("short"), new byte[] {0x1f, (byte) 0x8b, 8});
    Path blank = Files.writeString(dir.resolve("blank"), " \n");
    for (List<String> bad :
        List.of(
            List.of(empty.toString(), "empty"),
            List.of(latin1.toString(), "not UTF-8 at byte 3"),
            List.of(short1.toString(), "gzip that ends early"),
            List.of(dir.toString(), "a directory"),
            List.of(dir.resolve("none").toString(), "no such file"))) {
      train("bpe", good, out(), "--vocabulary", "300", "--text", bad.getFirst())
          .failed(3, bad.getFirst(), bad.getLast());
    }
    train("wordpiece", blank, out(), "--vocabulary", "300").failed(3, "no word");
    train("wordpiece", good, out(), "--vocabulary", "9").failed(3, "expected at least ");
    assertFalse(Files.exists(out()));
    assertFalse(Files.exists(dir.resolve("made")));
  }

  @Test
  void should_refuse_when_the_call_is_wrong() throws IOException {
    Path text = text();
    train("unigram", text, out(), "--vocabulary", "300").failed(2, "unigram; expected bpe or");
    train("bpe", text, out()).failed(2, "--vocabulary: missing");
    train("bpe", text, out(), "--vocabulary", "300", "--cased").failed(2, "--cased: given with");
    train("bpe", text, out(), "--vocabulary", "300", "--alphabet", "9").failed(2, "--alphabet");
    train("wordpiece", text, out(), "--vocabulary", "300", "--cased", "--lowercase")
        .failed(2, "both given");
    train("bpe", text, out(), "--vocabulary", "0").failed(2, "--vocabulary: 0");
    train("bpe", text, out(), "--vocabulary", "300", "--min-frequency", "0").failed(2, "0");
    train("bpe", text, out(), "--vocabulary", "256").failed(3, "expected at least 257");
    train("bpe", text, out(), "--vocabulary", "99999999").failed(3, "expected 1 to 16777216");
    train("bpe", text, text, "--vocabulary", "300").failed(3, "a file; expected a directory");
    Cli.run("train-tokenizer", "--kind", "bpe", "--vocabulary", "300", "--out", "x", "--text")
        .failed(2, "--text: missing");
    assertFalse(Files.exists(out()));
  }
}
