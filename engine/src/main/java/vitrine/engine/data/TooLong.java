package vitrine.engine.data;

/** What happens to a text that has more tokens than the model has positions. */
public enum TooLong {
  /** An error that names its line. */
  REFUSE,
  /** It is cut at the end, of a pair the longer first. */
  CUT
}
