package vitrine.interp.saliency;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import vitrine.engine.text.Tokenizer;

/**
 * Which tokens are pieces of one word. WordPiece marks pieces that go on ({@code ##}); of
 * byte-level tokens one begins a word where it begins with white space, or where letters and digits
 * meet anything else.
 */
public final class Words {
  /** The byte alphabet's blank: in the vocabulary of every byte-level tokenizer. */
  private static final String BLANK = "\u0120";

  /** Bytes of white space and control characters are spelled from here .. */
  private static final char FIRST_CONTROL = '\u0100';

  /** .. to here. */
  private static final char LAST_CONTROL = '\u0121';

  private Words() {}

  /**
   * A word.
   *
   * @param text decoded, without white space around it
   * @param from its first token
   * @param to behind its last
   */
  public record Word(String text, int from, int to) {}

  /** The words of a text, in order; every token belongs to one. */
  public static List<Word> of(Tokenizer tokenizer, int... ids) {
    boolean bytes = tokenizer.id(BLANK).isPresent();
    List<Word> words = new ArrayList<>();
    int from = 0;
    for (int t = 1; t <= ids.length; t++) {
      if (t < ids.length && goesOn(tokenizer, ids[t - 1], ids[t], bytes)) {
        continue;
      }
      String text = tokenizer.decode(Arrays.copyOfRange(ids, from, t)).strip();
      words.add(new Word(text, from, t));
      from = t;
    }
    return words;
  }

  private static boolean goesOn(Tokenizer tokenizer, int before, int id, boolean bytes) {
    if (tokenizer.isSpecial(before) || tokenizer.isSpecial(id)) {
      return false;
    }
    String token = tokenizer.token(id);
    if (!bytes) {
      return token.startsWith("##") && token.length() > 2;
    }
    String last = tokenizer.token(before);
    if (token.isEmpty() || last.isEmpty() || isControl(token.charAt(0))) {
      return false;
    }
    char end = last.charAt(last.length() - 1);
    return !isControl(end) && isLetter(end) == isLetter(token.charAt(0));
  }

  private static boolean isControl(char c) {
    return c >= FIRST_CONTROL && c <= LAST_CONTROL;
  }

  /** A byte beyond ASCII is part of a letter, mostly. */
  private static boolean isLetter(char c) {
    return c >= '\u0080' || Character.isLetterOrDigit(c);
  }
}
