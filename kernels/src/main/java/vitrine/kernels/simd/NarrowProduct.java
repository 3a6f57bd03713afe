package vitrine.kernels.simd;

import static vitrine.kernels.simd.Product.WIDTH;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import vitrine.kernels.Activation;
import vitrine.kernels.host.HostTensor;
import vitrine.kernels.host.HostWeight;
import vitrine.kernels.host.SlabPool;

/**
 * Rows times a packed matrix of bfloat16 or 8-bit numbers: {@code out[i] = activation((x[i] Q) *
 * scales + bias)}, bfloat16 having no scales.
 *
 * <p>A few rows, as when decoding, wait for memory: panels are read as they are and widened in
 * registers. For more rows a panel is widened into scratch memory once and multiplied by {@link
 * Product}. Both give one chain of multiply-adds in ascending k, and end alike: a row's bits do not
 * depend on how many there are.
 */
final class NarrowProduct {
  /** Rows at most that read panels as they are. */
  private static final int FEW = 4;

  /** Rows a task: a multiple of every tile, and so many that widening a panel is lost in them. */
  private static final int BLOCK = 576;

  private final Tasks tasks;
  private final Scratch scratch;
  private final HostWeight w;
  private final long at;
  private final long rowBytes;
  private final int depth;

  /**
   * Products with a matrix, or with some of its rows.
   *
   * @param firstRow of those rows
   * @param depth how many rows
   */
  NarrowProduct(Tasks tasks, Scratch scratch, HostWeight w, int firstRow, int depth) {
    this.tasks = tasks;
    this.scratch = scratch;
    this.w = w;
    this.depth = depth;
    this.rowBytes = rowBytes(w);
    this.at = w.panels().address() + firstRow * rowBytes;
  }

  private static long rowBytes(HostWeight w) {
    return switch (w.precision()) {
      case F32 -> Product.ROW;
      case BF16 -> Bf16Tile.ROW;
      case INT8 -> Int8Tile.ROW;
    };
  }

  /**
   * Computes the product.
   *
   * @param x rows of {@code depth} floats
   * @param bias (out), or null
   * @param out rows of {@code w.out()} floats
   */
  void run(
      Product.Matrix x,
      int rows,
      @Nullable HostTensor bias,
      Activation activation,
      Product.Matrix out) {
    if (rows == 0) {
      return;
    }
    long biasAt = bias == null ? 0 : bias.address();
    if (rows <= FEW) {
      few(x, rows, biasAt, activation, out);
    } else {
      many(x, rows, biasAt, activation, out);
    }
  }

  /** Some rows of a panel as floats, the numbers that they stand for. */
  static void dequantise(HostWeight w, int panel, int first, int count, long to) {
    long bytes = rowBytes(w);
    long from = w.panels().address() + ((long) panel * w.in() + first) * bytes;
    widen(w, from, count, to);
    HostTensor scales = w.scales();
    if (scales != null) {
      long factors = scales.address() + panel * Product.ROW;
      for (int k = 0; k < count; k++) {
        RowSlopes.multiply(to + k * Product.ROW, factors, WIDTH, to + k * Product.ROW);
      }
    }
  }

  /** A column as floats, the numbers that they stand for. */
  static void column(HostWeight w, int j, long to) {
    long stride = rowBytes(w);
    long from = w.panels().address();
    switch (w.precision()) {
      case BF16 -> {
        from += Short.BYTES * w.index(0, j);
        for (int k = 0; k < w.in(); k++) {
          Memory.set(to + 4L * k, Float.intBitsToFloat(Memory.getShort(from + k * stride) << 16));
        }
      }
      case INT8 -> {
        float scale = Memory.get(Objects.requireNonNull(w.scales()).address() + 4L * j);
        from += w.index(0, j);
        for (int k = 0; k < w.in(); k++) {
          Memory.set(to + 4L * k, Memory.getByte(from + k * stride) * scale);
        }
      }
      case F32 -> throw notNarrow();
    }
  }

  /** Callers ask the precision first. */
  private static IllegalStateException notNarrow() {
    return new IllegalStateException("narrow product: of F32");
  }

  private long panel(int p) {
    return at + p * (w.in() * rowBytes);
  }

  // ---- a few rows ----

  private void few(
      Product.Matrix x, int rows, long bias, Activation activation, Product.Matrix out) {
    float[] copy = scratch.floats(rows * depth);
    long stride = w.panelCount() * Product.ROW;
    SlabPool.Slab slab = scratch.take(rows * stride);
    try {
      x.copy(rows, depth, copy, 0);
      Product.Matrix sums = new Product.Matrix(slab.address(), stride);
      tasks.forEach(
          w.panelCount(),
          p -> {
            multiply(copy, rows, panel(p), sums.from(0, p * WIDTH));
            finish(sums, rows, p, bias, activation, out);
          });
    } finally {
      scratch.giveBack(slab);
      scratch.giveBack(copy);
    }
  }

  private void multiply(float[] x, int rows, long from, Product.Matrix sums) {
    switch (w.precision()) {
      case BF16 -> {
        if (rows == 1) {
          Bf16Tile.oneRow(x, from, depth, sums.at());
        } else {
          Bf16Tile.fourRows(x, rows, from, depth, sums.at(), sums.stride());
        }
      }
      case INT8 -> {
        if (rows == 1) {
          Int8Tile.oneRow(x, from, depth, sums.at());
        } else {
          Int8Tile.fourRows(x, rows, from, depth, sums.at(), sums.stride());
        }
      }
      case F32 -> throw notNarrow();
    }
  }

  // ---- many rows ----

  private void many(
      Product.Matrix x, int rows, long bias, Activation activation, Product.Matrix out) {
    new LeftRows(tasks, scratch)
        .forBlocks(
            x,
            rows,
            depth,
            BLOCK,
            w.panelCount(),
            (left, first, count, p) -> {
              SlabPool.Slab slab = scratch.take(depth * Product.ROW);
              try {
                widen(w, panel(p), depth, slab.address());
                Product.Matrix panels = new Product.Matrix(slab.address(), 0);
                Product.Matrix to = out.from(first, 0);
                new Product(
                        scratch, left, count, panels, depth, Product.Ending.REPLACE, to, w.out())
                    .run(p);
                finish(to, count, p, bias, activation, to);
              } finally {
                scratch.giveBack(slab);
              }
            });
  }

  private static void widen(HostWeight w, long from, int rows, long to) {
    switch (w.precision()) {
      case BF16 -> Bf16Tile.widen(from, rows, to);
      case INT8 -> Int8Tile.widen(from, rows, to);
      case F32 -> throw notNarrow();
    }
  }

  // ---- both ----

  /** Scales, bias and activation for the columns of one panel; {@code out} may be the sums. */
  private void finish(
      Product.Matrix sums, int rows, int p, long bias, Activation activation, Product.Matrix out) {
    int column = p * WIDTH;
    int n = Math.min(WIDTH, w.out() - column);
    HostTensor scales = w.scales();
    long scale = scales == null ? 0 : scales.address() + 4L * column;
    long shift = bias == 0 ? 0 : bias + 4L * column;
    for (int row = 0; row < rows; row++) {
      long to = out.from(row, column).at();
      scale(sums.from(row, column).at(), n, scale, shift, to);
      if (activation != Activation.IDENTITY) {
        Pointwise.activate(activation, to, n, to);
      }
    }
  }

  private static void scale(long from, int n, long scales, long bias, long to) {
    if (scales != 0 && bias != 0) {
      Pointwise.affine(from, n, scales, bias, to);
    } else if (scales != 0) {
      RowSlopes.multiply(from, scales, n, to);
    } else if (bias != 0) {
      Pointwise.add(from, bias, n, to);
    } else if (from != to) {
      Memory.copy(from, to, 4L * n);
    }
  }
}
