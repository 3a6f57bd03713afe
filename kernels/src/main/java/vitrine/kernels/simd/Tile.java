package vitrine.kernels.simd;

import static vitrine.kernels.simd.Lanes.BYTES;
import static vitrine.kernels.simd.Lanes.ORDER;
import static vitrine.kernels.simd.Lanes.all;
import static vitrine.kernels.simd.Lanes.load;
import static vitrine.kernels.simd.Lanes.store;
import static vitrine.kernels.simd.Memory.ALL;

import jdk.incubator.vector.FloatVector;

/**
 * The inner loops of {@link Product}: a few rows by one panel, whose sums stay in registers while k
 * runs over the depth.
 *
 * <p>Rows past the last repeat it. The order of operations of one element is the same in all
 * methods.
 */
final class Tile {
  /** Rows of the largest tile of all. */
  static final int MOST_ROWS = 6;

  /** Of whole panels: 6 rows need 22 registers. */
  private static final int ROWS = Lanes.COUNT == 16 ? 6 : 4;

  private static final long BYTES_2 = 2L * BYTES;
  private static final long BYTES_3 = 3L * BYTES;

  private Tile() {}

  /** How many rows are computed at once by so many vectors. */
  static int rows(int vectors) {
    return vectors == Product.VECTORS ? ROWS : MOST_ROWS;
  }

  /**
   * Computes some rows, in the first vectors of a panel.
   *
   * @param first where the first row begins in x
   * @param step from one row of x to the next
   * @param rows how many, at most {@link #rows}
   * @param w where the panel begins
   * @param to where the first row of the result goes
   * @param toStride bytes from one row of the result to the next
   */
  static void run(
      int vectors,
      float[] x,
      int first,
      int step,
      int rows,
      long w,
      int depth,
      long to,
      long toStride) {
    if (vectors == 1) {
      sixByOne(x, first, step, rows, w, depth, to, toStride);
    } else if (vectors == 2) {
      sixByTwo(x, first, step, rows, w, depth, to, toStride);
    } else if (rows == 1) {
      oneRow(x, first, w, depth, to);
    } else if (rows <= 4) {
      fourRows(x, first, step, rows, w, depth, to, toStride);
    } else {
      sixRows(x, first, step, rows, w, depth, to, toStride);
    }
  }

  private static void sixRows(
      float[] x, int first, int step, int rows, long w, int depth, long to, long toStride) {
    int x0 = first;
    int x1 = first + Math.min(1, rows - 1) * step;
    int x2 = first + Math.min(2, rows - 1) * step;
    int x3 = first + Math.min(3, rows - 1) * step;
    int x4 = first + Math.min(4, rows - 1) * step;
    int x5 = first + Math.min(5, rows - 1) * step;
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
    FloatVector c40 = zero;
    FloatVector c41 = zero;
    FloatVector c42 = zero;
    FloatVector c50 = zero;
    FloatVector c51 = zero;
    FloatVector c52 = zero;
    for (int k = 0; k < depth; k++) {
      long at = w + k * BYTES_3;
      FloatVector b0 = load(at);
      FloatVector b1 = load(at + BYTES);
      FloatVector b2 = load(at + BYTES_2);
      FloatVector a = all(x[x0 + k]);
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
      a = all(x[x4 + k]);
      c40 = b0.fma(a, c40);
      c41 = b1.fma(a, c41);
      c42 = b2.fma(a, c42);
      a = all(x[x5 + k]);
      c50 = b0.fma(a, c50);
      c51 = b1.fma(a, c51);
      c52 = b2.fma(a, c52);
    }
    // Not by store(): near the end of so long a method C2 inlines the JDK's own methods only, and a
    // call would take its vector in a box.
    long z = to;
    c00.intoMemorySegment(ALL, z, ORDER);
    c01.intoMemorySegment(ALL, z + BYTES, ORDER);
    c02.intoMemorySegment(ALL, z + BYTES_2, ORDER);
    z = to + Math.min(1, rows - 1) * toStride;
    c10.intoMemorySegment(ALL, z, ORDER);
    c11.intoMemorySegment(ALL, z + BYTES, ORDER);
    c12.intoMemorySegment(ALL, z + BYTES_2, ORDER);
    z = to + Math.min(2, rows - 1) * toStride;
    c20.intoMemorySegment(ALL, z, ORDER);
    c21.intoMemorySegment(ALL, z + BYTES, ORDER);
    c22.intoMemorySegment(ALL, z + BYTES_2, ORDER);
    z = to + Math.min(3, rows - 1) * toStride;
    c30.intoMemorySegment(ALL, z, ORDER);
    c31.intoMemorySegment(ALL, z + BYTES, ORDER);
    c32.intoMemorySegment(ALL, z + BYTES_2, ORDER);
    z = to + Math.min(4, rows - 1) * toStride;
    c40.intoMemorySegment(ALL, z, ORDER);
    c41.intoMemorySegment(ALL, z + BYTES, ORDER);
    c42.intoMemorySegment(ALL, z + BYTES_2, ORDER);
    z = to + Math.min(5, rows - 1) * toStride;
    c50.intoMemorySegment(ALL, z, ORDER);
    c51.intoMemorySegment(ALL, z + BYTES, ORDER);
    c52.intoMemorySegment(ALL, z + BYTES_2, ORDER);
  }

  private static void fourRows(
      float[] x, int first, int step, int rows, long w, int depth, long to, long toStride) {
    int x0 = first;
    int x1 = first + Math.min(1, rows - 1) * step;
    int x2 = first + Math.min(2, rows - 1) * step;
    int x3 = first + Math.min(3, rows - 1) * step;
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
      long at = w + k * BYTES_3;
      FloatVector b0 = load(at);
      FloatVector b1 = load(at + BYTES);
      FloatVector b2 = load(at + BYTES_2);
      FloatVector a = all(x[x0 + k]);
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

  private static void oneRow(float[] x, int first, long w, int depth, long to) {
    FloatVector zero = Lanes.zero();
    FloatVector c00 = zero;
    FloatVector c01 = zero;
    FloatVector c02 = zero;
    for (int k = 0; k < depth; k++) {
      long at = w + k * BYTES_3;
      FloatVector b0 = load(at);
      FloatVector b1 = load(at + BYTES);
      FloatVector b2 = load(at + BYTES_2);
      FloatVector a = all(x[first + k]);
      c00 = b0.fma(a, c00);
      c01 = b1.fma(a, c01);
      c02 = b2.fma(a, c02);
    }
    store(c00, to);
    store(c01, to + BYTES);
    store(c02, to + BYTES_2);
  }

  /** Six rows by the first two vectors of a panel. */
  private static void sixByTwo(
      float[] x, int first, int step, int rows, long w, int depth, long to, long toStride) {
    int x0 = first;
    int x1 = first + Math.min(1, rows - 1) * step;
    int x2 = first + Math.min(2, rows - 1) * step;
    int x3 = first + Math.min(3, rows - 1) * step;
    int x4 = first + Math.min(4, rows - 1) * step;
    int x5 = first + Math.min(5, rows - 1) * step;
    FloatVector zero = Lanes.zero();
    FloatVector c00 = zero;
    FloatVector c01 = zero;
    FloatVector c10 = zero;
    FloatVector c11 = zero;
    FloatVector c20 = zero;
    FloatVector c21 = zero;
    FloatVector c30 = zero;
    FloatVector c31 = zero;
    FloatVector c40 = zero;
    FloatVector c41 = zero;
    FloatVector c50 = zero;
    FloatVector c51 = zero;
    for (int k = 0; k < depth; k++) {
      long at = w + k * BYTES_3;
      FloatVector b0 = load(at);
      FloatVector b1 = load(at + BYTES);
      FloatVector a = all(x[x0 + k]);
      c00 = b0.fma(a, c00);
      c01 = b1.fma(a, c01);
      a = all(x[x1 + k]);
      c10 = b0.fma(a, c10);
      c11 = b1.fma(a, c11);
      a = all(x[x2 + k]);
      c20 = b0.fma(a, c20);
      c21 = b1.fma(a, c21);
      a = all(x[x3 + k]);
      c30 = b0.fma(a, c30);
      c31 = b1.fma(a, c31);
      a = all(x[x4 + k]);
      c40 = b0.fma(a, c40);
      c41 = b1.fma(a, c41);
      a = all(x[x5 + k]);
      c50 = b0.fma(a, c50);
      c51 = b1.fma(a, c51);
    }
    long z = to;
    store(c00, z);
    store(c01, z + BYTES);
    z = to + Math.min(1, rows - 1) * toStride;
    store(c10, z);
    store(c11, z + BYTES);
    z = to + Math.min(2, rows - 1) * toStride;
    store(c20, z);
    store(c21, z + BYTES);
    z = to + Math.min(3, rows - 1) * toStride;
    store(c30, z);
    store(c31, z + BYTES);
    z = to + Math.min(4, rows - 1) * toStride;
    store(c40, z);
    store(c41, z + BYTES);
    z = to + Math.min(5, rows - 1) * toStride;
    store(c50, z);
    store(c51, z + BYTES);
  }

  /** Six rows by the first vector of a panel. */
  private static void sixByOne(
      float[] x, int first, int step, int rows, long w, int depth, long to, long toStride) {
    int x0 = first;
    int x1 = first + Math.min(1, rows - 1) * step;
    int x2 = first + Math.min(2, rows - 1) * step;
    int x3 = first + Math.min(3, rows - 1) * step;
    int x4 = first + Math.min(4, rows - 1) * step;
    int x5 = first + Math.min(5, rows - 1) * step;
    FloatVector zero = Lanes.zero();
    FloatVector c00 = zero;
    FloatVector c10 = zero;
    FloatVector c20 = zero;
    FloatVector c30 = zero;
    FloatVector c40 = zero;
    FloatVector c50 = zero;
    for (int k = 0; k < depth; k++) {
      long at = w + k * BYTES_3;
      FloatVector b0 = load(at);
      FloatVector a = all(x[x0 + k]);
      c00 = b0.fma(a, c00);
      a = all(x[x1 + k]);
      c10 = b0.fma(a, c10);
      a = all(x[x2 + k]);
      c20 = b0.fma(a, c20);
      a = all(x[x3 + k]);
      c30 = b0.fma(a, c30);
      a = all(x[x4 + k]);
      c40 = b0.fma(a, c40);
      a = all(x[x5 + k]);
      c50 = b0.fma(a, c50);
    }
    long z = to;
    store(c00, z);
    z = to + Math.min(1, rows - 1) * toStride;
    store(c10, z);
    z = to + Math.min(2, rows - 1) * toStride;
    store(c20, z);
    z = to + Math.min(3, rows - 1) * toStride;
    store(c30, z);
    z = to + Math.min(4, rows - 1) * toStride;
    store(c40, z);
    z = to + Math.min(5, rows - 1) * toStride;
    store(c50, z);
  }
}
