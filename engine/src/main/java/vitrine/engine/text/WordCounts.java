package vitrine.engine.text;

import java.util.LinkedHashMap;
import java.util.Map;
import vitrine.engine.InputException;

/** How often each word occurs in the texts; in the order in which they first came up. */
final class WordCounts {
  private final Map<String, long[]> counts = new LinkedHashMap<>();

  /** Does something with a word and its count. */
  @FunctionalInterface
  interface Each {
    void word(String word, long count);
  }

  void add(String word) {
    counts.computeIfAbsent(word, key -> new long[1])[0]++;
  }

  void forEach(Each each) {
    counts.forEach((word, count) -> each.word(word, count[0]));
  }

  /**
   * Checks that there is something to learn from.
   *
   * @throws InputException when no word has been counted
   */
  void requireSome() {
    if (counts.isEmpty()) {
      throw new InputException(
          "train-tokenizer: texts: no word; expected some words. Give other texts.");
    }
  }

  /** How many different words there are. */
  int size() {
    return counts.size();
  }
}
