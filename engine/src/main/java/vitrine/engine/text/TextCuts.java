package vitrine.engine.text;

/**
 * Places where a text may be cut without changing its tokens: neither GPT-2's words nor BERT's
 * reach over them, whatever comes before and after.
 *
 * <ul>
 *   <li>before white space that follows something else: white space begins a word of GPT-2 ({@link
 *       Gpt2Words}), and parts words of BERT;
 *   <li>before a mark of East Asian sentences that follows a letter, since such texts may have no
 *       white space: the letters' word ends there, and BERT makes the mark a word of its own.
 * </ul>
 *
 * <p>A text of one long word has no such place. Added tokens that have white space in them or take
 * up what stands around them are not looked for.
 */
public final class TextCuts {
  private TextCuts() {}

  /** The last such place in {@code [from, to)}; 0 for none. */
  public static int last(CharSequence text, int from, int to) {
    for (int at = to - 1; at >= Math.max(1, from); at--) {
      if (isPlace(text, at)) {
        return at;
      }
    }
    return 0;
  }

  /** The first such place in {@code [from, to)}; 0 for none. */
  public static int first(CharSequence text, int from, int to) {
    for (int at = Math.max(1, from); at < to; at++) {
      if (isPlace(text, at)) {
        return at;
      }
    }
    return 0;
  }

  private static boolean isPlace(CharSequence text, int at) {
    char c = text.charAt(at);
    if (TextClasses.isWhitespace(c)) {
      return !TextClasses.isWhitespace(text.charAt(at - 1));
    }
    return isSentenceMark(c) && Character.isLetter(Character.codePointBefore(text, at));
  }

  /** Full stop, comma, enumeration comma, exclamation and question mark of East Asia. */
  private static boolean isSentenceMark(char c) {
    return switch (c) {
      case '\u3002', '\uff0c', '\u3001', '\uff01', '\uff1f' -> true;
      default -> false;
    };
  }
}
