package vitrine.kernels;

import java.util.Arrays;
import java.util.Objects;

/**
 * A box of a tensor: on each axis either everything or a list of indices. What {@link
 * Kernels#slice} gathers and {@link Kernels#assign} scatters.
 */
public final class Region {
  private final boolean[] whole;
  private final int[][] chosen;

  private Region(boolean[] whole, int[][] chosen) {
    this.whole = whole;
    this.chosen = chosen;
  }

  /** A region of a tensor of {@code rank} axes that takes everything. */
  public static Region all(int rank) {
    boolean[] whole = new boolean[rank];
    Arrays.fill(whole, true);
    return new Region(whole, new int[rank][0]);
  }

  /**
   * This region with one axis restricted to the given indices (each in range, none twice, in the
   * order kept).
   */
  public Region with(int axis, int... indices) {
    boolean[] wholeToo = whole.clone();
    int[][] chosenToo = chosen.clone();
    wholeToo[axis] = false;
    chosenToo[axis] = indices.clone();
    return new Region(wholeToo, chosenToo);
  }

  public int rank() {
    return whole.length;
  }

  /** Whether every axis is taken whole. */
  public boolean isAll() {
    for (boolean all : whole) {
      if (!all) {
        return false;
      }
    }
    return true;
  }

  /** The indices taken of one axis of a tensor of shape {@code of}. */
  public int[] indices(int axis, Shape of) {
    if (whole[axis]) {
      int[] everything = new int[of.dim(axis)];
      Arrays.setAll(everything, i -> i);
      return everything;
    }
    return chosen[axis].clone();
  }

  /**
   * The shape of what the region holds: every axis is kept, with the number of its chosen indices.
   */
  public Shape shape(Shape of) {
    if (of.rank() != whole.length) {
      throw new IllegalArgumentException(
          "region: " + whole.length + " axes, but the tensor has shape " + of);
    }
    int[] dims = of.toArray();
    for (int axis = 0; axis < dims.length; axis++) {
      if (!whole[axis]) {
        for (int index : chosen[axis]) {
          Objects.checkIndex(index, dims[axis]);
        }
        dims[axis] = chosen[axis].length;
      }
    }
    return Shape.of(dims);
  }
}
