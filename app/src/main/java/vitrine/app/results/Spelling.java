package vitrine.app.results;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import vitrine.engine.InputException;
import vitrine.engine.text.Tokenizer;

/** How ids are spelled. */
public final class Spelling {
  private Spelling() {}

  /**
   * The vocabulary's token; null without tokenizer, or when the model's vocabulary is padded beyond
   * the tokenizer's.
   */
  public static @Nullable String of(Optional<Tokenizer> tokenizer, int id) {
    if (tokenizer.isEmpty() || id < 0 || id >= tokenizer.get().size()) {
      return null;
    }
    try {
      return tokenizer.get().token(id);
    } catch (InputException e) {
      return null; // an id that the vocabulary leaves out
    }
  }
}
