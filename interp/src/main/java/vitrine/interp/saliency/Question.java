package vitrine.interp.saliency;

import java.util.List;
import vitrine.engine.hooks.Example;

/**
 * A text and what is to be explained of it.
 *
 * @param tokens one spelling a token
 * @param words which tokens belong together; none where nothing tells
 * @param targets at least one
 */
public record Question(
    Example example, List<String> tokens, List<Words.Word> words, List<Target> targets) {
  public Question {
    tokens = List.copyOf(tokens);
    words = List.copyOf(words);
    targets = List.copyOf(targets);
    if (tokens.size() != example.ids().length || targets.isEmpty()) {
      throw new IllegalArgumentException(
          "saliency: %d spellings of %d tokens, %d targets"
              .formatted(tokens.size(), example.ids().length, targets.size()));
    }
  }
}
