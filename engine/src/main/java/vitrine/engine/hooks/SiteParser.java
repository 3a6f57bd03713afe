package vitrine.engine.hooks;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import vitrine.engine.InputException;

/** Text to {@link Site}, by the grammar in this package's description. */
final class SiteParser {
  private static final String BLOCKS = "blocks.";
  private static final String HOOK = "hook_";
  private static final String PUNCTUATION = "[]{},=.";
  private static final Pattern LAYERS =
      Pattern.compile("(\\*|\\{[-0-9,]*}|-?[0-9]+(?:\\.\\.-?[0-9]+)?)\\.");

  /** Every target under its pattern. */
  private static final Map<String, Target> TARGETS = targets();

  private SiteParser() {}

  private static Map<String, Target> targets() {
    Map<String, Target> targets = new HashMap<>();
    Arrays.stream(Tap.values()).forEach(tap -> targets.put(tap.pattern(), tap));
    Arrays.stream(WeightSite.values()).forEach(weight -> targets.put(weight.pattern(), weight));
    return Map.copyOf(targets);
  }

  static Site parse(String given) {
    if (given.length() > Text.LONGEST) {
      throw new InputException(
          "site: "
              + Text.quote(given)
              + ": "
              + given.length()
              + " characters; expected a site such as blocks.0.attn.z[head=5].");
    }
    String text = withoutSpaces(given);
    int bracket = text.indexOf('[');
    String path = bracket < 0 ? text : text.substring(0, bracket);
    String what = "site: " + Text.quote(given);
    Layers layers = Layers.NONE;
    String pattern = path;
    if (path.startsWith(BLOCKS)) {
      Matcher matcher = LAYERS.matcher(path).region(BLOCKS.length(), path.length());
      if (!matcher.lookingAt()) {
        throw new InputException(
            what
                + ": no layer after 'blocks.'; expected blocks.0, blocks.*, blocks.2..5 (the end"
                + " excluded), blocks.{1,4} or blocks.-1, then a name.");
      }
      layers = Layers.parse(matcher.group(1), what + ": layer");
      pattern = BLOCKS + "N." + path.substring(matcher.end());
    }
    Target target =
        find(pattern)
            .orElseThrow(() ->
                new InputException(
                    what
                        + ": no such site; expected a site's name. Nearest: "
                        + Nearest.names(path)
                        + "."));
    Slice slice = bracket < 0 ? Slice.ALL : slice(text.substring(bracket), what);
    return new Site(target, layers, slice);
  }

  /**
   * Spaces dropped where they stand beside punctuation or at the ends; elsewhere they stay, and are
   * a mistake.
   */
  private static String withoutSpaces(String given) {
    StringBuilder text = new StringBuilder();
    int spaces = 0;
    for (int i = 0; i < given.length(); i++) {
      char c = given.charAt(i);
      if (c == ' ' || c == '\t') {
        spaces++;
        continue;
      }
      boolean beside = text.isEmpty() || PUNCTUATION.indexOf(text.charAt(text.length() - 1)) >= 0;
      if (spaces > 0 && !beside && PUNCTUATION.indexOf(c) < 0) {
        text.append(' ');
      }
      spaces = 0;
      text.append(c);
    }
    return text.toString();
  }

  /** The target of that pattern, in our spelling or TransformerLens'. */
  private static Optional<Target> find(String pattern) {
    Target exact = TARGETS.get(pattern);
    if (exact != null) {
      return Optional.of(exact);
    }
    int last = pattern.lastIndexOf('.') + 1;
    String name = pattern.substring(last);
    if (name.startsWith(HOOK)) {
      name = name.substring(HOOK.length());
    }
    if (name.equals("attn_scores")) {
      name = "scores";
    }
    // A weight has no hook in TransformerLens, so hook_W_Q is a mistake.
    return Optional.ofNullable(TARGETS.get(pattern.substring(0, last) + name))
        .filter(Tap.class::isInstance);
  }

  private static Slice slice(String text, String what) {
    if (text.length() < 3 || !text.endsWith("]")) {
      throw unreadable(what);
    }
    Slice slice = Slice.ALL;
    int at = 1;
    int end = text.length() - 1;
    while (at <= end) {
      int comma = endOfPart(text, at, end);
      String part = text.substring(at, comma);
      int equals = part.indexOf('=');
      if (equals < 0) {
        throw unreadable(what);
      }
      Axis axis = axis(part.substring(0, equals), what);
      slice =
          slice.with(axis, Indices.parse(part.substring(equals + 1), what + ": " + axis.keyword()));
      at = comma + 1;
    }
    return slice;
  }

  /** The next comma outside braces, or the end. */
  private static int endOfPart(String text, int from, int end) {
    int depth = 0;
    for (int i = from; i < end; i++) {
      char c = text.charAt(i);
      if (c == '{') {
        depth++;
      } else if (c == '}') {
        depth--;
      } else if (c == ',' && depth == 0) {
        return i;
      }
    }
    return end;
  }

  private static Axis axis(String keyword, String what) {
    return Arrays.stream(Axis.values())
        .filter(axis -> axis != Axis.ONE && axis.keyword().equals(keyword))
        .findFirst()
        .orElseThrow(() ->
            new InputException(
                what
                    + ": no axis "
                    + Text.quote(keyword)
                    + "; expected one of "
                    + Arrays.stream(Axis.values())
                        .filter(axis -> axis != Axis.ONE)
                        .map(Axis::keyword)
                        .collect(Collectors.joining(", "))
                    + "."));
  }

  private static InputException unreadable(String what) {
    return new InputException(
        what
            + ": unreadable slice; expected [axis=indices,…] at the end, as in [head=5,pos=0..3].");
  }
}
