package vitrine.kernels.simd;

import static vitrine.kernels.simd.Lanes.BYTES;
import static vitrine.kernels.simd.Lanes.all;
import static vitrine.kernels.simd.Lanes.load;
import static vitrine.kernels.simd.Lanes.store;

import jdk.incubator.vector.FloatVector;
import vitrine.kernels.host.HostWeight;

/**
 * One row times a packed matrix, as when decoding: every number of the matrix is used once, so that
 * it waits for memory. Four panels side by side are four streams, which bring a tenth to a sixth
 * more than one (docs/performance.md). Only where that leaves each thread some of them.
 *
 * <p>The chains of multiply-adds are those of {@link Tile}: a row has the same bits alone.
 */
final class RowProduct {
  private static final int TOGETHER = 4;

  /** Groups a thread at least: with fewer, who is done first waits for long. */
  private static final int GROUPS = 2;

  private final Scratch scratch;
  private final float[] x;
  private final HostWeight w;
  private final Product.Ending ending;
  private final long out;

  private RowProduct(Scratch scratch, float[] x, HostWeight w, Product.Ending ending, long out) {
    this.scratch = scratch;
    this.x = x;
    this.w = w;
    this.ending = ending;
    this.out = out;
  }

  /**
   * Computes the product.
   *
   * @param x where the row lies
   * @param ending replaces
   * @param out where the result goes
   */
  static void run(
      Tasks tasks, Scratch scratch, long x, HostWeight w, Product.Ending ending, long out) {
    float[] copy = scratch.floats(w.in());
    try {
      Memory.copy(x, w.in(), copy, 0);
      RowProduct product = new RowProduct(scratch, copy, w, ending, out);
      int groups = (w.panelCount() + TOGETHER - 1) / TOGETHER;
      if (groups >= GROUPS * tasks.workers().count()) {
        tasks.forEach(groups, product::group);
      } else {
        tasks.forEach(w.panelCount(), panel -> product.panels(panel, panel + 1));
      }
    } finally {
      scratch.giveBack(copy);
    }
  }

  private void group(int group) {
    int first = group * TOGETHER;
    int columns = TOGETHER * Product.WIDTH;
    if ((group + 1) * columns <= w.out()) {
      long at = first * Product.ROW;
      fourPanels(x, panel(first), panelBytes(), w.in(), out + at);
      ending.finish(out + at, columns, at);
      return;
    }
    panels(first, w.panelCount());
  }

  /** One after the other. */
  private void panels(int first, int end) {
    Product.Matrix panels = new Product.Matrix(panel(0), panelBytes());
    Product.Matrix to = new Product.Matrix(out, 0);
    Product.Left row = new Product.Left(x, 0, 0);
    Product product = new Product(scratch, row, 1, panels, w.in(), ending, to, w.out());
    for (int panel = first; panel < end; panel++) {
      product.run(panel);
    }
  }

  private long panel(int panel) {
    return w.panels().address() + panel * panelBytes();
  }

  private long panelBytes() {
    return w.in() * Product.ROW;
  }

  private static void fourPanels(float[] x, long w, long panelBytes, int depth, long to) {
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
      FloatVector a = all(x[k]);
      long at = w + k * Product.ROW;
      c00 = load(at).fma(a, c00);
      c01 = load(at + BYTES).fma(a, c01);
      c02 = load(at + 2L * BYTES).fma(a, c02);
      at += panelBytes;
      c10 = load(at).fma(a, c10);
      c11 = load(at + BYTES).fma(a, c11);
      c12 = load(at + 2L * BYTES).fma(a, c12);
      at += panelBytes;
      c20 = load(at).fma(a, c20);
      c21 = load(at + BYTES).fma(a, c21);
      c22 = load(at + 2L * BYTES).fma(a, c22);
      at += panelBytes;
      c30 = load(at).fma(a, c30);
      c31 = load(at + BYTES).fma(a, c31);
      c32 = load(at + 2L * BYTES).fma(a, c32);
    }
    long z = to;
    store(c00, z);
    store(c01, z + BYTES);
    store(c02, z + 2L * BYTES);
    z += Product.ROW;
    store(c10, z);
    store(c11, z + BYTES);
    store(c12, z + 2L * BYTES);
    z += Product.ROW;
    store(c20, z);
    store(c21, z + BYTES);
    store(c22, z + 2L * BYTES);
    z += Product.ROW;
    store(c30, z);
    store(c31, z + BYTES);
    store(c32, z + 2L * BYTES);
  }
}
