package vitrine.interp.pictures;

import java.util.Locale;

/** Text and numbers inside XML and HTML. */
final class Markup {
  private Markup() {}

  /**
   * A text that is text wherever it stands, in an element or in a quoted attribute. What XML cannot
   * hold is shown instead: controls by their pictures (U+2400 on), half surrogate pairs and the
   * like by U+FFFD.
   */
  static String escape(String text) {
    StringBuilder safe = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      i += Character.charCount(c);
      switch (c) {
        case '<' -> safe.append("&lt;");
        case '>' -> safe.append("&gt;");
        case '&' -> safe.append("&amp;");
        case '"' -> safe.append("&quot;");
        case '\'' -> safe.append("&#39;");
        default -> safe.appendCodePoint(shown(c));
      }
    }
    return safe.toString();
  }

  /** The text for a canvas: no character that would break the line or is no character. */
  static String plain(String text) {
    StringBuilder safe = new StringBuilder(text.length());
    text.codePoints().forEach(c -> safe.appendCodePoint(shown(c)));
    return safe.toString();
  }

  private static int shown(int c) {
    if (c < 0x20) {
      return 0x2400 + c;
    }
    if (c == 0x7F) {
      return 0x2421;
    }
    boolean none =
        (c < 0xA0 && c > 0x7F)
            || (c >= 0xD800 && c <= 0xDFFF)
            || (c & 0xFFFE) == 0xFFFE
            || (c >= 0xFDD0 && c <= 0xFDEF);
    // Overrides and isolates would reorder what stands beside them in the same line.
    boolean override = (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
    return none || override || c == 0x2028 || c == 0x2029 ? 0xFFFD : c;
  }

  /** At most two decimals, none that is not needed. */
  static String number(double value) {
    double hundredths = Math.rint(value * 100) / 100;
    if (hundredths == Math.rint(hundredths)) {
      return Long.toString((long) hundredths);
    }
    String text = String.format(Locale.ROOT, "%.2f", hundredths);
    return text.endsWith("0") ? text.substring(0, text.length() - 1) : text;
  }
}
