package vitrine.engine.hooks;

/** What the loss {@code labels} compares an example with; each head takes one of the two forms. */
public sealed interface Labels permits Labels.One, Labels.Many {
  /** A class, or the value of a regression. */
  record One(double value) implements Labels {}

  /**
   * Token ids or classes, one a position, -100 where ignored; or the start and end of an answer.
   */
  @SuppressWarnings("ArrayRecordComponent") // handed through once, compared by no one
  record Many(int[] values) implements Labels {}
}
