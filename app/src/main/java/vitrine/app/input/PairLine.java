package vitrine.app.input;

import org.jspecify.annotations.Nullable;

/**
 * Two prompts as they were given.
 *
 * @param where it was given, for errors: {@code --text}, {@code pairs.jsonl line 3}
 * @param answer to the clean one; null when not given
 * @param wrong the answer to the corrupted one; null when not given
 */
public record PairLine(
    String where, Prompt clean, Prompt corrupted, @Nullable Answer answer, @Nullable Answer wrong) {
  /** One of the two. */
  public sealed interface Prompt {}

  /** To be tokenized. */
  public record Words(String text) implements Prompt {}

  /** Token ids, taken verbatim. */
  @SuppressWarnings("ArrayRecordComponent") // compared by no one
  public record Tokens(int[] ids) implements Prompt {}

  /** What should come next. */
  public sealed interface Answer {}

  /** A word that is one token. */
  public record Word(String text) implements Answer {}

  /** A token, or a class. */
  public record Id(int id) implements Answer {}

  /** Whether a tokenizer is needed. */
  public boolean hasWords() {
    return clean instanceof Words
        || corrupted instanceof Words
        || answer instanceof Word
        || wrong instanceof Word;
  }
}
