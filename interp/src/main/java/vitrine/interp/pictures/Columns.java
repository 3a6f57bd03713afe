package vitrine.interp.pictures;

import java.util.List;

/** Columns of a terminal: East Asian characters and pictures take two, marks on letters none. */
final class Columns {
  private Columns() {}

  static int of(String text) {
    return text.codePoints().map(Columns::of).sum();
  }

  private static int of(int c) {
    int type = Character.getType(c);
    if (type == Character.NON_SPACING_MARK
        || type == Character.ENCLOSING_MARK
        || type == Character.FORMAT) {
      return 0;
    }
    boolean wide =
        (c >= 0x1100 && c <= 0x115F)
            || (c >= 0x2E80 && c <= 0xA4CF)
            || (c >= 0xAC00 && c <= 0xD7A3)
            || (c >= 0xF900 && c <= 0xFAFF)
            || (c >= 0xFE30 && c <= 0xFE6F)
            || (c >= 0xFF00 && c <= 0xFF60)
            || (c >= 0x1F300 && c <= 0x1FAFF)
            || c >= 0x20000;
    return wide ? 2 : 1;
  }

  /** The longest of some texts, at most so long. */
  static int longest(List<String> texts, int most) {
    return Math.min(most, texts.stream().mapToInt(text -> of(Markup.plain(text))).max().orElse(0));
  }

  /** Filled up with blanks behind; cut, with an ellipsis, where it is too long. */
  static String left(String text, int columns) {
    String fitting = cut(text, columns);
    return fitting + " ".repeat(Math.max(0, columns - of(fitting)));
  }

  /** Filled up with blanks before. */
  static String right(String text, int columns) {
    String fitting = cut(text, columns);
    return " ".repeat(Math.max(0, columns - of(fitting))) + fitting;
  }

  private static String cut(String text, int columns) {
    String plain = Markup.plain(text);
    if (of(plain) <= columns) {
      return plain;
    }
    StringBuilder fitting = new StringBuilder();
    int used = 1;
    for (int c : plain.codePoints().toArray()) {
      used += of(c);
      if (used > columns) {
        break;
      }
      fitting.appendCodePoint(c);
    }
    return fitting.append('\u2026').toString();
  }
}
