package vitrine.weights;

import java.util.Arrays;
import java.util.List;

/** A tensor of float32 made in memory: a shape, and values that are not copied. */
public final class FloatTensor {
  private final List<Long> shape;
  private final float[] values;

  private FloatTensor(List<Long> shape, float[] values) {
    this.shape = shape;
    this.values = values;
  }

  /**
   * A tensor of given numbers.
   *
   * @param values row-major; whoever hands them over leaves them alone
   * @param shape the lengths of the axes, outermost first; none for a scalar
   */
  public static FloatTensor of(float[] values, long... shape) {
    long elements = 1;
    for (long axis : shape) {
      elements = Math.multiplyExact(elements, axis);
    }
    if (elements != values.length) {
      throw new IllegalArgumentException(
          "float tensor: %d values for shape %s; expected %d"
              .formatted(values.length, Arrays.toString(shape), elements));
    }
    return new FloatTensor(Arrays.stream(shape).boxed().toList(), values);
  }

  /** The lengths of the axes, outermost first. */
  public List<Long> shape() {
    return shape;
  }

  /** The values themselves, row-major; no copy. */
  public float[] values() {
    return values;
  }
}
