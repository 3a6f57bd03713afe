package vitrine.engine.io;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * An array as read from a file.
 *
 * @param shape lengths of the axes, outermost first; none for a single number
 * @param values the elements as float32, row-major; their number is the product of the shape
 */
@SuppressWarnings("ArrayRecordComponent") // compared by no one; large and never copied on purpose
public record NpyArray(long[] shape, float[] values) {
  public NpyArray {
    long size = 1;
    for (long length : shape) {
      size = Math.multiplyExact(size, length);
    }
    if (size != values.length) {
      throw new IllegalArgumentException(
          "npy: " + values.length + " values for shape " + shapeText(shape));
    }
  }

  /** As in {@code (2,3,4)}. */
  public String shapeText() {
    return shapeText(shape);
  }

  /** As in {@code (2,3,4)}. */
  public static String shapeText(long[] shape) {
    return Arrays.stream(shape).mapToObj(Long::toString).collect(Collectors.joining(",", "(", ")"));
  }
}
