package vitrine.interp.pictures;

import java.util.ArrayList;
import java.util.List;

/**
 * How wide text will be, without asking any font: the same layout on every machine. Rather too wide
 * than too narrow.
 */
final class Letters {
  private static final String ELLIPSIS = "\u2026";

  private Letters() {}

  /** Width of a text in a sans-serif face. */
  static double width(String text, double size) {
    return size * text.codePoints().mapToDouble(Letters::ems).sum();
  }

  private static double ems(int c) {
    if (c < 0x80) {
      return "iljtfr.,:;'|!()[] I".indexOf(c) >= 0
          ? 0.38
          : "mwMW@%".indexOf(c) >= 0 ? 0.95 : Character.isUpperCase(c) ? 0.7 : 0.62;
    }
    int type = Character.getType(c);
    if (type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK) {
      return 0;
    }
    // From Hangul's letters on: East Asian scripts, and pictures beyond the first plane.
    return c >= 0x1100 ? 1.1 : 0.68;
  }

  /** The text, or as much of its beginning as fits, with an ellipsis. */
  static String fit(String text, double size, double width) {
    if (width(text, size) <= width) {
      return text;
    }
    int end = 0;
    double used = width(ELLIPSIS, size);
    while (end < text.length()) {
      int c = text.codePointAt(end);
      used += size * ems(c);
      if (used > width) {
        break;
      }
      end += Character.charCount(c);
    }
    return text.substring(0, end) + ELLIPSIS;
  }

  /** Lines of whole words that fit; a word that is too long has a line of its own, cut. */
  static List<String> wrap(String text, double size, double width) {
    List<String> lines = new ArrayList<>();
    String line = "";
    for (String word : text.split(" ", -1)) {
      String longer = line.isEmpty() ? word : line + " " + word;
      if (width(longer, size) > width && !line.isEmpty()) {
        lines.add(fit(line, size, width));
        line = word;
      } else {
        line = longer;
      }
    }
    lines.add(fit(line, size, width));
    return lines;
  }
}
