package vitrine.kernels.simd;

import static vitrine.kernels.simd.Lanes.BYTES;
import static vitrine.kernels.simd.Lanes.COUNT;
import static vitrine.kernels.simd.Lanes.load;
import static vitrine.kernels.simd.Lanes.store;

import java.lang.foreign.MemorySegment;
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
  static void pack(Product.Matrix x, int depth, int columns, MemorySegment to, long at) {
    for (int panel = 0; panel < Product.panels(columns); panel++) {
      pack(x, depth, columns, panel, to, at + panel * (depth * Product.ROW));
    }
  }

  /** Packs one panel; beyond the last column it is zero. */
  static void pack(Product.Matrix x, int depth, int columns, int panel, MemorySegment to, long at) {
    long first = x.at() + panel * Product.ROW;
    int real = columns - panel * Product.WIDTH;
    if (real >= Product.WIDTH) {
      whole(x.memory(), first, x.stride(), depth, to, at);
    } else {
      ragged(x.memory(), first, x.stride(), depth, real, to, at);
    }
  }

  private static void whole(
      MemorySegment x, long first, long stride, int depth, MemorySegment to, long at) {
    for (int k = 0; k < depth; k++) {
      long from = first + k * stride;
      long z = at + k * Product.ROW;
      store(load(x, from), to, z);
      store(load(x, from + BYTES), to, z + BYTES);
      store(load(x, from + 2L * BYTES), to, z + 2L * BYTES);
    }
  }

  private static void ragged(
      MemorySegment x, long first, long stride, int depth, int real, MemorySegment to, long at) {
    for (int i = 0; i < Product.WIDTH; i += COUNT) {
      VectorMask<Float> mask = Lanes.until(i, real);
      if (i + COUNT <= real) {
        column(x, first + 4L * i, stride, depth, to, at + 4L * i);
      } else if (i < real) {
        column(x, first + 4L * i, stride, depth, mask, to, at + 4L * i);
      } else {
        zeros(depth, to, at + 4L * i);
      }
    }
  }

  private static void column(
      MemorySegment x, long first, long stride, int depth, MemorySegment to, long at) {
    for (int k = 0; k < depth; k++) {
      store(load(x, first + k * stride), to, at + k * Product.ROW);
    }
  }

  private static void column(
      MemorySegment x,
      long first,
      long stride,
      int depth,
      VectorMask<Float> mask,
      MemorySegment to,
      long at) {
    for (int k = 0; k < depth; k++) {
      store(load(x, first + k * stride, mask), to, at + k * Product.ROW);
    }
  }

  private static void zeros(int depth, MemorySegment to, long at) {
    FloatVector zero = Lanes.zero();
    for (int k = 0; k < depth; k++) {
      store(zero, to, at + k * Product.ROW);
    }
  }
}
