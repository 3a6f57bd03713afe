package vitrine.engine.text;

/**
 * BERT's split of a normalised text into words: white space parts them and is in none, and every
 * punctuation character is a word of its own (Devlin et al., 2019).
 */
final class BertWords {
  private BertWords() {}

  /** Gets the words in order. */
  @FunctionalInterface
  interface Words {
    /** The word {@code text[from, to)}; never empty. */
    void word(int from, int to);
  }

  /** Splits {@code text[from, to)}. */
  static void split(CharSequence text, int from, int to, Words words) {
    int word = from;
    int at = from;
    while (at < to) {
      int c = Character.codePointAt(text, at);
      int next = at + Character.charCount(c);
      boolean space = TextClasses.isWhitespace(c);
      if (space || TextClasses.isPunctuation(c)) {
        give(word, at, words);
        if (!space) {
          give(at, next, words);
        }
        word = next;
      }
      at = next;
    }
    give(word, to, words);
  }

  private static void give(int from, int to, Words words) {
    if (from < to) {
      words.word(from, to);
    }
  }
}
