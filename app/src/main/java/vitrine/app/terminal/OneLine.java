package vitrine.app.terminal;

/** Makes any string safe and short enough for one line of a terminal. */
public final class OneLine {
  /** An operand longer than this hides the error it stands in. */
  private static final int LONGEST_OPERAND = 80;

  /** A whole error may quote several operands; past this it no longer reads as one line. */
  private static final int LONGEST_LINE = 1000;

  private OneLine() {}

  /**
   * The text with every character that could break the line, move the cursor or reorder the text
   * (controls, line separators, bidirectional overrides, lone surrogates) written as an escape.
   */
  public static String escape(String text) {
    return escape(text, "");
  }

  /**
   * As {@link #escape(String)}, but line feeds and tabs stay: for text that may have several lines.
   */
  public static String escapeKeepingLines(String text) {
    return escape(text, "\n\t");
  }

  private static String escape(String text, String kept) {
    StringBuilder safe = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      i += Character.charCount(c);
      if (c == '\n' && kept.indexOf(c) < 0) {
        safe.append("\\n");
      } else if (c == '\r') {
        safe.append("\\r");
      } else if (c == '\t' && kept.indexOf(c) < 0) {
        safe.append("\\t");
      } else if (kept.indexOf(c) < 0 && isUnsafe(c)) {
        safe.append(c <= 0xFFFF ? String.format("\\u%04x", c) : String.format("\\u{%x}", c));
      } else {
        safe.appendCodePoint(c);
      }
    }
    return safe.toString();
  }

  private static boolean isUnsafe(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          true;
      // Bidirectional marks and isolates reorder what follows; joiners inside words are harmless.
      case Character.FORMAT -> c != 0x200C && c != 0x200D && c != 0x00AD;
      default -> false;
    };
  }

  /** A user's string inside an error: escaped, at most 80 characters, the middle left out. */
  public static String operand(String text) {
    return shorten(escape(shorten(text, 4 * LONGEST_OPERAND)), LONGEST_OPERAND);
  }

  /** A whole error: escaped, at most 1000 characters; the remedy at its end stays. */
  public static String error(String message) {
    return shorten(escape(shorten(message, 4 * LONGEST_LINE)), LONGEST_LINE);
  }

  private static String shorten(String text, int longest) {
    if (text.length() <= longest) {
      return text;
    }
    int head = longest * 3 / 5;
    int tail = text.length() - (longest - head - 3);
    if (Character.isHighSurrogate(text.charAt(head - 1))) {
      head--;
    }
    if (Character.isLowSurrogate(text.charAt(tail))) {
      tail++;
    }
    return text.substring(0, head) + "..." + text.substring(tail);
  }
}
