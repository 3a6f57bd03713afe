package vitrine.tests.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import vitrine.engine.text.Tokenizer;
import vitrine.engine.text.Tokenizers;

/**
 * Ids, tokens and offsets equal the reference's on every string: lines of corpora, adversarial
 * white space, and random code points, all of those this JDK's Unicode assigns. There is no
 * exception.
 */
final class TokenizerOracleTest {
  private static final int LEAST = 100_000;

  @Test
  void should_match_the_reference_when_gpt2(@TempDir Path folder) throws Exception {
    Path data = data();
    Path files = data.resolve("tokenizer-gpt2");
    Files.copy(files.resolve("encoder.json"), folder.resolve("encoder.json"));
    Files.copy(files.resolve("vocab.bpe"), folder.resolve("vocab.bpe"));
    Tokenizer ours = Tokenizers.load(folder);
    Path json = folder.resolve("tokenizer.json");
    Reference.writeGpt2(files.resolve("encoder.json"), files.resolve("vocab.bpe"), json);
    compare("gpt2 from encoder.json", ours, json, strings(data), LEAST);
  }

  @Test
  void should_match_the_reference_when_bert_uncased(@TempDir Path folder) throws Exception {
    bert(folder, "bert-base-uncased-vocab.txt", true);
  }

  @Test
  void should_match_the_reference_when_bert_cased(@TempDir Path folder) throws Exception {
    bert(folder, "bert-base-cased-vocab.txt", false);
  }

  @Test
  void should_match_the_reference_when_minilm() {
    String folder = System.getenv("VITRINE_MINILM");
    assumeTrue(folder != null, "VITRINE_MINILM is unset: the model is not there");
    Path model = Path.of(folder);
    List<String> strings = seeded(10_000);
    compare("MiniLM", Tokenizers.load(model), model.resolve("tokenizer.json"), strings, 20_000);
  }

  /** The engine's small fixtures: needs no data from outside. */
  @ParameterizedTest
  @ValueSource(strings = {"gpt2-json", "roberta-json", "bert-json"})
  void should_match_the_reference_when_a_small_vocabulary(String name) {
    Path folder =
        Path.of("..", "engine", "src", "test", "resources", "vitrine", "engine", "text", name);
    Path json = folder.resolve("tokenizer.json");
    compare(name, Tokenizers.load(folder), json, seeded(4_000), 8_000);
  }

  private static void bert(Path folder, String name, boolean lowercases) throws Exception {
    Path data = data();
    Path vocabulary = data.resolve("tokenizer-bert").resolve(name);
    Files.copy(vocabulary, folder.resolve("vocab.txt"));
    Files.writeString(
        folder.resolve("tokenizer_config.json"), "{\"do_lower_case\": " + lowercases + "}");
    Tokenizer ours = Tokenizers.load(folder);
    Path json = folder.resolve("tokenizer.json");
    Reference.writeBert(vocabulary, lowercases, json);
    compare(name, ours, json, strings(data), LEAST);
  }

  private static List<String> strings(Path data) {
    List<String> strings = new ArrayList<>(Strings.corpora(data));
    strings.addAll(seeded(25_000));
    return strings;
  }

  /** Half adversarial white space, half random code points. */
  private static List<String> seeded(int half) {
    List<String> strings = new ArrayList<>(Strings.adversarial(half, 1));
    strings.addAll(Strings.unicode(half, 2));
    return strings;
  }

  private static void compare(
      String name, Tokenizer ours, Path json, List<String> strings, int least) {
    List<String> differences = new ArrayList<>();
    try (Reference reference = new Reference(json)) {
      for (String text : strings) {
        @Nullable String difference = reference.difference(text, ours.encode(text));
        if (difference != null) {
          differences.add("\"%s\": %s".formatted(text, difference));
        }
      }
    }
    System.out.printf("%s: %d strings, %d differ%n", name, strings.size(), differences.size());
    assertEquals(List.of(), differences.stream().limit(10).toList());
    assertTrue(strings.size() >= least, strings.size() + " strings");
  }

  private static Path data() {
    String folder = System.getenv("VITRINE_DATA");
    assumeTrue(folder != null, "VITRINE_DATA is unset: the corpora are not there");
    return Path.of(folder);
  }
}
