package vitrine.interp.probe.tasks;

import java.util.List;
import vitrine.interp.rows.Passage;

/**
 * A text with what is to be told of it.
 *
 * @param passage the text; of words, those that have a label
 * @param labels one a word of the passage, or one of the whole text
 * @param forms the words that are labelled, as spelled; of a whole text, the text
 */
public record Labelled(Passage passage, List<String> labels, List<String> forms) {
  public Labelled {
    labels = List.copyOf(labels);
    forms = List.copyOf(forms);
    if (labels.size() != forms.size()) {
      throw new IllegalArgumentException(
          "probe: %d labels for %d forms".formatted(labels.size(), forms.size()));
    }
  }
}
