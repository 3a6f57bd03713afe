package vitrine.kernels.simd;

import static vitrine.kernels.simd.Lanes.BYTES;
import static vitrine.kernels.simd.Lanes.COUNT;
import static vitrine.kernels.simd.Lanes.all;
import static vitrine.kernels.simd.Lanes.loadInt8;
import static vitrine.kernels.simd.Lanes.store;

import jdk.incubator.vector.FloatVector;

/**
 * The inner loops of {@link NarrowProduct} over panels of whole numbers of 8 bits, widened in
 * registers. As in {@link Tile}, an element is one chain of multiply-adds in ascending k.
 *
 * <p>{@link Bf16Tile} is the same but for how it loads: a choice in the loop would leave vectors
 * boxed.
 */
final class Int8Tile {
  /** Bytes of a vector's worth of numbers. */
  private static final int STEP = COUNT;

  /** Bytes of a panel's row. */
  static final long ROW = (long) STEP * Product.VECTORS;

  private static final long STEP_2 = 2L * STEP;
  private static final long BYTES_2 = 2L * BYTES;

  private Int8Tile() {}

  /**
   * One row by one panel.
   *
   * @param w where the panel begins
   * @param to where the first sum goes; three vectors
   */
  static void oneRow(float[] x, long w, int depth, long to) {
    FloatVector zero = Lanes.zero();
    FloatVector c0 = zero;
    FloatVector c1 = zero;
    FloatVector c2 = zero;
    for (int k = 0; k < depth; k++) {
      long at = w + k * ROW;
      FloatVector a = all(x[k]);
      c0 = loadInt8(at).fma(a, c0);
      c1 = loadInt8(at + STEP).fma(a, c1);
      c2 = loadInt8(at + STEP_2).fma(a, c2);
    }
    store(c0, to);
    store(c1, to + BYTES);
    store(c2, to + BYTES_2);
  }

  /**
   * Up to four rows by one panel; rows past the last repeat it.
   *
   * @param x rows of {@code depth} floats
   * @param rows how many
   * @param toStride bytes from one row of the result to the next
   */
  static void fourRows(float[] x, int rows, long w, int depth, long to, long toStride) {
    int x1 = Math.min(1, rows - 1) * depth;
    int x2 = Math.min(2, rows - 1) * depth;
    int x3 = Math.min(3, rows - 1) * depth;
    FloatVector zero = Lanes.zero();
    FloatVector c00 = zero;
    FloatVector c01 = zero;
    FloatVector c02 = zero;
    FloatVector c10 = zero;
    FloatVector c11 = zero;
    FloatVector c12 = zero;
    FloatVector c20 = zero;
    FloatVector c21 = zero;
    FloatVector c22 = zero;
    FloatVector c30 = zero;
    FloatVector c31 = zero;
    FloatVector c32 = zero;
    for (int k = 0; k < depth; k++) {
      long at = w + k * ROW;
      FloatVector b0 = loadInt8(at);
      FloatVector b1 = loadInt8(at + STEP);
      FloatVector b2 = loadInt8(at + STEP_2);
      FloatVector a = all(x[k]);
      c00 = b0.fma(a, c00);
      c01 = b1.fma(a, c01);
      c02 = b2.fma(a, c02);
      a = all(x[x1 + k]);
      c10 = b0.fma(a, c10);
      c11 = b1.fma(a, c11);
      c12 = b2.fma(a, c12);
      a = all(x[x2 + k]);
      c20 = b0.fma(a, c20);
      c21 = b1.fma(a, c21);
      c22 = b2.fma(a, c22);
      a = all(x[x3 + k]);
      c30 = b0.fma(a, c30);
      c31 = b1.fma(a, c31);
      c32 = b2.fma(a, c32);
    }
    long z = to;
    store(c00, z);
    store(c01, z + BYTES);
    store(c02, z + BYTES_2);
    z = to + Math.min(1, rows - 1) * toStride;
    store(c10, z);
    store(c11, z + BYTES);
    store(c12, z + BYTES_2);
    z = to + Math.min(2, rows - 1) * toStride;
    store(c20, z);
    store(c21, z + BYTES);
    store(c22, z + BYTES_2);
    z = to + Math.min(3, rows - 1) * toStride;
    store(c30, z);
    store(c31, z + BYTES);
    store(c32, z + BYTES_2);
  }

  /** Rows of a panel as floats, as they lie. */
  static void widen(long w, int rows, long to) {
    int vectors = rows * Product.VECTORS;
    for (int i = 0; i < vectors; i++) {
      store(loadInt8(w + (long) i * STEP), to + (long) i * BYTES);
    }
  }
}
