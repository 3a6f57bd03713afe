package vitrine.engine.text;

import java.util.LinkedHashMap;
import java.util.Map;
import vitrine.engine.InputException;

/** How often each word occurs in the texts; in the order in which they first came up. */
final class WordCounts {
  private final Map<String, long[]> counts = new LinkedHashMap<>();

  void add(String word) {
    add(word, 1);
  }

  void add(String word, long count) {
    counts.computeIfAbsent(word, key -> new long[1])[0] += count;
  }

  <E extends Exception> void forEach(TokenizerTrainer.Each<E> each) throws E {
    for (Map.Entry<String, long[]> entry : counts.entrySet()) {
      each.word(entry.getKey(), entry.getValue()[0]);
    }
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
