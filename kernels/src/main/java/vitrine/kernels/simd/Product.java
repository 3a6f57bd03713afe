package vitrine.kernels.simd;

import static vitrine.kernels.simd.Lanes.BYTES;
import static vitrine.kernels.simd.Lanes.broadcast;
import static vitrine.kernels.simd.Lanes.load;
import static vitrine.kernels.simd.Lanes.store;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import jdk.incubator.vector.FloatVector;
import org.jspecify.annotations.Nullable;
import vitrine.kernels.Activation;
import vitrine.kernels.host.SlabPool;

/**
 * Rows times a packed matrix: {@code out[i] = activation(bias + x[i] W)}.
 *
 * <p>W is in panels three vectors wide ({@link vitrine.kernels.host.HostWeight}). A tile of 4 rows
 * by one panel keeps its 12 sums in registers while k runs over the depth: per k three loads and
 * four broadcasts feed twelve multiply-adds, and with 16 registers all fit. AVX-512's 32 registers
 * take 6 rows. A ragged last tile repeats its last row, computing the same numbers again rather
 * than needing code for every count.
 *
 * <p>What was measured (128 x 768 x 768, one thread, where torch.mm reached 173 GFLOP/s):
 *
 * <ul>
 *   <li>Larger tiles are slower. Each vector operation is some 20 nested calls to the compiler, and
 *       past a fixed number of nodes it stops inlining: with 8 rows the sums stayed boxed (40).
 *   <li>x is read through a FloatBuffer. Scalar reads of a segment take a long offset, whose range
 *       check in an int loop compiles to 25 instructions a read (119; buffer 138).
 * </ul>
 */
final class Product {
  /** Vectors a panel. */
  static final int VECTORS = 3;

  /** Rows of the largest tile. */
  private static final int TILE = Lanes.COUNT == 16 ? 6 : 4;

  /** Columns a panel. */
  static final int WIDTH = VECTORS * Lanes.COUNT;

  private static final long BYTES_2 = 2L * BYTES;
  private static final long BYTES_3 = 3L * BYTES;

  private final SlabPool scratch;
  private final FloatBuffer x;
  private final int xStep;
  private final int rows;
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
   * @param x rows of {@code depth} floats, less than 2 GB from the first to the last
   * @param w panels: where the first begins, how far apart they are
   * @param bias one float a column, or null
   * @param out rows of {@code columns} floats
   */
  Product(
      SlabPool scratch,
      Matrix x,
      int rows,
      Matrix w,
      int depth,
      @Nullable MemorySegment bias,
      Activation activation,
      Matrix out,
      int columns) {
    this.scratch = scratch;
    this.x = buffer(x, rows, depth);
    this.xStep = Math.toIntExact(x.stride() / Float.BYTES);
    this.rows = rows;
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

  private static FloatBuffer buffer(Matrix x, int rows, int depth) {
    long bytes = (rows - 1) * x.stride() + (long) Float.BYTES * depth;
    return x.memory()
        .asSlice(x.at(), bytes)
        .asByteBuffer()
        .order(ByteOrder.nativeOrder())
        .asFloatBuffer();
  }

  /** Computes all columns. */
  void run() {
    for (int panel = 0; panel < panels(columns); panel++) {
      run(panel);
    }
  }

  /**
   * Computes the columns of one panel. A ragged last panel is computed whole in scratch memory, and
   * its real columns copied.
   */
  void run(int panel) {
    if ((panel + 1) * WIDTH <= columns) {
      run(panel, null);
      return;
    }
    SlabPool.Slab slab = scratch.take((long) Float.BYTES * TILE * WIDTH, 0);
    try {
      run(panel, slab.memory());
    } finally {
      scratch.giveBack(slab);
    }
  }

  private void run(int panel, @Nullable MemorySegment edge) {
    long weights = wAt + panel * wPanelStride;
    for (int row = 0; row < rows; ) {
      int last = Math.min(row + TILE, rows) - 1;
      if (edge == null) {
        tile(weights, row, last, out, outAt(panel, row), outStride);
      } else {
        tile(weights, row, last, edge, 0, WIDTH * 4L);
        for (int i = row; i <= last; i++) {
          copyEdge(edge, (i - row) * (WIDTH * 4L), panel, i);
        }
      }
      if (bias != null || activation != Activation.IDENTITY) {
        for (int i = row; i <= last; i++) {
          finishRow(panel, i);
        }
      }
      row = last + 1;
    }
  }

  private void tile(long weights, int row, int last, MemorySegment to, long toAt, long toStride) {
    if (row == last) {
      oneRow(weights, row, to, toAt);
    } else if (last - row < 4) {
      fourRows(weights, row, last, to, toAt, toStride);
    } else {
      sixRows(weights, row, last, to, toAt, toStride);
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
    if (bias != null) {
      Pointwise.add(out, at, bias, 4L * first, n, out, at);
    }
    if (activation != Activation.IDENTITY) {
      Pointwise.activate(activation, out, at, n, out, at);
    }
  }
}
