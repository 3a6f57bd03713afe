package vitrine.kernels.simd;

import static vitrine.kernels.simd.Lanes.COUNT;

import jdk.incubator.vector.VectorMask;
import vitrine.kernels.Shape;

/**
 * Lines along one axis of a tensor, a vector of neighbouring lines at a time.
 *
 * @param stride elements between two neighbours on the axis
 * @param length elements on the axis
 */
record Lines(Shape shape, int stride, int length) {
  /** Work on the lines that begin at byte {@code at}; their flags begin at {@code flags}. */
  @FunctionalInterface
  interface Work {
    void run(long at, int flags, VectorMask<Float> inside);
  }

  static Lines of(Shape shape, int axis) {
    int stride = 1;
    for (int a = axis + 1; a < shape.rank(); a++) {
      stride *= shape.dim(a);
    }
    return new Lines(shape, stride, shape.dim(axis));
  }

  /** Work on all; each example has flags of its own, one an element of the axis. */
  void forEach(Tasks tasks, Work work) {
    long block = (long) stride * length;
    if (block == 0) {
      return;
    }
    int blocks = Math.toIntExact(shape.size() / block);
    int blocksAnExample = Math.max(1, blocks / Math.max(1, shape.dim(0)));
    tasks.rowRanges(
        blocks,
        Math.toIntExact(block),
        (first, end) -> {
          for (int i = first; i < end; i++) {
            int flags = i / blocksAnExample * length;
            for (int lane = 0; lane < stride; lane += COUNT) {
              work.run(4L * (i * block + lane), flags, Lanes.until(lane, stride));
            }
          }
        });
  }
}
