package vitrine.weights;

import java.util.List;

/**
 * What a header says of one tensor.
 *
 * @param name the tensor's name in the file; any string
 * @param dtype how an element is stored
 * @param shape the lengths of the axes, outermost first; empty for a scalar
 * @param begin where its bytes begin, counted from the end of the header
 * @param end where its bytes end (excluded), counted from the end of the header
 */
public record TensorInfo(String name, DType dtype, List<Long> shape, long begin, long end) {
  public TensorInfo {
    shape = List.copyOf(shape);
  }

  /** The number of elements: the product of the axes, 1 for a scalar. */
  public long elements() {
    long product = 1;
    for (long axis : shape) {
      product = Math.multiplyExact(product, axis);
    }
    return product;
  }

  /** The size of its data in the file. */
  public long bytes() {
    return end - begin;
  }

  /**
   * The size in bytes of a tensor in the format, or an {@link ArithmeticException} when no such
   * size exists.
   */
  static long byteSize(DType dtype, List<Long> shape) {
    long bits = dtype.bits();
    for (long axis : shape) {
      // Not multiplyExact: compiled, that throws an exception without a message.
      if (axis != 0 && bits > Long.MAX_VALUE / axis) {
        throw new ArithmeticException("more than 2^63 bits");
      }
      bits *= axis;
    }
    if (bits % 8 != 0) {
      throw new ArithmeticException(bits + " bits are not whole bytes");
    }
    return bits / 8;
  }
}
