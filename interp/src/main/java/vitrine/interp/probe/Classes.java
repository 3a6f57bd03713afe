package vitrine.interp.probe;

import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import vitrine.engine.InputException;

/**
 * The classes that a probe is trained to tell apart: those of the training labels, in ascending
 * order.
 *
 * @param labels as the file has them
 */
public record Classes(List<Long> labels) {
  public Classes {
    labels = List.copyOf(labels);
  }

  /**
   * Those that occur.
   *
   * @param operand what errors call the labels
   * @throws InputException when there is only one: nothing could be told apart
   */
  public static Classes of(String operand, long[] labels) {
    SortedMap<Long, Integer> counts = new TreeMap<>();
    for (long label : labels) {
      counts.merge(label, 1, Integer::sum);
    }
    if (counts.size() < 2) {
      throw new InputException(
          "probe: %s: %s; expected at least two classes. Give other labels."
              .formatted(
                  operand, counts.isEmpty() ? "no labels" : "only the class " + counts.firstKey()));
    }
    return new Classes(List.copyOf(counts.keySet()));
  }

  public int count() {
    return labels.size();
  }

  /**
   * The index of each label's class.
   *
   * @param operand what errors call the labels
   * @throws InputException at the first that is none of these
   */
  public int[] of(String operand, String trained, long[] given) {
    long[] sorted = labels.stream().mapToLong(label -> label).toArray();
    int[] classes = new int[given.length];
    for (int row = 0; row < given.length; row++) {
      classes[row] = Arrays.binarySearch(sorted, given[row]);
      if (classes[row] < 0) {
        throw new InputException(
            "probe: %s: row %d has class %d; expected one of the %d classes of %s, which the probe is trained on. Leave the row out, or train with that class."
                .formatted(operand, row, given[row], sorted.length, trained));
      }
    }
    return classes;
  }
}
