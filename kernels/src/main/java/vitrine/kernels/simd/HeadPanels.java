package vitrine.kernels.simd;

import static vitrine.kernels.simd.Lanes.COUNT;
import static vitrine.kernels.simd.Lanes.load;
import static vitrine.kernels.simd.Lanes.store;

import org.jspecify.annotations.Nullable;
import vitrine.kernels.AttentionMask;

/** Where each head's (depth, columns) matrix lies in panels, one head after the other. */
record HeadPanels(int batch, int heads, int depth, int columns) {
  private long panelBytes() {
    return 4L * depth * Product.WIDTH;
  }

  private long headBytes() {
    return panelBytes() * Product.panels(columns);
  }

  long bytes() {
    return headBytes() * heads * batch;
  }

  /** A head's panels, the first head's being at {@code at}. */
  Product.Matrix matrix(long at, int head) {
    return new Product.Matrix(at + head * headBytes(), panelBytes());
  }

  /** Packs the keys of a head turned: column j is key j. */
  void turn(Heads key, int b, int h, long at) {
    long head = at + ((long) b * heads + h) * headBytes();
    int last = Product.panels(columns) - 1;
    if (columns % Product.WIDTH != 0) {
      Memory.zero(head + last * panelBytes(), panelBytes());
    }
    for (int j = 0; j < columns; j++) {
      long row = key.at(b, j, h);
      long column = head + j / Product.WIDTH * panelBytes() + 4L * (j % Product.WIDTH);
      for (int c = 0; c < depth; c++) {
        Memory.set(column + 4L * Product.WIDTH * c, Memory.get(row + 4L * c));
      }
    }
  }

  /**
   * Packs the values of a head; those of hidden keys as zeros, for a weight of 0 would not silence
   * a NaN.
   */
  void fill(Heads value, int b, int h, @Nullable AttentionMask mask, long at) {
    long head = at + ((long) b * heads + h) * headBytes();
    boolean[] real = mask == null ? null : mask.real();
    for (int panel = 0; panel < Product.panels(columns); panel++) {
      int column = panel * Product.WIDTH;
      int n = Math.min(Product.WIDTH, columns - column);
      for (int j = 0; j < depth; j++) {
        long row = head + panel * panelBytes() + 4L * j * Product.WIDTH;
        if (real == null || real[b * depth + j]) {
          copy(value.at(b, j, h) + 4L * column, n, row);
        } else {
          Rows.fill(row, Product.WIDTH, 0);
        }
      }
    }
  }

  private static void copy(long from, int n, long to) {
    for (int i = 0; i < Product.WIDTH; i += COUNT) {
      store(load(from + 4L * i, Lanes.until(i, n)), to + 4L * i);
    }
  }
}
