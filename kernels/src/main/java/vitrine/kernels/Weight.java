package vitrine.kernels;

/**
 * A matrix kept in whatever form a backend multiplies by fastest; made once by {@link
 * Kernels#pack}, used by {@link Kernels#linear}.
 */
public interface Weight {
  /** Rows of the matrix: the length of an input row. */
  int in();

  /** Columns of the matrix: the length of an output row. */
  int out();

  /** What the numbers are kept as. */
  Precision precision();

  /**
   * Downloads the matrix as {@code [in, out]}, row-major: exactly as it was given, or rounded to
   * its precision.
   */
  float[] toArray();

  /**
   * The numbers in the backend's own order, with zeros where its form is padded: for element-wise
   * ops with the elements of a matrix of the same form ({@link Kernels#zeros}). Shares the memory.
   *
   * @throws IllegalArgumentException when the precision is not {@link Precision#F32}: what has been
   *     rounded cannot be trained
   */
  Tensor elements();

  /** How the numbers given to {@link Kernels#pack} are ordered. */
  enum Layout {
    /** {@code [in, out]}, as GPT-2's Conv1D stores it. */
    IN_OUT,
    /** {@code [out, in]}, as torch's Linear and embedding tables store it. */
    OUT_IN
  }
}
