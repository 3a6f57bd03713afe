package vitrine.interp.prompts;

/**
 * Where the answer stands.
 *
 * @param place what stands in its place: empty at the end of a text that is to be continued
 * @param before what stands before an answer as a token of its own
 * @param end what ends the text
 */
record Form(String place, String before, String end) {
  /** A text to be continued; in byte-level vocabularies the next word begins with its blank. */
  static final Form CONTINUED = new Form("", " ", "");

  /**
   * A text with a hole.
   *
   * @param mask the mask token's spelling
   */
  static Form masked(String mask) {
    return new Form(" " + mask, "", " .");
  }

  /** The beginning, with the place of the answer behind it. */
  String complete(String beginning) {
    return beginning + place + end;
  }
}
