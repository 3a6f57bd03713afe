package vitrine.engine.text;

/**
 * GPT-2's split of a text into words, by hand and without backtracking:
 *
 * <pre>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</pre>
 *
 * <p>with {@code \s} the Unicode property White_Space (Radford et al., 2019).
 */
final class Gpt2Words {
  private Gpt2Words() {}

  private enum Kind {
    LETTER,
    NUMBER,
    SPACE,
    OTHER
  }

  /** Where the word that begins at {@code at} ends, in {@code text[at, to)}. */
  static int end(String text, int at, int to) {
    int contraction = contraction(text, at, to);
    if (contraction > 0) {
      return at + contraction;
    }
    int begin = at;
    if (text.charAt(at) == ' ' && at + 1 < to) {
      begin = at + 1;
    }
    Kind kind = kind(codePoint(text, begin, to));
    if (kind == Kind.SPACE) {
      return spaces(text, at, to);
    }
    return run(text, begin, to, kind);
  }

  /** All white space but the last one when a word follows, which takes that along (if blank). */
  private static int spaces(String text, int at, int to) {
    int end = run(text, at, to, Kind.SPACE);
    // Every white space character is one char.
    return end == to || end == at + 1 ? end : end - 1;
  }

  private static int run(String text, int at, int to, Kind kind) {
    int end = at;
    while (end < to) {
      int c = codePoint(text, end, to);
      if (kind(c) != kind) {
        break;
      }
      end += Character.charCount(c);
    }
    return end;
  }

  private static int codePoint(String text, int at, int to) {
    char c = text.charAt(at);
    return Character.isHighSurrogate(c) && at + 1 < to ? text.codePointAt(at) : c;
  }

  /** The length of 's, 't, 're, 've, 'm, 'll or 'd at a place, or 0. */
  private static int contraction(String text, int at, int to) {
    if (text.charAt(at) != '\'' || at + 1 >= to) {
      return 0;
    }
    return switch (text.charAt(at + 1)) {
      case 's', 't', 'm', 'd' -> 2;
      case 'r', 'v' -> at + 2 < to && text.charAt(at + 2) == 'e' ? 3 : 0;
      case 'l' -> at + 2 < to && text.charAt(at + 2) == 'l' ? 3 : 0;
      default -> 0;
    };
  }

  private static Kind kind(int codePoint) {
    if (codePoint < 0x80) {
      if ((codePoint | 0x20) >= 'a' && (codePoint | 0x20) <= 'z') {
        return Kind.LETTER;
      }
      if (codePoint >= '0' && codePoint <= '9') {
        return Kind.NUMBER;
      }
    } else if (Character.isLetter(codePoint)) {
      return Kind.LETTER;
    } else {
      int type = Character.getType(codePoint);
      if (type == Character.DECIMAL_DIGIT_NUMBER
          || type == Character.LETTER_NUMBER
          || type == Character.OTHER_NUMBER) {
        return Kind.NUMBER;
      }
    }
    return TextClasses.isWhitespace(codePoint) ? Kind.SPACE : Kind.OTHER;
  }
}
