package vitrine.kernels.simd;

import vitrine.kernels.Into;
import vitrine.kernels.Precision;
import vitrine.kernels.host.HostWeight;
import vitrine.kernels.host.SlabPool;

/**
 * Rows times a packed matrix turned: {@code out[i] = x[i] W^T}, a panel's width of columns at a
 * time.
 *
 * <p>The rows of W that become these columns are turned into a panel of scratch memory, a stretch
 * of W's columns at a time, and multiplied by {@link Product}. To turn an element costs 0.2 ns,
 * which is lost in the product from a few dozen rows on; for few rows both wait for memory.
 */
final class TurnedProduct {
  /** Columns of W a stretch: a turned panel of so many rows stays in the second cache. */
  private static final int DEPTH = 32 * Product.WIDTH;

  private TurnedProduct() {}

  /**
   * Computes some columns.
   *
   * @param x rows of {@code w.out()} floats
   * @param first the row of W that becomes the first column
   * @param columns how many, at most a panel's width
   * @param out rows of {@code columns} floats
   */
  static void run(
      Scratch scratch,
      Product.Left x,
      int rows,
      HostWeight w,
      int first,
      int columns,
      Into into,
      Product.Matrix out) {
    long panel = Product.ROW * Math.min(DEPTH, w.out());
    long square = Product.ROW * columns;
    SlabPool.Slab slab = scratch.take(panel + square + Turn.SCRATCH);
    try {
      long turned = slab.address();
      long aside = slab.address() + panel;
      for (int from = 0; from < w.out(); from += DEPTH) {
        int depth = Math.min(DEPTH, w.out() - from);
        turn(w, first, columns, from, depth, turned, aside);
        Product.Ending ending = from == 0 ? Product.Ending.of(into) : Product.Ending.ADD;
        Product.Matrix panels = new Product.Matrix(turned, 0);
        new Product(scratch, x.from(0, from), rows, panels, depth, ending, out, columns).run();
      }
    } finally {
      scratch.giveBack(slab);
    }
  }

  /**
   * {@code to[j][c] = w[first + c][from + j]}.
   *
   * @param scratch for {@code count} rows of a panel, and for {@link Turn}
   */
  private static void turn(
      HostWeight w, int first, int count, int from, int depth, long to, long scratch) {
    if (count < Product.WIDTH) {
      Memory.zero(to, depth * Product.ROW);
    }
    for (int j = 0; j < depth; j += Product.WIDTH) {
      int panel = (from + j) / Product.WIDTH;
      Turn.turn(
          new Product.Matrix(rows(w, panel, first, count, scratch), Product.ROW),
          count,
          Math.min(Product.WIDTH, depth - j),
          new Product.Matrix(to + j * Product.ROW, Product.ROW),
          scratch + Product.ROW * count);
    }
  }

  /** Where some rows of a panel lie as floats: in the matrix, or else at {@code aside} now. */
  private static long rows(HostWeight w, int panel, int first, int count, long aside) {
    if (w.precision() == Precision.F32) {
      return w.panels().address() + ((long) panel * w.in() + first) * Product.ROW;
    }
    NarrowProduct.dequantise(w, panel, first, count, aside);
    return aside;
  }
}
