package vitrine.kernels.simd;

import vitrine.kernels.host.HostWeight;
import vitrine.kernels.host.SlabPool;

/**
 * The sum over rows of outer products: {@code to[i][j] += sum over r of a[r][i] b[r][j]}.
 *
 * <p>That is {@code a^T b}, so a is turned and b packed into panels, both into scratch memory, and
 * {@link Product} does the rest. Rows are taken some hundreds at a time, so that a panel stays in
 * the second cache, and columns some thousands at a time, so that scratch memory has a limit.
 */
final class OuterProduct {
  /** Rows added up before the sum goes to memory. */
  private static final int DEPTH = 512;

  /** Columns of a, and of b, at a time; a multiple of a panel's width for all lane counts. */
  private static final int COLUMNS = 4608;

  /** Columns of a a task of the product; a multiple of every tile. */
  private static final int BLOCK = 144;

  private final Tasks tasks;
  private final Scratch scratch;

  OuterProduct(Tasks tasks, Scratch scratch) {
    this.tasks = tasks;
    this.scratch = scratch;
  }

  /** Rows of {@code columns} floats. */
  record Operand(Product.Matrix rows, int columns) {
    Product.Matrix from(int row, int column) {
      return rows.from(row, column);
    }
  }

  /**
   * What is added to.
   *
   * @param at where element (0,0) lies
   * @param stride from one row to the next
   * @param panelStride from one panel's width of columns to the next
   */
  record Target(long at, long stride, long panelStride) {
    /** The rows of a matrix from {@code row} on. */
    static Target of(HostWeight w, int row) {
      return new Target(
          w.panels().address() + row * Product.ROW, Product.ROW, w.in() * Product.ROW);
    }

    Product.Matrix from(int row, int panel) {
      return new Product.Matrix(at + row * stride + panel * panelStride, stride);
    }
  }

  void add(Operand a, Operand b, int rows, Target to) {
    int depth = Math.min(DEPTH, rows);
    float[] aT = scratch.floats(step(depth) * Math.min(COLUMNS, a.columns));
    SlabPool.Slab slab = scratch.take(Panels.bytes(depth, Math.min(COLUMNS, b.columns)));
    try {
      for (int row = 0; row < rows; row += DEPTH) {
        int n = Math.min(DEPTH, rows - row);
        for (int i = 0; i < a.columns; i += COLUMNS) {
          turn(a, row, n, i, aT);
          for (int j = 0; j < b.columns; j += COLUMNS) {
            pack(b, row, n, j, slab.address());
            multiply(aT, a, i, slab.address(), b, j, n, to);
          }
        }
      }
    } finally {
      scratch.giveBack(slab);
      scratch.giveBack(aT);
    }
  }

  /** Floats a turned row: not a power of two, for rows of one tile would share cache lines. */
  private static int step(int depth) {
    return depth % 256 == 0 ? depth + 16 : depth;
  }

  private void turn(Operand a, int row, int depth, int first, float[] to) {
    int step = step(depth);
    long stride = Rows.padded(depth);
    tasks.ranges(
        Math.min(COLUMNS, a.columns - first),
        Product.WIDTH,
        (from, end) -> {
          int count = end - from;
          SlabPool.Slab slab = scratch.take(count * stride + Turn.SCRATCH);
          try {
            Product.Matrix turned = new Product.Matrix(slab.address() + Turn.SCRATCH, stride);
            Turn.turn(a.from(row, first + from), depth, count, turned, slab.address());
            for (int i = 0; i < count; i++) {
              Memory.copy(turned.from(i, 0).at(), depth, to, (from + i) * step);
            }
          } finally {
            scratch.giveBack(slab);
          }
        });
  }

  private void pack(Operand b, int row, int depth, int first, long to) {
    int columns = Math.min(COLUMNS, b.columns - first);
    Product.Matrix x = b.from(row, first);
    tasks.forEach(
        Product.panels(columns),
        panel -> Panels.pack(x, depth, columns, panel, to + panel * (depth * Product.ROW)));
  }

  private void multiply(
      float[] aT, Operand a, int i, long packed, Operand b, int j, int depth, Target to) {
    int rows = Math.min(COLUMNS, a.columns - i);
    int columns = Math.min(COLUMNS, b.columns - j);
    int panels = Product.panels(columns);
    Product.Left left = new Product.Left(aT, 0, step(depth));
    tasks.forEach(
        (rows + BLOCK - 1) / BLOCK * panels,
        task -> {
          int first = task / panels * BLOCK;
          int panel = task % panels;
          new Product(
                  scratch,
                  left.from(first, 0),
                  Math.min(BLOCK, rows - first),
                  new Product.Matrix(packed + panel * (depth * Product.ROW), 0),
                  depth,
                  Product.Ending.ADD,
                  to.from(i + first, j / Product.WIDTH + panel),
                  Math.min(Product.WIDTH, columns - panel * Product.WIDTH))
              .run();
        });
  }
}
