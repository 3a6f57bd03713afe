package vitrine.kernels.simd;

import static vitrine.kernels.simd.Lanes.COUNT;

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
 * <p>The rows are copied to an array first. Each of their numbers is read alone, and such a read of
 * memory costs the compiler many nested calls, of an array one instruction; see docs/performance.md
 * for what was measured.
 */
final class Product {
  /** Vectors a panel. */
  static final int VECTORS = 3;

  /** Columns a panel. */
  static final int WIDTH = VECTORS * COUNT;

  /** Bytes of a panel's row. */
  static final long ROW = (long) Float.BYTES * WIDTH;

  private final Scratch scratch;
  private final Left x;
  private final int rows;
  private final Matrix w;
  private final int depth;
  private final Ending ending;
  private final Matrix out;
  private final int columns;

  /** Rows of floats in memory: where the first begins and how far apart they are, in bytes. */
  record Matrix(long at, long stride) {
    /** From another element on. */
    Matrix from(int row, int column) {
      return new Matrix(at + row * stride + 4L * column, stride);
    }

    /** Copies rows to an array, one after the other. */
    void copy(int rows, int columns, float[] to, int first) {
      for (int r = 0; r < rows; r++) {
        Memory.copy(at + r * stride, columns, to, first + r * columns);
      }
    }
  }

  /** The rows, in an array. */
  static final class Left {
    private final float[] numbers;
    private final int first;
    private final int step;

    /**
     * Rows in an array.
     *
     * @param first where the first begins
     * @param step from one to the next
     */
    Left(float[] numbers, int first, int step) {
      this.numbers = numbers;
      this.first = first;
      this.step = step;
    }

    /** From another element on. */
    Left from(int row, int column) {
      return new Left(numbers, first + row * step + column, step);
    }
  }

  /**
   * What becomes of the sums.
   *
   * @param bias where one float a column lies, added before the activation; or 0
   */
  record Ending(Into into, long bias, Activation activation) {
    static final Ending REPLACE = new Ending(Into.REPLACE, 0, Activation.IDENTITY);
    static final Ending ADD = new Ending(Into.ADD, 0, Activation.IDENTITY);

    static Ending of(Into into) {
      return into == Into.ADD ? ADD : REPLACE;
    }

    /**
     * Adds the bias to {@code n} sums at {@code z} and applies the activation.
     *
     * @param column bytes from the first column to theirs
     */
    void finish(long z, int n, long column) {
      if (bias != 0) {
        Pointwise.add(z, bias + column, n, z);
      }
      if (activation != Activation.IDENTITY) {
        Pointwise.activate(activation, z, n, z);
      }
    }
  }

  /**
   * Describes a product.
   *
   * @param x rows of {@code depth} floats
   * @param w panels: where the first begins, how far apart they are
   * @param out rows of {@code columns} floats
   */
  Product(
      Scratch scratch,
      Left x,
      int rows,
      Matrix w,
      int depth,
      Ending ending,
      Matrix out,
      int columns) {
    this.scratch = scratch;
    this.x = x;
    this.rows = rows;
    this.w = w;
    this.depth = depth;
    this.ending = ending;
    this.out = out;
    this.columns = columns;
  }

  /** Computes a whole product whose rows lie in memory. */
  static void run(
      Scratch scratch,
      Matrix x,
      int rows,
      Matrix w,
      int depth,
      Ending ending,
      Matrix out,
      int columns) {
    float[] copy = scratch.floats(Math.multiplyExact(rows, depth));
    try {
      x.copy(rows, depth, copy, 0);
      new Product(scratch, new Left(copy, 0, depth), rows, w, depth, ending, out, columns).run();
    } finally {
      scratch.giveBack(copy);
    }
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
      run(panel, real, 0);
      return;
    }
    SlabPool.Slab slab = scratch.take(ROW * Tile.MOST_ROWS);
    try {
      run(panel, real, slab.address());
    } finally {
      scratch.giveBack(slab);
    }
  }

  /** By way of {@code aside}, unless that is 0. */
  private void run(int panel, int real, long aside) {
    int vectors = (real + COUNT - 1) / COUNT;
    int height = Tile.rows(vectors);
    long weights = w.at + panel * w.stride;
    for (int row = 0; row < rows; row += height) {
      int count = Math.min(height, rows - row);
      long at = out.at + row * out.stride + panel * ROW;
      long to = aside == 0 ? at : aside;
      long stride = aside == 0 ? out.stride : ROW;
      int first = x.first + row * x.step;
      Tile.run(vectors, x.numbers, first, x.step, count, weights, depth, to, stride);
      if (aside != 0) {
        switch (ending.into) {
          case REPLACE -> copy(aside, count, real, at);
          case ADD -> add(aside, count, real, at);
        }
      }
      if (ending.bias != 0 || ending.activation != Activation.IDENTITY) {
        finish(count, real, at, panel * ROW);
      }
    }
  }

  private void copy(long from, int count, int n, long at) {
    for (int i = 0; i < count; i++) {
      Memory.copy(from + i * ROW, at + i * out.stride, 4L * n);
    }
  }

  private void add(long from, int count, int n, long at) {
    for (int i = 0; i < count; i++) {
      long z = at + i * out.stride;
      Pointwise.add(z, from + i * ROW, n, z);
    }
  }

  /** Adds the bias and applies the activation to rows of the panel, still in the nearest cache. */
  private void finish(int count, int n, long at, long biasAt) {
    for (int i = 0; i < count; i++) {
      ending.finish(at + i * out.stride, n, biasAt);
    }
  }
}
