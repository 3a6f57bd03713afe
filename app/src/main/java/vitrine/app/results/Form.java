package vitrine.app.results;

/** Whether results are of one input, or a list of them. */
public enum Form {
  /** Of {@code --text} or {@code --ids}. */
  ONE,
  /** Of {@code --input}, even when it has a single line. */
  LIST
}
