package vitrine.app.input;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** One example as it was given. */
public sealed interface InputLine {
  /** Where it was given, for errors: {@code --text}, {@code texts.jsonl line 3}. */
  String where();

  /** What the head should have said: ids, a class, a value, positions; null when not given. */
  @Nullable JsonNode labels();

  /**
   * Words, to be tokenized.
   *
   * @param pair the second text of a pair, or null
   */
  record Words(String where, String text, @Nullable String pair, @Nullable JsonNode labels)
      implements InputLine {}

  /**
   * Token ids, taken verbatim.
   *
   * @param typeIds segment of each, or null: all 0
   * @param mask whether each is real, or null: all are
   */
  @SuppressWarnings("ArrayRecordComponent") // compared by no one
  record Tokens(
      String where,
      int[] ids,
      int @Nullable [] typeIds,
      int @Nullable [] mask,
      @Nullable JsonNode labels)
      implements InputLine {}
}
