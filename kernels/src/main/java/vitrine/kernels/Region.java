package vitrine.kernels;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A box of a tensor: on each axis either everything or a list of indices. What {@link Kernels#slice} gathers and {@link
 * Kernels#assign} scatters.
 */
public final class Region {
  private final int[] @Nullable [] axes;

  private Region(int[] @Nullable [] axes) {
    this.axes = axes;
  }

  /** A region of a tensor of {@code rank} axes that takes everything. */
  public static Region all(int rank) {
    return new Region(new int[rank][]);
  }

  /** This region with one axis restricted to the given indices (each in range, none twice, in the order kept). */
  public Region with(int axis, int... indices) {
    int[][] copy = axes.clone();
    copy[axis] = indices.clone();
    return new Region(copy);
  }

  public int rank() {
    return axes.length;
  }

  /** Whether every axis is taken whole. */
  public boolean isAll() {
    return Arrays.stream(axes).allMatch(Objects::isNull);
  }

  /** The indices taken of one axis of a tensor of shape {@code of}. */
  public int[] indices(int axis, Shape of) {
    int[] chosen = axes[axis];
    if (chosen == null) {
      int[] everything = new int[of.dim(axis)];
      Arrays.setAll(everything, i -> i);
      return everything;
    }
    return chosen.clone();
  }

  /** The shape of what the region holds: every axis is kept, with the number of its chosen indices. */
  public Shape shape(Shape of) {
    if (of.rank() != axes.length) {
      throw new IllegalArgumentException(
          "region: " + axes.length + " axes, but the tensor has shape " + of);
    }
    int[] dims = of.toArray();
    for (int axis = 0; axis < dims.length; axis++) {
      int[] chosen = axes[axis];
      if (chosen != null) {
        for (int index : chosen) {
          Objects.checkIndex(index, dims[axis]);
        }
        dims[axis] = chosen.length;
      }
    }
    return Shape.of(dims);
  }
}
