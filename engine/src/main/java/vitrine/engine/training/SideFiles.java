package vitrine.engine.training;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import vitrine.engine.InputException;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Head;

/**
 * Files that a trained model is saved with: its tokenizer's, and the settings of generation.
 *
 * @param content by file name
 */
public record SideFiles(Map<String, byte[]> content) {
  private static final String SETTINGS = "tokenizer_config.json";
  private static final String GENERATION = "generation_config.json";
  private static final List<String> TOKENIZERS =
      List.of("tokenizer.json", "vocab.json", "vocab.txt");

  /** What transformers takes for GPT-2's end-of-text token where nothing says another. */
  private static final String END_OF_TEXT = "<|endoftext|>";

  private static final JsonMapper JSON = new JsonMapper();

  /** None. */
  public static final SideFiles NONE = new SideFiles(Map.of());

  /** Names in a directory, and what they are saved as. */
  private static final Map<String, String> NAMES = new LinkedHashMap<>();

  static {
    for (String name :
        new String[] {
          "tokenizer.json",
          SETTINGS,
          "special_tokens_map.json",
          "added_tokens.json",
          "vocab.json",
          "merges.txt",
          "vocab.txt",
          GENERATION
        }) {
      NAMES.put(name, name);
    }
    // OpenAI's names, which transformers does not look for.
    NAMES.put("encoder.json", "vocab.json");
    NAMES.put("vocab.bpe", "merges.txt");
  }

  public SideFiles {
    content = Collections.unmodifiableMap(new LinkedHashMap<>(content));
  }

  /**
   * Those of a model directory; none where it has none.
   *
   * @throws InputException when one cannot be read
   */
  public static SideFiles of(Path directory) {
    Map<String, byte[]> content = new LinkedHashMap<>();
    NAMES.forEach((name, saved) -> {
      Path file = directory.resolve(name);
      if (Files.isRegularFile(file)) {
        content.putIfAbsent(saved, read(file));
      }
    });
    return new SideFiles(content);
  }

  /** Those of the tokenizer alone: how a model generates is its own. */
  public SideFiles ofTokenizer() {
    Map<String, byte[]> content = new LinkedHashMap<>(this.content);
    content.remove(GENERATION);
    return new SideFiles(content);
  }

  /**
   * As a model has to have them that is saved: its tokenizer knows how long a text may be, and of a
   * classifier that pads with its end-of-text token, that it does.
   *
   * @param config of the model
   */
  SideFiles suited(Architecture model, JsonNode config) {
    SideFiles files = model.head() == Head.LANGUAGE ? this : ofTokenizer();
    if (TOKENIZERS.stream().noneMatch(content::containsKey)) {
      return files;
    }
    ObjectNode settings = settings();
    settings.put("model_max_length", model.positions());
    JsonNode pad = config.path("pad_token_id");
    boolean padsWithEnd = pad.isInt() && pad.equals(config.path("eos_token_id"));
    if (model.head() == Head.SEQUENCE && padsWithEnd && !settings.hasNonNull("pad_token")) {
      JsonNode end = settings.path("eos_token");
      settings.set("pad_token", end.isMissingNode() ? settings.stringNode(END_OF_TEXT) : end);
    }
    Map<String, byte[]> content = new LinkedHashMap<>(files.content);
    content.put(SETTINGS, (settings.toPrettyString() + "\n").getBytes(StandardCharsets.UTF_8));
    return new SideFiles(content);
  }

  private ObjectNode settings() {
    byte[] there = content.get(SETTINGS);
    try {
      return there == null ? JSON.createObjectNode() : JSON.readValue(there, ObjectNode.class);
    } catch (JacksonException e) {
      throw new InputException(
          "model: "
              + SETTINGS
              + ": not a JSON object; expected one. Mend the file in the tokenizer's directory.",
          e);
    }
  }

  private static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new InputException(
          "model: " + file + ": cannot be read: " + e.getMessage() + "; expected a readable file.",
          e);
    }
  }
}
