package vitrine.interp.probe.layers;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import vitrine.engine.InputException;

/**
 * The classes that training rows have, in order; of numbers by size.
 *
 * @param names at least two
 */
record ClassNames(List<String> names) {
  private static final String WHOLE = "-?[0-9]{1,9}";

  ClassNames {
    names = List.copyOf(names);
  }

  static ClassNames of(RowLabels train) {
    Stream<String> found = train.labels().stream().distinct();
    boolean numbers = train.labels().stream().allMatch(label -> label.matches(WHOLE));
    List<String> names =
        found
            .sorted(
                numbers ? Comparator.comparingInt(Integer::parseInt) : Comparator.naturalOrder())
            .toList();
    if (names.size() < 2) {
      throw new InputException(
          "probe: %s: %s; expected at least two classes. Give other labels"
              .formatted(
                  train.data().operand(),
                  names.isEmpty() ? "no labels" : "only the class " + names.getFirst()));
    }
    return new ClassNames(names);
  }

  int count() {
    return names.size();
  }

  /** The class of each label; negative where training has none such. */
  int[] of(List<String> labels) {
    java.util.Map<String, Integer> places = new java.util.HashMap<>();
    for (String name : names) {
      places.put(name, places.size());
    }
    return labels.stream().mapToInt(label -> places.getOrDefault(label, -1)).toArray();
  }
}
