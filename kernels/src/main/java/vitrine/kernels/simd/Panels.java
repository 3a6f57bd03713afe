package vitrine.kernels.simd;

import static vitrine.kernels.simd.Lanes.BYTES;
import static vitrine.kernels.simd.Lanes.COUNT;
import static vitrine.kernels.simd.Lanes.load;
import static vitrine.kernels.simd.Lanes.store;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** Copies rows as they lie into the panels that {@link Product} reads. */
final class Panels {
  private Panels() {}

  /** Bytes of {@code depth} rows of {@code columns}. */
  static long bytes(int depth, int columns) {
    return Product.panels(columns) * (depth * Product.ROW);
  }

  /** Packs all panels, one after the other. */
  static void pack(Product.Matrix x, int depth, int columns, long to) {
    for (int panel = 0; panel < Product.panels(columns); panel++) {
      pack(x, depth, columns, panel, to + panel * (depth * Product.ROW));
    }
  }

  /** Packs one panel; beyond the last column it is zero. */
  static void pack(Product.Matrix x, int depth, int columns, int panel, long to) {
    long first = x.at() + panel * Product.ROW;
    int real = columns - panel * Product.WIDTH;
    if (real >= Product.WIDTH) {
      whole(first, x.stride(), depth, to);
    } else {
      ragged(first, x.stride(), depth, real, to);
    }
  }

  private static void whole(long x, long stride, int depth, long to) {
    for (int k = 0; k < depth; k++) {
      long from = x + k * stride;
      long z = to + k * Product.ROW;
      store(load(from), z);
      store(load(from + BYTES), z + BYTES);
      store(load(from + 2L * BYTES), z + 2L * BYTES);
    }
  }

  private static void ragged(long x, long stride, int depth, int real, long to) {
    for (int i = 0; i < Product.WIDTH; i += COUNT) {
      if (i + COUNT <= real) {
        column(x + 4L * i, stride, depth, to + 4L * i);
      } else if (i < real) {
        column(x + 4L * i, stride, depth, Lanes.until(i, real), to + 4L * i);
      } else {
        zeros(depth, to + 4L * i);
      }
    }
  }

  private static void column(long x, long stride, int depth, long to) {
    for (int k = 0; k < depth; k++) {
      store(load(x + k * stride), to + k * Product.ROW);
    }
  }

  private static void column(long x, long stride, int depth, VectorMask<Float> mask, long to) {
    for (int k = 0; k < depth; k++) {
      store(load(x + k * stride, mask), to + k * Product.ROW);
    }
  }

  private static void zeros(int depth, long to) {
    FloatVector zero = Lanes.zero();
    for (int k = 0; k < depth; k++) {
      store(zero, to + k * Product.ROW);
    }
  }
}
