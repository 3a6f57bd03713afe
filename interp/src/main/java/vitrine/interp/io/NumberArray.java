package vitrine.interp.io;

import java.nio.file.Path;
import vitrine.engine.io.Npy;

/** An array of a result, which becomes a file of float32. */
public final class NumberArray {
  private final Npy.Source values;
  private final long[] shape;

  private NumberArray(Npy.Source values, long[] shape) {
    this.values = values;
    this.shape = shape;
  }

  /**
   * An array over numbers that are there already.
   *
   * @param values gives them piece by piece, row-major
   * @param shape lengths of the axes, outermost first
   */
  public static NumberArray of(Npy.Source values, long... shape) {
    return new NumberArray(values, shape.clone());
  }

  /** An array of these numbers, row-major; each becomes the nearest float32. */
  public static NumberArray of(double[] values, long... shape) {
    long size = 1;
    for (long length : shape) {
      size = Math.multiplyExact(size, length);
    }
    if (size != values.length) {
      throw new IllegalArgumentException(
          "array: " + values.length + " numbers; expected " + size + ", the shape's product");
    }
    double[] own = values.clone();
    return of(
        (offset, to, at, length) -> {
          for (int i = 0; i < length; i++) {
            to[at + i] = (float) own[Math.toIntExact(offset) + i];
          }
        },
        shape);
  }

  /** Lengths of the axes, outermost first. */
  public long[] shape() {
    return shape.clone();
  }

  /** Writes {@code .npy}, whole or not at all. */
  public void writeNpy(Path file) {
    Npy.write(file, shape, values);
  }
}
