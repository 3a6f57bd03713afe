package vitrine.kernels;

import java.util.Arrays;

/** The lengths of a tensor's axes, outermost first. Immutable. */
public final class Shape {
  private final int[] dims;
  private final long size;

  private Shape(int[] dims) {
    this.dims = dims;
    long product = 1;
    for (int dim : dims) {
      if (dim < 0) {
        throw new IllegalArgumentException("shape: negative axis in " + Arrays.toString(dims));
      }
      product = Math.multiplyExact(product, (long) dim);
    }
    this.size = product;
  }

  public static Shape of(int... dims) {
    return new Shape(dims.clone());
  }

  public int rank() {
    return dims.length;
  }

  /**
   * The length of one axis.
   *
   * @param axis 0 is the outermost; negative counts from the innermost, so {@code -1} is the last
   */
  public int dim(int axis) {
    return dims[axis < 0 ? axis + dims.length : axis];
  }

  /** The number of elements. */
  public long size() {
    return size;
  }

  /** The product of all axes but the last: how many rows of {@code dim(-1)} elements there are. */
  public int rows() {
    int rows = 1;
    for (int axis = 0; axis < dims.length - 1; axis++) {
      rows = Math.multiplyExact(rows, dims[axis]);
    }
    return rows;
  }

  public int[] toArray() {
    return dims.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Shape shape && Arrays.equals(dims, shape.dims);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(dims);
  }

  /** As in {@code (2,3,4)}. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("(");
    for (int axis = 0; axis < dims.length; axis++) {
      text.append(axis == 0 ? "" : ",").append(dims[axis]);
    }
    return text.append(')').toString();
  }
}
