package vitrine.interp.rows;

/** What one row stands for. */
public enum Unit {
  /** A token, special ones included; only where both sides have the same ids. */
  TOKEN,
  /** A word: the mean of its pieces. */
  WORD,
  /** A sentence: the mean of the pieces of its words, special tokens left out. */
  SENTENCE
}
