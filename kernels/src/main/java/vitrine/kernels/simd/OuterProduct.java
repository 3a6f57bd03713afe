package vitrine.kernels.simd;

import java.lang.foreign.MemorySegment;
import vitrine.kernels.host.HostTensor;
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
  private final SlabPool scratch;

  OuterProduct(Tasks tasks, SlabPool scratch) {
    this.tasks = tasks;
    this.scratch = scratch;
  }

  /** Rows of {@code columns} floats. */
  record Operand(Product.Matrix rows, int columns) {
    Product.Matrix from(int row, int column) {
      long at = rows.at() + row * rows.stride() + 4L * column;
      return new Product.Matrix(rows.memory(), at, rows.stride());
    }
  }

  /**
   * What is added to.
   *
   * @param at where element (0,0) lies, in bytes
   * @param stride from one row to the next
   * @param panelStride from one panel's width of columns to the next
   */
  record Target(MemorySegment memory, long at, long stride, long panelStride) {
    static Target of(HostTensor table) {
      return new Target(table.memory(), 0, 4L * table.columns(), Product.ROW);
    }

    /** The rows of a matrix from {@code row} on. */
    static Target of(HostWeight w, int row) {
      return new Target(w.panels().memory(), row * Product.ROW, Product.ROW, w.in() * Product.ROW);
    }

    Product.Matrix from(int row, int panel) {
      return new Product.Matrix(memory, at + row * stride + panel * panelStride, stride);
    }
  }

  void add(Operand a, Operand b, int rows, Target to) {
    int depth = Math.min(DEPTH, rows);
    long turned = stride(depth) * Math.min(COLUMNS, a.columns);
    long packed = Panels.bytes(depth, Math.min(COLUMNS, b.columns));
    SlabPool.Slab slab = scratch.take(turned + packed, 0);
    try {
      MemorySegment aT = slab.memory().asSlice(0, turned);
      MemorySegment panels = slab.memory().asSlice(turned, packed);
      for (int row = 0; row < rows; row += DEPTH) {
        int n = Math.min(DEPTH, rows - row);
        for (int i = 0; i < a.columns; i += COLUMNS) {
          turn(a, row, n, i, aT);
          for (int j = 0; j < b.columns; j += COLUMNS) {
            pack(b, row, n, j, panels);
            multiply(aT, a, i, panels, b, j, n, to);
          }
        }
      }
    } finally {
      scratch.giveBack(slab);
    }
  }

  /** Bytes of a turned row: not a power of two, for rows of one tile would share cache lines. */
  private static long stride(int depth) {
    long bytes = Rows.padded(depth);
    return bytes % 1024 == 0 ? bytes + 64 : bytes;
  }

  private void turn(Operand a, int row, int depth, int first, MemorySegment to) {
    long stride = stride(depth);
    tasks.ranges(
        Math.min(COLUMNS, a.columns - first),
        Product.WIDTH,
        (from, end) -> {
          SlabPool.Slab slab = scratch.take(Turn.SCRATCH, 0);
          try {
            Turn.turn(
                a.from(row, first + from),
                depth,
                end - from,
                new Product.Matrix(to, from * stride, stride),
                slab.memory());
          } finally {
            scratch.giveBack(slab);
          }
        });
  }

  private void pack(Operand b, int row, int depth, int first, MemorySegment to) {
    int columns = Math.min(COLUMNS, b.columns - first);
    Product.Matrix x = b.from(row, first);
    tasks.forEach(
        Product.panels(columns),
        panel -> Panels.pack(x, depth, columns, panel, to, panel * (depth * Product.ROW)));
  }

  private void multiply(
      MemorySegment aT,
      Operand a,
      int i,
      MemorySegment packed,
      Operand b,
      int j,
      int depth,
      Target to) {
    int rows = Math.min(COLUMNS, a.columns - i);
    int columns = Math.min(COLUMNS, b.columns - j);
    int panels = Product.panels(columns);
    long stride = stride(depth);
    tasks.forEach(
        (rows + BLOCK - 1) / BLOCK * panels,
        task -> {
          int first = task / panels * BLOCK;
          int panel = task % panels;
          new Product(
                  scratch,
                  new Product.Matrix(aT, first * stride, stride),
                  Math.min(BLOCK, rows - first),
                  new Product.Matrix(packed, panel * (depth * Product.ROW), 0),
                  depth,
                  Product.Ending.ADD,
                  to.from(i + first, j / Product.WIDTH + panel),
                  Math.min(Product.WIDTH, columns - panel * Product.WIDTH))
              .run();
        });
  }
}
