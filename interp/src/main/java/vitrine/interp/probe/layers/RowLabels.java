package vitrine.interp.probe.layers;

import java.util.ArrayList;
import java.util.List;
import vitrine.interp.probe.tasks.Labelled;
import vitrine.interp.probe.tasks.TaskData;
import vitrine.interp.rows.Encoded;

/**
 * The labels of rows that a model gave, row by row.
 *
 * @param data the texts they come from
 * @param labels of the rows
 * @param forms what is labelled, as spelled
 * @param texts the number of each row's text
 * @param words the place of each row's word in its text
 * @param dropped how many words or texts gave no row
 */
@SuppressWarnings("ArrayRecordComponent") // compared by no one
record RowLabels(
    TaskData data, List<String> labels, List<String> forms, int[] texts, int[] words, int dropped) {
  /**
   * Of texts as they were encoded.
   *
   * @param encoded with rows for all that is labelled, some without a piece
   */
  static RowLabels of(TaskData data, List<Encoded> encoded) {
    List<String> labels = new ArrayList<>();
    List<String> forms = new ArrayList<>();
    List<Integer> texts = new ArrayList<>();
    List<Integer> words = new ArrayList<>();
    int dropped = 0;
    for (int text = 0; text < encoded.size(); text++) {
      Labelled labelled = data.texts().get(text);
      for (int word = 0; word < labelled.labels().size(); word++) {
        if (encoded.get(text).rows().get(word).length == 0) {
          dropped++;
        } else {
          labels.add(labelled.labels().get(word));
          forms.add(labelled.forms().get(word));
          texts.add(text);
          words.add(word);
        }
      }
    }
    return new RowLabels(data, labels, forms, ints(texts), ints(words), dropped);
  }

  private static int[] ints(List<Integer> list) {
    return list.stream().mapToInt(Integer::intValue).toArray();
  }

  int count() {
    return texts.length;
  }
}
