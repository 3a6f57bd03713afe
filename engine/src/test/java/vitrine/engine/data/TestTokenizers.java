package vitrine.engine.data;

import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.Objects;
import vitrine.engine.text.Tokenizer;
import vitrine.engine.text.Tokenizers;

/** Small tokenizers of both kinds, from the fixtures of {@code vitrine.engine.text}. */
public final class TestTokenizers {
  private TestTokenizers() {}

  public static Tokenizer gpt2() {
    return Tokenizers.load(directory("gpt2"));
  }

  public static Tokenizer bert() {
    return Tokenizers.load(directory("bert-uncased"));
  }

  /** Where the files of one lie. */
  public static Path directory(String name) {
    URL url = TestTokenizers.class.getResource("/vitrine/engine/text/" + name);
    try {
      return Path.of(Objects.requireNonNull(url, name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
