package vitrine.app.terminal;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import vitrine.engine.EditDistance;

/** The name that somebody who mistyped probably meant. */
public final class NearestName {
  private NearestName() {}

  /** The candidate with the fewest edits, if they are few enough for a slip of the fingers. */
  public static Optional<String> of(String typed, Collection<String> candidates) {
    int most = Math.max(1, Math.min(typed.length(), 40) / 3);
    return candidates.stream()
        .filter(candidate -> EditDistance.between(typed, candidate) <= most)
        .min(Comparator.comparingInt(candidate -> EditDistance.between(typed, candidate)));
  }
}
