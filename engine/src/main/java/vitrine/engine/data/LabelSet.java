package vitrine.engine.data;

import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import vitrine.engine.InputException;

/** The names of classes; a class is a name's place in the list. */
public final class LabelSet {
  /** Of a task without classes. */
  public static final LabelSet NONE = new LabelSet(List.of());

  private final List<String> names;
  private final Map<String, Integer> classes = new HashMap<>();

  private LabelSet(List<String> names) {
    this.names = List.copyOf(names);
    for (int i = 0; i < names.size(); i++) {
      classes.put(names.get(i), i);
    }
  }

  /** These names in order: by number where all are whole numbers, else by character. */
  public static LabelSet of(List<String> names) {
    boolean numbers = names.stream().allMatch(name -> name.matches("-?\\d{1,9}"));
    Comparator<String> order =
        numbers ? Comparator.comparingInt(Integer::parseInt) : Comparator.naturalOrder();
    return inOrder(names.stream().sorted(order).toList());
  }

  /**
   * These names in the order they are given.
   *
   * @throws InputException when one is there twice
   */
  public static LabelSet inOrder(List<String> names) {
    if (new HashSet<>(names).size() != names.size()) {
      throw new InputException(
          "data: labels: " + names + ": one of them twice; expected each once.");
    }
    return new LabelSet(names);
  }

  /** The classes of a config's {@code id2label}, as {@code ModelFiles.labels()} gives them. */
  public static LabelSet ofConfig(Map<Integer, String> labels) {
    return inOrder(List.copyOf(new TreeMap<>(labels).values()));
  }

  public int size() {
    return names.size();
  }

  public List<String> names() {
    return names;
  }

  /** The class of a name; empty for one that is not in the set. */
  public OptionalInt classOf(String name) {
    Integer found = classes.get(name);
    return found == null ? OptionalInt.empty() : OptionalInt.of(found);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LabelSet set && names.equals(set.names);
  }

  @Override
  public int hashCode() {
    return names.hashCode();
  }

  /** As in {@code negative, positive}; the first few of many. */
  @Override
  public String toString() {
    int shown = 12;
    return String.join(", ", names.subList(0, Math.min(shown, names.size())))
        + (names.size() > shown ? ", … (" + names.size() + " in all)" : "");
  }
}
