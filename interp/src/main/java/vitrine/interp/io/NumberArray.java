package vitrine.interp.io;

import java.nio.file.Path;
import java.util.Arrays;
import vitrine.engine.io.Npy;

/** An array of a result, in double; written as numpy's float32. */
public final class NumberArray {
  private final long[] shape;
  private final double[] values;

  /**
   * Copies what it is given.
   *
   * @param values row-major; their number is the product of the shape
   */
  public NumberArray(double[] values, long... shape) {
    long size = 1;
    for (long length : shape) {
      size = Math.multiplyExact(size, length);
    }
    if (size != values.length) {
      throw new IllegalArgumentException(
          "array: " + values.length + " values; expected " + size + ", the shape's product");
    }
    this.shape = shape.clone();
    this.values = values.clone();
  }

  /** Lengths of the axes, outermost first. */
  public long[] shape() {
    return shape.clone();
  }

  /** The elements, row-major. */
  public double[] values() {
    return values.clone();
  }

  /** Writes {@code .npy}, whole or not at all: each number becomes the nearest float32. */
  public void writeNpy(Path file) {
    Npy.write(
        file,
        shape,
        (offset, to, at, length) -> {
          for (int i = 0; i < length; i++) {
            to[at + i] = (float) values[Math.toIntExact(offset) + i];
          }
        });
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof NumberArray array
        && Arrays.equals(shape, array.shape)
        && Arrays.equals(values, array.values);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(shape) + Arrays.hashCode(values);
  }
}
