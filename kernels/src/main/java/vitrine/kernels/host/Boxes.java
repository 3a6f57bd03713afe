package vitrine.kernels.host;

import java.lang.foreign.MemorySegment;
import vitrine.kernels.Region;
import vitrine.kernels.Shape;

/**
 * Moves boxes: walks a region's indices axis by axis and copies along the innermost axes that are
 * taken whole.
 */
final class Boxes {
  /** Where a stretch goes. Offsets and length in bytes. */
  @FunctionalInterface
  private interface Mover {
    void move(long whole, long box, long bytes);
  }

  private Boxes() {}

  static void gather(HostTensor x, Region region, HostTensor out) {
    MemorySegment from = x.memory();
    MemorySegment to = out.memory();
    walk(x, region, (whole, box, bytes) -> MemorySegment.copy(from, whole, to, box, bytes));
  }

  static void scatter(HostTensor x, Region region, HostTensor values) {
    MemorySegment to = x.memory();
    MemorySegment from = values.memory();
    walk(x, region, (whole, box, bytes) -> MemorySegment.copy(from, box, to, whole, bytes));
  }

  private static void walk(HostTensor x, Region region, Mover mover) {
    Shape of = x.shape();
    int rank = of.rank();
    int[][] indices = new int[rank][];
    for (int axis = 0; axis < rank; axis++) {
      indices[axis] = region.indices(axis, of);
    }
    int inner = rank; // the first of the innermost axes that are contiguous in both
    long run = x.element().bytes();
    while (inner > 0 && inOrder(indices[inner - 1], of.dim(inner - 1))) {
      inner--;
      run *= of.dim(inner);
    }
    if (region.shape(of).size() > 0) {
      walk(of, indices, inner, run, 0, 0, 0, mover);
    }
  }

  private static boolean inOrder(int[] indices, int length) {
    for (int i = 0; i < indices.length; i++) {
      if (indices[i] != i) {
        return false;
      }
    }
    return indices.length == length;
  }

  /**
   * @param before the index among all positions of the axes before {@code axis}
   * @param box where the next stretch of the box begins
   * @return where the one after it begins
   */
  private static long walk(
      Shape of,
      int[][] indices,
      int inner,
      long run,
      int axis,
      long before,
      long box,
      Mover mover) {
    if (axis == inner) {
      mover.move(before * run, box, run);
      return box + run;
    }
    long next = box;
    for (int index : indices[axis]) {
      next = walk(of, indices, inner, run, axis + 1, before * of.dim(axis) + index, next, mover);
    }
    return next;
  }
}
