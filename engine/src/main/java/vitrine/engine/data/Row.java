package vitrine.engine.data;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A line of a labelled file. */
sealed interface Row {
  /** Counted from 1. */
  int line();

  /**
   * A text or a pair, and its label.
   *
   * @param pair null for one text
   */
  record Texts(int line, String text, @Nullable String pair, String label) implements Row {}

  /** Words, and a label for each. */
  record Words(int line, List<String> words, List<String> labels) implements Row {
    public Words {
      words = List.copyOf(words);
      labels = List.copyOf(labels);
    }
  }

  /**
   * A question and a text that answers it.
   *
   * @param start of the answer in {@code context}, in Java chars
   * @param end of the answer, excluded
   */
  record Answer(int line, String question, String context, int start, int end) implements Row {}
}
