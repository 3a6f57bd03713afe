package vitrine.engine.text;

/**
 * A token that is looked for in the text before the model's own vocabulary is.
 *
 * @param id its id
 * @param content its spelling
 * @param special whether it is left out where special tokens are skipped
 * @param singleWord whether it counts only where no character of a word touches it
 * @param stripsLeft whether it swallows the white space before it
 * @param stripsRight whether it swallows the white space after it
 * @param normalized whether it is looked for, normalised, in the normalised text
 */
record AddedToken(
    int id,
    String content,
    boolean special,
    boolean singleWord,
    boolean stripsLeft,
    boolean stripsRight,
    boolean normalized) {

  /** A special token as the reference makes it of a plain string. */
  static AddedToken special(int id, String content) {
    return new AddedToken(id, content, true, false, false, false, false);
  }

  /** A token that is not special, as the reference makes it of a plain string. */
  static AddedToken plain(int id, String content) {
    return new AddedToken(id, content, false, false, false, false, true);
  }
}
