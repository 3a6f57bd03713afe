package vitrine.kernels.simd;

import static vitrine.kernels.simd.Lanes.BYTES;
import static vitrine.kernels.simd.Lanes.broadcast;
import static vitrine.kernels.simd.Lanes.load;
import static vitrine.kernels.simd.Lanes.store;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.jspecify.annotations.Nullable;
import vitrine.kernels.Activation;
import vitrine.kernels.host.SlabPool;

/**
 * Rows times a packed matrix: {@code out[i] = activation(bias + x[i] W)}.
 *
 * <p>W is in panels three vectors wide ({@link vitrine.kernels.host.HostWeight}). A tile of 4 rows
 * by one panel keeps its 12 sums in registers while k runs over the depth: per k three loads and
 * four broadcasts feed twelve multiply-adds, and with 16 registers all fit. A ragged last tile
 * repeats its last row, computing the same numbers again rather than needing code for every count.
 *
 * <p>Why not larger tiles for the 32 registers of AVX-512: each vector operation is some 20 nested
 * calls to the compiler, and past a fixed count of nodes it stops inlining. With 8 rows (24 sums)
 * it did, and left the sums boxed: 3 times slower.
 */
final class Product {
  /** Vectors a panel. */
  static final int VECTORS = 3;

  /** Rows a tile. */
  private static final int TILE = 4;

  /** Columns a panel. */
  static final int WIDTH = VECTORS * Lanes.COUNT;

  private static final long BYTES_2 = 2L * BYTES;
  private static final long BYTES_3 = 3L * BYTES;

  private final SlabPool scratch;
  private final MemorySegment x;
  private final long xAt;
  private final long xStride;
  private final MemorySegment w;
  private final long wAt;
  private final long wPanelStride;
  private final int depth;
  private final @Nullable MemorySegment bias;
  private final Activation activation;
  private final MemorySegment out;
  private final long outAt;
  private final long outStride;
  private final int columns;

  /** Rows of floats in memory: where the first begins and how far apart they are, in bytes. */
  record Matrix(MemorySegment memory, long at, long stride) {}

  /**
   * Describes a product.
   *
   * @param x rows of {@code depth} floats
   * @param w panels: where the first begins, how far apart they are
   * @param bias one float a column, or null
   * @param out rows of {@code columns} floats
   */
  Product(
      SlabPool scratch,
      Matrix x,
      Matrix w,
      int depth,
      @Nullable MemorySegment bias,
      Activation activation,
      Matrix out,
      int columns) {
    this.scratch = scratch;
    this.x = x.memory();
    this.xAt = x.at();
    this.xStride = x.stride();
    this.w = w.memory();
    this.wAt = w.at();
    this.wPanelStride = w.stride();
    this.depth = depth;
    this.bias = bias;
    this.activation = activation;
    this.out = out.memory();
    this.outAt = out.at();
    this.outStride = out.stride();
    this.columns = columns;
  }

  static int panels(int columns) {
    return (columns + WIDTH - 1) / WIDTH;
  }

  /**
   * Computes rows {@code from} until {@code end} of the columns of one panel. A ragged last panel
   * is computed whole in scratch memory, and its real columns copied.
   */
  void run(int panel, int from, int end) {
    if ((panel + 1) * WIDTH <= columns) {
      run(panel, from, end, null);
      return;
    }
    SlabPool.Slab slab = scratch.take(4L * TILE * WIDTH, 0);
    try {
      run(panel, from, end, slab.memory());
    } finally {
      scratch.giveBack(slab);
    }
  }

  private void run(int panel, int from, int end, @Nullable MemorySegment edge) {
    long weights = wAt + panel * wPanelStride;
    for (int row = from; row < end; ) {
      int rows = Math.min(TILE, end - row);
      int last = row + rows - 1;
      if (edge == null) {
        tile(rows, weights, row, out, outAt(panel, row), outStride);
      } else {
        tile(rows, weights, row, edge, 0, WIDTH * 4L);
        for (int i = row; i <= last; i++) {
          copyEdge(edge, (i - row) * (WIDTH * 4L), panel, i);
        }
      }
      if (bias != null || activation != Activation.IDENTITY) {
        for (int i = row; i <= last; i++) {
          finishRow(panel, i);
        }
      }
      row += rows;
    }
  }

  private void tile(int rows, long weights, int row, MemorySegment to, long toAt, long toStride) {
    if (rows == 1) {
      oneRow(weights, row, to, toAt);
    } else {
      fourRows(weights, row, row + rows - 1, to, toAt, toStride);
    }
  }

  private void fourRows(long b, int row, int last, MemorySegment to, long toAt, long toStride) {
    long x0 = xRow(row);
    long x1 = xRow(Math.min(row + 1, last));
    long x2 = xRow(Math.min(row + 2, last));
    long x3 = xRow(Math.min(row + 3, last));
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
      FloatVector a = broadcast(x, x0 + 4L * k);
      c00 = b0.fma(a, c00);
      c01 = b1.fma(a, c01);
      c02 = b2.fma(a, c02);
      a = broadcast(x, x1 + 4L * k);
      c10 = b0.fma(a, c10);
      c11 = b1.fma(a, c11);
      c12 = b2.fma(a, c12);
      a = broadcast(x, x2 + 4L * k);
      c20 = b0.fma(a, c20);
      c21 = b1.fma(a, c21);
      c22 = b2.fma(a, c22);
      a = broadcast(x, x3 + 4L * k);
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
    long x0 = xRow(row);
    FloatVector zero = Lanes.zero();
    FloatVector c00 = zero;
    FloatVector c01 = zero;
    FloatVector c02 = zero;
    for (int k = 0; k < depth; k++) {
      long at = b + k * BYTES_3;
      FloatVector b0 = load(w, at);
      FloatVector b1 = load(w, at + BYTES);
      FloatVector b2 = load(w, at + BYTES_2);
      FloatVector a = broadcast(x, x0 + 4L * k);
      c00 = b0.fma(a, c00);
      c01 = b1.fma(a, c01);
      c02 = b2.fma(a, c02);
    }
    long z = toAt;
    store(c00, to, z);
    store(c01, to, z + BYTES);
    store(c02, to, z + BYTES_2);
  }

  private long xRow(int row) {
    return xAt + row * xStride;
  }

  private long outAt(int panel, int row) {
    return outAt + row * outStride + 4L * panel * WIDTH;
  }

  private void copyEdge(MemorySegment edge, long from, int panel, int row) {
    int n = columns - panel * WIDTH;
    long at = outAt(panel, row);
    for (int i = 0; i < n; i += Lanes.COUNT) {
      store(load(edge, from + 4L * i), out, at + 4L * i, Lanes.until(i, n));
    }
  }

  /** Adds the bias and applies the activation to a row of the panel, still in the nearest cache. */
  private void finishRow(int panel, int row) {
    int first = panel * WIDTH;
    int n = Math.min(WIDTH, columns - first);
    long at = outAt(panel, row);
    for (int i = 0; i < n; i += Lanes.COUNT) {
      VectorMask<Float> mask = Lanes.until(i, n);
      FloatVector y = load(out, at + 4L * i, mask);
      if (bias != null) {
        y = y.add(load(bias, 4L * (first + i), mask));
      }
      store(VectorMath.activate(y, activation), out, at + 4L * i, mask);
    }
  }
}
