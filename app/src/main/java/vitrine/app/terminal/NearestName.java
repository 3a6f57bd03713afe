package vitrine.app.terminal;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** The name that somebody who mistyped probably meant. */
public final class NearestName {
  private NearestName() {}

  /** The candidate with the fewest edits, if they are few enough for a slip of the fingers. */
  public static Optional<String> of(String typed, Collection<String> candidates) {
    int most = Math.max(1, Math.min(typed.length(), 40) / 3);
    return candidates.stream()
        .filter(candidate -> distance(typed, candidate) <= most)
        .min(Comparator.comparingInt(candidate -> distance(typed, candidate)));
  }

  /** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
  static int distance(String a, String b) {
    int[][] edits = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          edits[i][j] = i + j;
          continue;
        }
        int replace = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        edits[i][j] =
            Math.min(edits[i - 1][j - 1] + replace, 1 + Math.min(edits[i - 1][j], edits[i][j - 1]));
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          edits[i][j] = Math.min(edits[i][j], edits[i - 2][j - 2] + 1);
        }
      }
    }
    return edits[a.length()][b.length()];
  }
}
