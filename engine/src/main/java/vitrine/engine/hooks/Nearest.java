package vitrine.engine.hooks;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import vitrine.engine.EditDistance;

/** The names nearest to a mistaken one, by edit distance. */
final class Nearest {
  private static final int SHOWN = 3;
  private static final int LONGEST = 100;

  private Nearest() {}

  /** Among the names of all models. */
  static String names(String path) {
    return nearest(path, all());
  }

  /** Among the names this model has. */
  static String names(Site site, Architecture architecture) {
    return nearest(
        site.whole().toString(), all().filter(target -> target.absence(architecture).isEmpty()));
  }

  private static Stream<Target> all() {
    return Stream.concat(Arrays.stream(Tap.values()), Arrays.stream(WeightSite.values()));
  }

  private static String nearest(String given, Stream<Target> candidates) {
    String path = given.substring(0, Math.min(LONGEST, given.length())).replace("hook_", "");
    String layer = layerOf(path);
    return candidates
        .sorted(Comparator.comparingInt(target -> distance(path, target, layer)))
        .limit(SHOWN)
        .map(target -> full(target, layer))
        .collect(Collectors.joining(", "));
  }

  /** The text between the first two single dots of {@code blocks.…}, or N. */
  private static String layerOf(String path) {
    if (!path.startsWith("blocks.")) {
      return "N";
    }
    String rest = path.substring("blocks.".length());
    int end = rest.replace("..", "__").indexOf('.');
    return end > 0 ? rest.substring(0, end) : "N";
  }

  private static String full(Target target, String layer) {
    return target.perBlock() ? "blocks." + layer + "." + target.path() : target.path();
  }

  /**
   * As typed in full, or with the names before or after the typed one forgotten, which counts as a
   * mistake.
   */
  private static int distance(String path, Target target, String layer) {
    String typed = path.substring(path.lastIndexOf('.') + 1);
    String last = target.path().substring(target.path().lastIndexOf('.') + 1);
    String first = target.path().substring(0, (target.path() + '.').indexOf('.'));
    int inFull = unlike(path, full(target, layer));
    return Math.min(inFull, 1 + Math.min(unlike(typed, last), unlike(typed, first)));
  }

  /**
   * The edit distance, twice, less the length of the common beginning: people err towards the end
   * of a name.
   */
  private static int unlike(String a, String b) {
    int common = 0;
    while (common < Math.min(a.length(), b.length()) && a.charAt(common) == b.charAt(common)) {
      common++;
    }
    return 2 * EditDistance.between(a, b) - common;
  }
}
