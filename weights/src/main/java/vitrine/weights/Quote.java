package vitrine.weights;

import java.util.PrimitiveIterator;

/** Text of a file in a message: on one line, of bounded length, with nothing that a terminal would obey. */
final class Quote {
  private static final int LONGEST = 120;

  private Quote() {}

  /** In double quotes. */
  static String of(String text) {
    return '"' + plain(text) + '"';
  }

  /** Without quotes. */
  static String plain(String text) {
    StringBuilder safe = new StringBuilder();
    PrimitiveIterator.OfInt points = text.codePoints().iterator();
    while (points.hasNext()) {
      int point = points.nextInt();
      if (safe.length() >= LONGEST) {
        return safe.append("... (").append(text.length()).append(" characters)").toString();
      }
      switch (Character.getType(point)) {
        case Character.CONTROL,
            Character.FORMAT,
            Character.SURROGATE,
            Character.LINE_SEPARATOR,
            Character.PARAGRAPH_SEPARATOR ->
            safe.append(String.format("\\u%04x", point));
        default -> safe.appendCodePoint(point);
      }
    }
    return safe.toString();
  }
}
