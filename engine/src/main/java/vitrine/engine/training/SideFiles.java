package vitrine.engine.training;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import vitrine.engine.InputException;

/**
 * Files that a trained model is saved with as they are: its tokenizer's, and the settings of
 * generation.
 *
 * @param content by file name
 */
public record SideFiles(Map<String, byte[]> content) {
  /** None. */
  public static final SideFiles NONE = new SideFiles(Map.of());

  /** Names in a directory, and what they are saved as. */
  private static final Map<String, String> NAMES = new LinkedHashMap<>();

  static {
    for (String name :
        new String[] {
          "tokenizer.json",
          "tokenizer_config.json",
          "special_tokens_map.json",
          "added_tokens.json",
          "vocab.json",
          "merges.txt",
          "vocab.txt",
          "generation_config.json"
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
