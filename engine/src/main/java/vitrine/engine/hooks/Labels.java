package vitrine.engine.hooks;

/** What the loss {@code labels} compares an example with; each head takes one of the two forms. */
public sealed interface Labels permits Labels.One, Labels.Many {
  /** The class of what is not asked: PyTorch's {@code ignore_index}. */
  int IGNORED = -100;

  /** A class, or the value of a regression. */
  record One(double value) implements Labels {}

  /**
   * Token ids or classes, one a position, {@link #IGNORED} where none is asked; or the start and
   * end of an answer.
   */
  @SuppressWarnings("ArrayRecordComponent") // handed through once, compared by no one
  record Many(int[] values) implements Labels {}
}
