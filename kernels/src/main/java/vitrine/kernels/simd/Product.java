package vitrine.kernels.simd;

import static vitrine.kernels.simd.Lanes.BYTES;
import static vitrine.kernels.simd.Lanes.COUNT;
import static vitrine.kernels.simd.Lanes.load;
import static vitrine.kernels.simd.Lanes.store;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import vitrine.kernels.Activation;
import vitrine.kernels.Into;
import vitrine.kernels.host.SlabPool;

/**
 * Rows times a packed matrix: {@code out[i] = activation(bias + x[i] W)}, or {@code out[i] += x[i]
 * W}.
 *
 * <p>W is in panels three vectors wide ({@link vitrine.kernels.host.HostWeight}). A {@link Tile} of
 * 4 rows by one panel keeps its 12 sums in registers while k runs over the depth: per k three loads
 * and four broadcasts feed twelve multiply-adds, and with 16 registers all fit. AVX-512's 32
 * registers take 6 rows. A ragged last tile repeats its last row, computing the same numbers again
 * rather than needing code for every count. A last panel with fewer vectors in use has tiles of its
 * own: heads of 64 elements are a panel of 48 and a third of one.
 *
 * <p>What was measured (128 x 768 x 768, one thread, where torch.mm reached 173 GFLOP/s):
 *
 * <ul>
 *   <li>Larger tiles are slower. Each vector operation is some 20 nested calls to the compiler, and
 *       past a fixed number of nodes it stops inlining: with 8 rows the sums stayed boxed (40). So
 *       they did when a tile began with what {@code out} held, instead of adding it at the end (3).
 *   <li>x is read through a FloatBuffer. Scalar reads of a segment take a long offset, whose range
 *       check in an int loop compiles to 25 instructions a read (119; buffer 138).
 * </ul>
 */
final class Product {
  /** Vectors a panel. */
  static final int VECTORS = 3;

  /** Columns a panel. */
  static final int WIDTH = VECTORS * COUNT;

  /** Bytes of a panel's row. */
  static final long ROW = (long) Float.BYTES * WIDTH;

  private final SlabPool scratch;
  private final Tile tile;
  private final int rows;
  private final long wAt;
  private final long wPanelStride;
  private final Ending ending;
  private final MemorySegment out;
  private final long outAt;
  private final long outStride;
  private final int columns;

  /** Rows of floats in memory: where the first begins and how far apart they are, in bytes. */
  record Matrix(MemorySegment memory, long at, long stride) {}

  /**
   * What becomes of the sums.
   *
   * @param bias one float a column, added before the activation; or null
   */
  record Ending(Into into, @Nullable MemorySegment bias, Activation activation) {
    static final Ending REPLACE = new Ending(Into.REPLACE, null, Activation.IDENTITY);
    static final Ending ADD = new Ending(Into.ADD, null, Activation.IDENTITY);

    static Ending of(Into into) {
      return into == Into.ADD ? ADD : REPLACE;
    }
  }

  /**
   * Describes a product.
   *
   * @param x rows of {@code depth} floats, less than 2 GB from the first to the last
   * @param w panels: where the first begins, how far apart they are
   * @param out rows of {@code columns} floats
   */
  Product(
      SlabPool scratch,
      Matrix x,
      int rows,
      Matrix w,
      int depth,
      Ending ending,
      Matrix out,
      int columns) {
    this.scratch = scratch;
    this.tile = new Tile(x, rows, w.memory(), depth);
    this.rows = rows;
    this.wAt = w.at();
    this.wPanelStride = w.stride();
    this.ending = ending;
    this.out = out.memory();
    this.outAt = out.at();
    this.outStride = out.stride();
    this.columns = columns;
  }

  static int panels(int columns) {
    return (columns + WIDTH - 1) / WIDTH;
  }

  /** Computes all columns. */
  void run() {
    for (int panel = 0; panel < panels(columns); panel++) {
      run(panel);
    }
  }

  /**
   * Computes the columns of one panel. Sums that are to be added, and those of columns that are no
   * whole vectors, go to scratch memory first.
   */
  void run(int panel) {
    int real = Math.min(WIDTH, columns - panel * WIDTH);
    if (ending.into == Into.REPLACE && real % COUNT == 0) {
      run(panel, real, null);
      return;
    }
    SlabPool.Slab slab = scratch.take(ROW * Tile.MOST_ROWS, 0);
    try {
      run(panel, real, slab.memory());
    } finally {
      scratch.giveBack(slab);
    }
  }

  private void run(int panel, int real, @Nullable MemorySegment aside) {
    int vectors = (real + COUNT - 1) / COUNT;
    int height = Tile.rows(vectors);
    long weights = wAt + panel * wPanelStride;
    for (int row = 0; row < rows; row += height) {
      int last = Math.min(row + height, rows) - 1;
      long at = outAt + row * outStride + panel * ROW;
      if (aside == null) {
        tile.run(vectors, weights, row, last, out, at, outStride);
      } else {
        tile.run(vectors, weights, row, last, aside, 0, ROW);
        switch (ending.into) {
          case REPLACE -> copy(aside, last - row + 1, real, at);
          case ADD -> add(aside, last - row + 1, real, at);
        }
      }
      if (ending.bias != null || ending.activation != Activation.IDENTITY) {
        finish(last - row + 1, real, at, panel * ROW);
      }
    }
  }

  private void copy(MemorySegment from, int count, int n, long at) {
    for (int i = 0; i < count; i++) {
      for (int j = 0; j < n; j += COUNT) {
        store(load(from, i * ROW + 4L * j), out, at + i * outStride + 4L * j, Lanes.until(j, n));
      }
    }
  }

  private void add(MemorySegment from, int count, int n, long at) {
    if (n == WIDTH) {
      addPanel(from, count, at);
      return;
    }
    for (int i = 0; i < count; i++) {
      Pointwise.add(out, at + i * outStride, from, i * ROW, n, out, at + i * outStride);
    }
  }

  private void addPanel(MemorySegment from, int count, long at) {
    for (int i = 0; i < count; i++) {
      long z = at + i * outStride;
      long a = i * ROW;
      store(load(out, z).add(load(from, a)), out, z);
      store(load(out, z + BYTES).add(load(from, a + BYTES)), out, z + BYTES);
      store(load(out, z + 2L * BYTES).add(load(from, a + 2L * BYTES)), out, z + 2L * BYTES);
    }
  }

  /** Adds the bias and applies the activation to rows of the panel, still in the nearest cache. */
  private void finish(int count, int n, long at, long biasAt) {
    for (int i = 0; i < count; i++) {
      long z = at + i * outStride;
      if (ending.bias != null) {
        Pointwise.add(out, z, ending.bias, biasAt, n, out, z);
      }
      if (ending.activation != Activation.IDENTITY) {
        Pointwise.activate(ending.activation, out, z, n, out, z);
      }
    }
  }
}
