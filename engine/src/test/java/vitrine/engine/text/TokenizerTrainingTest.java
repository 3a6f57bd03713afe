package vitrine.engine.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import vitrine.engine.InputException;
import vitrine.engine.io.TextFile;

/**
 * What the tokenizers library 0.23.3 learns from the same text, and what transformers 5.23 makes of
 * its files: {@code tests/generators/tokenizer_training.py}.
 */
final class TokenizerTrainingTest {
  private static final Path FIXTURES =
      Path.of("src", "test", "resources", "vitrine", "engine", "tokenizer-training");

  private static final JsonNode EXPECTED =
      new JsonMapper().readTree(FIXTURES.resolve("expected.json").toFile());

  @TempDir private Path directory;

  private static TrainedTokenizer train(String name) {
    JsonNode given = EXPECTED.get("directories").get(name);
    TrainingSize size =
        new TrainingSize(given.get("vocabulary").intValue(), given.get("least").intValue());
    TokenizerTrainer trainer =
        name.startsWith("bpe")
            ? new BytePairTrainer(size)
            : new WordPieceTrainer(
                size,
                given.get("lower").booleanValue() ? Casing.UNCASED : Casing.CASED,
                given.get("most").intValue());
    TextFile.forEachLine(FIXTURES.resolve("text.txt"), trainer::add);
    return trainer.train(tokens -> {});
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bpe",
        "bpe-frequent",
        "wordpiece-uncased",
        "wordpiece-cased",
        "wordpiece-alphabet"
      })
  void should_learn_and_write_as_the_reference_when_the_text_is_the_same(String name)
      throws IOException {
    train(name).write(directory);
    assertEquals(names(FIXTURES.resolve(name)), names(directory));
    for (String file : names(directory)) {
      Path ours = directory.resolve(file);
      Path theirs = FIXTURES.resolve(name).resolve(file);
      if (file.endsWith(".json")) {
        JsonMapper json = new JsonMapper();
        assertEquals(json.readTree(theirs.toFile()), json.readTree(ours.toFile()), file);
      } else {
        assertEquals(Files.readString(theirs), Files.readString(ours), file);
      }
    }
  }

  private static Set<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> String.valueOf(file.getFileName()))
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bpe",
        "bpe-frequent",
        "wordpiece-uncased",
        "wordpiece-cased",
        "wordpiece-alphabet"
      })
  void should_encode_as_the_reference_when_trained_and_when_its_files_are_loaded(String name) {
    TrainedTokenizer trained = train(name);
    trained.write(directory);
    Tokenizer loaded = Tokenizers.load(directory);
    assertEquals(List.of(), loaded.notes());
    assertEquals(trained.size(), loaded.size());
    JsonNode texts = EXPECTED.get("texts");
    for (int i = 0; i < texts.size(); i++) {
      String text = texts.get(i).stringValue();
      JsonNode ids = EXPECTED.get("directories").get(name).get("ids").get(i);
      int[] expected = ids.valueStream().mapToInt(JsonNode::intValue).toArray();
      assertArrayEquals(expected, trained.tokenizer().encode(text).ids(), text);
      assertArrayEquals(expected, loaded.encode(text).ids(), text);
    }
    assertEquals(11, texts.size());
  }

  /** Without tokenizer.json, as older programs read a directory. */
  @ParameterizedTest
  @ValueSource(strings = {"bpe", "wordpiece-cased"})
  void should_encode_the_same_when_only_the_older_files_are_read(String name) throws IOException {
    TrainedTokenizer trained = train(name);
    trained.write(directory);
    Files.delete(directory.resolve("tokenizer.json"));
    Tokenizer older = Tokenizers.load(directory);
    for (JsonNode text : EXPECTED.get("texts")) {
      assertArrayEquals(
          trained.tokenizer().encode(text.stringValue()).ids(),
          older.encode(text.stringValue()).ids());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bpe", "wordpiece-uncased"})
  void should_give_the_same_bytes_when_trained_twice(String name) {
    Map<String, byte[]> first = train(name).files();
    Map<String, byte[]> second = train(name).files();
    assertEquals(List.copyOf(first.keySet()), List.copyOf(second.keySet()));
    first.forEach((file, bytes) -> assertArrayEquals(bytes, second.get(file), file));
    assertTrue(Tokenizers.files().containsAll(first.keySet()), first.keySet().toString());
  }

  @Test
  void should_report_each_new_token_when_it_learns() {
    BytePairTrainer trainer = new BytePairTrainer(new TrainingSize(260, 1));
    trainer.add("abcd abcd");
    List<Integer> sizes = new ArrayList<>();
    TrainedTokenizer trained = trainer.train(sizes::add);
    assertEquals(List.of(258, 259, 260), sizes);
    assertEquals(2, trainer.words());
    // Each pair twice: first (a,b), then (c,d), whose left id is smaller than that of (ab,c).
    assertEquals("abcd", trained.tokenizer().token(259));
  }

  @Test
  void should_stop_early_when_no_pair_is_frequent_enough() {
    BytePairTrainer trainer = new BytePairTrainer(new TrainingSize(1000, 3));
    trainer.add("ab ab ab cd");
    assertEquals(BytePairTrainer.LEAST_VOCABULARY + 1, trainer.train(tokens -> {}).size());
  }

  @Test
  void should_join_nothing_across_texts_when_texts_are_added_one_by_one() {
    BytePairTrainer apart = new BytePairTrainer(new TrainingSize(300, 1));
    apart.add("a");
    apart.add("b");
    assertEquals(BytePairTrainer.LEAST_VOCABULARY, apart.train(tokens -> {}).size());
  }

  @Test
  void should_leave_out_the_later_of_equally_frequent_characters_when_the_alphabet_is_limited() {
    WordPieceTrainer trainer = new WordPieceTrainer(TrainingSize.of(100), Casing.CASED, 2);
    trainer.add("b c a a 🙂");
    Tokenizer tokenizer = trainer.train(tokens -> {}).tokenizer();
    assertEquals(List.of("[CLS]", "b", "[UNK]", "a", "[SEP]"), tokenizer.encode("b c a").tokens());
  }

  @Test
  void should_refuse_when_nothing_can_be_learned() {
    assertMessage(
        "train-tokenizer: vocabulary: 256 tokens; expected at least 257",
        () -> new BytePairTrainer(TrainingSize.of(256)));
    assertMessage("vocabulary: 0 tokens; expected 1 to ", () -> TrainingSize.of(0));
    assertMessage("vocabulary: 2147483647 tokens", () -> TrainingSize.of(Integer.MAX_VALUE));
    assertMessage("min-frequency: 0; expected at least 1", () -> new TrainingSize(300, 0));
    assertMessage(
        "alphabet: 0 characters",
        () -> new WordPieceTrainer(TrainingSize.of(300), Casing.CASED, 0));
    assertMessage(
        "texts: no word", () -> new BytePairTrainer(TrainingSize.of(300)).train(tokens -> {}));
    WordPieceTrainer blank = new WordPieceTrainer(TrainingSize.of(300), Casing.CASED);
    blank.add(" \n\u00a0\u0000");
    assertMessage("texts: no word", () -> blank.train(tokens -> {}));
    WordPieceTrainer small = new WordPieceTrainer(TrainingSize.of(9), Casing.UNCASED);
    small.add("ab ba c");
    assertMessage("vocabulary: 9 tokens; expected at least 10", () -> small.train(tokens -> {}));
  }

  private static void assertMessage(String fragment, Runnable refused) {
    String message = String.valueOf(assertThrows(InputException.class, refused::run).getMessage());
    assertTrue(message.contains(fragment), message);
    assertTrue(message.contains("; expected "), message);
  }

  @Test
  void should_write_utf_8_with_line_feeds_when_a_token_is_not_ascii() {
    WordPieceTrainer trainer = new WordPieceTrainer(TrainingSize.of(20), Casing.UNCASED);
    trainer.add("été été");
    assertEquals(
        "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\ne\nt\n##e\n##t\net\nete\n",
        new String(trainer.train(tokens -> {}).files().get("vocab.txt"), StandardCharsets.UTF_8));
  }
}
