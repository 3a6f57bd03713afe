package vitrine.kernels;

/**
 * A float32 array of known shape, contiguous and row-major, whose storage belongs to the backend
 * and the {@link Workspace} that made it.
 *
 * <p>There is no view of the storage: it may be on a device. Code outside this module computes
 * through {@link Kernels}; the methods below are explicit downloads, for people and results. Using
 * a tensor after its workspace has been closed, or after it has been released, is an {@link
 * IllegalStateException} that says so.
 */
public interface Tensor {
  Shape shape();

  /**
   * Downloads elements {@code [offset, offset + length)} (row-major order) into {@code to[at..]}.
   */
  void download(long offset, float[] to, int at, int length);

  /** Downloads everything; for tensors of fewer than 2^31 elements. */
  default float[] toArray() {
    float[] values = new float[Math.toIntExact(shape().size())];
    download(0, values, 0, values.length);
    return values;
  }

  /** Downloads one element. */
  default float get(int... index) {
    Shape shape = shape();
    if (index.length != shape.rank()) {
      throw new IllegalArgumentException(
          "tensor: index of " + index.length + " axes into shape " + shape);
    }
    long offset = 0;
    for (int axis = 0; axis < index.length; axis++) {
      offset =
          offset * shape.dim(axis) + java.util.Objects.checkIndex(index[axis], shape.dim(axis));
    }
    float[] one = new float[1];
    download(offset, one, 0, 1);
    return one[0];
  }
}
