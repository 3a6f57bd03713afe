package vitrine.weights;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import vitrine.weights.WeightsException.Kind;

/** The error for a name that a checkpoint lacks, with the names that come nearest. */
final class Missing {
  private static final int SHOWN = 3;

  /** Beyond these, comparing names costs more than the hint is worth. */
  private static final int LONGEST_NAME = 200;

  private static final int MOST_NAMES = 100_000;

  private Missing() {}

  static WeightsException tensor(String name, String operand, Collection<String> present) {
    String near = nearest(name, present).stream().map(Quote::of).collect(Collectors.joining(", "));
    return new WeightsException(
        Kind.NO_SUCH_TENSOR,
        "read tensor: %s: %s has no tensor %s; expected one of its %d. %s"
            .formatted(
                Quote.plain(name),
                operand,
                Quote.of(name),
                present.size(),
                near.isEmpty() ? "List them with inspect." : "The nearest: " + near + "."));
  }

  private static List<String> nearest(String name, Collection<String> present) {
    if (name.length() > LONGEST_NAME || present.size() > MOST_NAMES) {
      return List.of();
    }
    return present.stream()
        .filter(other -> other.length() <= LONGEST_NAME)
        .map(other -> Map.entry(distance(name, other), other))
        .sorted(Comparator.comparing(Map.Entry<Integer, String>::getKey))
        .limit(SHOWN)
        .map(Map.Entry::getValue)
        .toList();
  }

  /** Levenshtein's distance, by rows. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(change, 1 + Math.min(row[j - 1], row[j]));
      }
    }
    return row[b.length()];
  }
}
