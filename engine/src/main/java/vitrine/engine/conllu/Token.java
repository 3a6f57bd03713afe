package vitrine.engine.conllu;

/**
 * A surface token: what stands in the text.
 *
 * @param form as it stands there
 * @param first id of its first word
 * @param last id of its last; the same but for multiword tokens
 * @param start where it begins in {@link Sentence#text}, in chars
 * @param end behind its last char
 */
public record Token(String form, int first, int last, int start, int end) {
  /** Whether it is several words in one. */
  public boolean isMultiword() {
    return first != last;
  }
}
