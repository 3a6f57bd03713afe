package vitrine.engine.data;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where in a line of a labelled file its parts stand. */
public sealed interface Columns {
  /** Under the names that the GLUE files and Hugging Face data sets use. */
  record Known() implements Columns {
    /** Names of the first and the second text, of which the first that are there count. */
    static final List<Named> TEXTS =
        List.of(
            new Named("sentence1", "sentence2", ""),
            new Named("question1", "question2", ""),
            new Named("question", "sentence", ""),
            new Named("premise", "hypothesis", ""),
            new Named("text", "pair", ""),
            new Named("text_a", "text_b", ""),
            new Named("sentence", null, ""),
            new Named("text", null, ""));

    static final List<String> LABELS =
        List.of("label", "labels", "gold_label", "score", "similarity", "is_duplicate");
  }

  /**
   * Under these names of the header, or keys of the JSON.
   *
   * @param pair null for lines of one text
   */
  record Named(String text, @Nullable String pair, String label) implements Columns {}

  /**
   * In these columns of a file without a header, counted from 1.
   *
   * @param pair null for lines of one text
   */
  record Numbered(int text, @Nullable Integer pair, int label) implements Columns {}

  static Columns known() {
    return new Known();
  }
}
