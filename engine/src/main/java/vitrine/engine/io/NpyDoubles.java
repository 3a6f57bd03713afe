package vitrine.engine.io;

/**
 * An array as read from a file, with all its digits.
 *
 * @param shape lengths of the axes, outermost first; none for a single number
 * @param values the elements as float64, row-major; their number is the product of the shape
 */
@SuppressWarnings("ArrayRecordComponent") // compared by no one; large and never copied on purpose
public record NpyDoubles(long[] shape, double[] values) {
  /** As in {@code (2,3,4)}. */
  public String shapeText() {
    return NpyArray.shapeText(shape);
  }
}
