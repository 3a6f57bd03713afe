package vitrine.kernels.simd;

import static vitrine.kernels.simd.Lanes.BYTES;
import static vitrine.kernels.simd.Lanes.broadcast;
import static vitrine.kernels.simd.Lanes.load;
import static vitrine.kernels.simd.Lanes.store;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import jdk.incubator.vector.FloatVector;

/**
 * The inner loops of {@link Product}: a few rows by one panel, whose sums stay in registers while k
 * runs over the depth.
 *
 * <p>Each method takes where the panel begins in w, the first and last row (rows past the last
 * repeat it), and where the first row of the result goes. The order of operations of one element is
 * the same in all of them.
 */
final class Tile {
  /** Rows of the largest tile of all. */
  static final int MOST_ROWS = 6;

  /** Of whole panels: 6 rows need 22 registers. */
  private static final int ROWS = Lanes.COUNT == 16 ? 6 : 4;

  private static final long BYTES_2 = 2L * BYTES;
  private static final long BYTES_3 = 3L * BYTES;

  private final FloatBuffer x;
  private final int xStep;
  private final MemorySegment w;
  private final int depth;

  /** Tiles of {@code rows} rows of x. */
  Tile(Product.Matrix x, int rows, MemorySegment w, int depth) {
    this.x = buffer(x, rows, depth);
    this.xStep = Math.toIntExact(x.stride() / Float.BYTES);
    this.w = w;
    this.depth = depth;
  }

  private static FloatBuffer buffer(Product.Matrix x, int rows, int depth) {
    long bytes = (rows - 1) * x.stride() + (long) Float.BYTES * depth;
    return x.memory()
        .asSlice(x.at(), bytes)
        .asByteBuffer()
        .order(ByteOrder.nativeOrder())
        .asFloatBuffer();
  }

  /** How many rows are computed at once by so many vectors. */
  static int rows(int vectors) {
    return vectors == Product.VECTORS ? ROWS : MOST_ROWS;
  }

  /** Computes rows {@code row} to {@code last}, in the first vectors of a panel. */
  void run(int vectors, long b, int row, int last, MemorySegment to, long toAt, long toStride) {
    if (vectors == 1) {
      sixByOne(b, row, last, to, toAt, toStride);
    } else if (vectors == 2) {
      sixByTwo(b, row, last, to, toAt, toStride);
    } else if (row == last) {
      oneRow(b, row, to, toAt);
    } else if (last - row < 4) {
      fourRows(b, row, last, to, toAt, toStride);
    } else {
      sixRows(b, row, last, to, toAt, toStride);
    }
  }

  private void sixRows(long b, int row, int last, MemorySegment to, long toAt, long toStride) {
    int x0 = row * xStep;
    int x1 = Math.min(row + 1, last) * xStep;
    int x2 = Math.min(row + 2, last) * xStep;
    int x3 = Math.min(row + 3, last) * xStep;
    int x4 = Math.min(row + 4, last) * xStep;
    int x5 = Math.min(row + 5, last) * xStep;
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
      long at = b + k * BYTES_3;
      FloatVector b0 = load(w, at);
      FloatVector b1 = load(w, at + BYTES);
      FloatVector b2 = load(w, at + BYTES_2);
      FloatVector a = broadcast(x, x0 + k);
      c00 = b0.fma(a, c00);
      c01 = b1.fma(a, c01);
      c02 = b2.fma(a, c02);
      a = broadcast(x, x1 + k);
      c10 = b0.fma(a, c10);
      c11 = b1.fma(a, c11);
      c12 = b2.fma(a, c12);
      a = broadcast(x, x2 + k);
      c20 = b0.fma(a, c20);
      c21 = b1.fma(a, c21);
      c22 = b2.fma(a, c22);
      a = broadcast(x, x3 + k);
      c30 = b0.fma(a, c30);
      c31 = b1.fma(a, c31);
      c32 = b2.fma(a, c32);
      a = broadcast(x, x4 + k);
      c40 = b0.fma(a, c40);
      c41 = b1.fma(a, c41);
      c42 = b2.fma(a, c42);
      a = broadcast(x, x5 + k);
      c50 = b0.fma(a, c50);
      c51 = b1.fma(a, c51);
      c52 = b2.fma(a, c52);
    }
    long z = toAt;
    store(c00, to, z);
    store(c01, to, z + BYTES);
    store(c02, to, z + BYTES_2);
    z = toAt + Math.min(1, last - row) * toStride;
    store(c10, to, z);
    store(c11, to, z + BYTES);
    store(c12, to, z + BYTES_2);
    z = toAt + Math.min(2, last - row) * toStride;
    store(c20, to, z);
    store(c21, to, z + BYTES);
    store(c22, to, z + BYTES_2);
    z = toAt + Math.min(3, last - row) * toStride;
    store(c30, to, z);
    store(c31, to, z + BYTES);
    store(c32, to, z + BYTES_2);
    z = toAt + Math.min(4, last - row) * toStride;
    store(c40, to, z);
    store(c41, to, z + BYTES);
    store(c42, to, z + BYTES_2);
    z = toAt + Math.min(5, last - row) * toStride;
    store(c50, to, z);
    store(c51, to, z + BYTES);
    store(c52, to, z + BYTES_2);
  }

  private void fourRows(long b, int row, int last, MemorySegment to, long toAt, long toStride) {
    int x0 = row * xStep;
    int x1 = Math.min(row + 1, last) * xStep;
    int x2 = Math.min(row + 2, last) * xStep;
    int x3 = Math.min(row + 3, last) * xStep;
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
      long at = b + k * BYTES_3;
      FloatVector b0 = load(w, at);
      FloatVector b1 = load(w, at + BYTES);
      FloatVector b2 = load(w, at + BYTES_2);
      FloatVector a = broadcast(x, x0 + k);
      c00 = b0.fma(a, c00);
      c01 = b1.fma(a, c01);
      c02 = b2.fma(a, c02);
      a = broadcast(x, x1 + k);
      c10 = b0.fma(a, c10);
      c11 = b1.fma(a, c11);
      c12 = b2.fma(a, c12);
      a = broadcast(x, x2 + k);
      c20 = b0.fma(a, c20);
      c21 = b1.fma(a, c21);
      c22 = b2.fma(a, c22);
      a = broadcast(x, x3 + k);
      c30 = b0.fma(a, c30);
      c31 = b1.fma(a, c31);
      c32 = b2.fma(a, c32);
    }
    long z = toAt;
    store(c00, to, z);
    store(c01, to, z + BYTES);
    store(c02, to, z + BYTES_2);
    z = toAt + Math.min(1, last - row) * toStride;
    store(c10, to, z);
    store(c11, to, z + BYTES);
    store(c12, to, z + BYTES_2);
    z = toAt + Math.min(2, last - row) * toStride;
    store(c20, to, z);
    store(c21, to, z + BYTES);
    store(c22, to, z + BYTES_2);
    z = toAt + Math.min(3, last - row) * toStride;
    store(c30, to, z);
    store(c31, to, z + BYTES);
    store(c32, to, z + BYTES_2);
  }

  private void oneRow(long b, int row, MemorySegment to, long toAt) {
    int x0 = row * xStep;
    FloatVector zero = Lanes.zero();
    FloatVector c00 = zero;
    FloatVector c01 = zero;
    FloatVector c02 = zero;
    for (int k = 0; k < depth; k++) {
      long at = b + k * BYTES_3;
      FloatVector b0 = load(w, at);
      FloatVector b1 = load(w, at + BYTES);
      FloatVector b2 = load(w, at + BYTES_2);
      FloatVector a = broadcast(x, x0 + k);
      c00 = b0.fma(a, c00);
      c01 = b1.fma(a, c01);
      c02 = b2.fma(a, c02);
    }
    long z = toAt;
    store(c00, to, z);
    store(c01, to, z + BYTES);
    store(c02, to, z + BYTES_2);
  }

  /** Six rows by the first two vectors of a panel. */
  private void sixByTwo(long b, int row, int last, MemorySegment to, long toAt, long toStride) {
    int x0 = row * xStep;
    int x1 = Math.min(row + 1, last) * xStep;
    int x2 = Math.min(row + 2, last) * xStep;
    int x3 = Math.min(row + 3, last) * xStep;
    int x4 = Math.min(row + 4, last) * xStep;
    int x5 = Math.min(row + 5, last) * xStep;
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
      long at = b + k * BYTES_3;
      FloatVector b0 = load(w, at);
      FloatVector b1 = load(w, at + BYTES);
      FloatVector a = broadcast(x, x0 + k);
      c00 = b0.fma(a, c00);
      c01 = b1.fma(a, c01);
      a = broadcast(x, x1 + k);
      c10 = b0.fma(a, c10);
      c11 = b1.fma(a, c11);
      a = broadcast(x, x2 + k);
      c20 = b0.fma(a, c20);
      c21 = b1.fma(a, c21);
      a = broadcast(x, x3 + k);
      c30 = b0.fma(a, c30);
      c31 = b1.fma(a, c31);
      a = broadcast(x, x4 + k);
      c40 = b0.fma(a, c40);
      c41 = b1.fma(a, c41);
      a = broadcast(x, x5 + k);
      c50 = b0.fma(a, c50);
      c51 = b1.fma(a, c51);
    }
    long z = toAt;
    store(c00, to, z);
    store(c01, to, z + BYTES);
    z = toAt + Math.min(1, last - row) * toStride;
    store(c10, to, z);
    store(c11, to, z + BYTES);
    z = toAt + Math.min(2, last - row) * toStride;
    store(c20, to, z);
    store(c21, to, z + BYTES);
    z = toAt + Math.min(3, last - row) * toStride;
    store(c30, to, z);
    store(c31, to, z + BYTES);
    z = toAt + Math.min(4, last - row) * toStride;
    store(c40, to, z);
    store(c41, to, z + BYTES);
    z = toAt + Math.min(5, last - row) * toStride;
    store(c50, to, z);
    store(c51, to, z + BYTES);
  }

  /** Six rows by the first vector of a panel. */
  private void sixByOne(long b, int row, int last, MemorySegment to, long toAt, long toStride) {
    int x0 = row * xStep;
    int x1 = Math.min(row + 1, last) * xStep;
    int x2 = Math.min(row + 2, last) * xStep;
    int x3 = Math.min(row + 3, last) * xStep;
    int x4 = Math.min(row + 4, last) * xStep;
    int x5 = Math.min(row + 5, last) * xStep;
    FloatVector zero = Lanes.zero();
    FloatVector c00 = zero;
    FloatVector c10 = zero;
    FloatVector c20 = zero;
    FloatVector c30 = zero;
    FloatVector c40 = zero;
    FloatVector c50 = zero;
    for (int k = 0; k < depth; k++) {
      long at = b + k * BYTES_3;
      FloatVector b0 = load(w, at);
      FloatVector a = broadcast(x, x0 + k);
      c00 = b0.fma(a, c00);
      a = broadcast(x, x1 + k);
      c10 = b0.fma(a, c10);
      a = broadcast(x, x2 + k);
      c20 = b0.fma(a, c20);
      a = broadcast(x, x3 + k);
      c30 = b0.fma(a, c30);
      a = broadcast(x, x4 + k);
      c40 = b0.fma(a, c40);
      a = broadcast(x, x5 + k);
      c50 = b0.fma(a, c50);
    }
    long z = toAt;
    store(c00, to, z);
    z = toAt + Math.min(1, last - row) * toStride;
    store(c10, to, z);
    z = toAt + Math.min(2, last - row) * toStride;
    store(c20, to, z);
    z = toAt + Math.min(3, last - row) * toStride;
    store(c30, to, z);
    z = toAt + Math.min(4, last - row) * toStride;
    store(c40, to, z);
    z = toAt + Math.min(5, last - row) * toStride;
    store(c50, to, z);
  }
}
