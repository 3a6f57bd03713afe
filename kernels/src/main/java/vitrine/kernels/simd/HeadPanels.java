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

  private long head(long at, int b, int h) {
    return at + ((long) b * heads + h) * headBytes();
  }

  /** A head's panels, the first head's being at {@code at}. */
  Product.Matrix matrix(long at, int head) {
    return new Product.Matrix(at + head * headBytes(), panelBytes());
  }

  /**
   * Packs the keys of a head turned: column j is key j.
   *
   * @param scratch {@link Turn#SCRATCH} bytes
   */
  void turn(Heads key, int b, int h, long at, long scratch) {
    if (columns % Product.WIDTH != 0) {
      int last = Product.panels(columns) - 1;
      Memory.zero(head(at, b, h) + last * panelBytes(), panelBytes());
    }
    turn(key, b, h, 0, columns, at, scratch);
  }

  /** Column {@code first} and those after it become the first {@code count} keys. */
  void turn(Heads key, int b, int h, int first, int count, long at, long scratch) {
    int done = 0;
    while (done < count) {
      int column = (first + done) % Product.WIDTH;
      int n = Math.min(Product.WIDTH - column, count - done);
      long panel = head(at, b, h) + (first + done) / Product.WIDTH * panelBytes();
      Product.Matrix rows = new Product.Matrix(key.at(b, done, h), key.stride());
      Product.Matrix to = new Product.Matrix(panel + 4L * column, Product.ROW);
      Turn.turn(rows, n, depth, to, scratch);
      done += n;
    }
  }

  /**
   * Packs the values of a head; those of hidden keys as zeros, for a weight of 0 would not silence
   * a NaN.
   */
  void fill(Heads value, int b, int h, @Nullable AttentionMask mask, long at) {
    long head = head(at, b, h);
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
