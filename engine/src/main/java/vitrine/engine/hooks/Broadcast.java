package vitrine.engine.hooks;

import java.util.Arrays;
import vitrine.engine.InputException;
import vitrine.engine.io.NpyArray;
import vitrine.kernels.Region;
import vitrine.kernels.Shape;

/**
 * Brings an array into a larger shape by numpy's rule: axes are matched from the right; an axis
 * that is missing, or of length 1, repeats.
 */
final class Broadcast {
  private Broadcast() {}

  /**
   * Refuses a shape that does not broadcast to another.
   *
   * @param what operation and operand for the error
   */
  static void check(long[] from, Shape to, String what) {
    boolean fits = from.length <= to.rank();
    for (int axis = 1; fits && axis <= from.length; axis++) {
      long length = from[from.length - axis];
      fits = length == 1 || length == to.dim(to.rank() - axis);
    }
    if (!fits) {
      throw new InputException(
          what
              + ": shape "
              + NpyArray.shapeText(from)
              + "; expected one that broadcasts to the slice, "
              + to
              + ", from the right.");
    }
  }

  /** The array in that shape, row-major. */
  static float[] expand(NpyArray array, Shape to, String what) {
    check(array.shape(), to, what);
    int rank = to.rank();
    long[] strides = new long[rank];
    long stride = 1;
    long[] from = array.shape();
    for (int axis = 1; axis <= from.length; axis++) {
      long length = from[from.length - axis];
      strides[rank - axis] = length == 1 ? 0 : stride;
      stride *= length;
    }
    int[][] indices = new int[rank][];
    Arrays.setAll(
        indices,
        axis -> {
          int[] every = new int[to.dim(axis)];
          Arrays.setAll(every, i -> i);
          return every;
        });
    return walk(array.values(), strides, indices, to);
  }

  /** The box of an array of shape {@code of}, row-major. */
  static float[] gather(float[] values, Shape of, Region region) {
    int rank = of.rank();
    long[] strides = new long[rank];
    long stride = 1;
    for (int axis = rank - 1; axis >= 0; axis--) {
      strides[axis] = stride;
      stride *= of.dim(axis);
    }
    int[][] indices = new int[rank][];
    Arrays.setAll(indices, axis -> region.indices(axis, of));
    return walk(values, strides, indices, region.shape(of));
  }

  private static float[] walk(float[] values, long[] strides, int[][] indices, Shape to) {
    float[] out = new float[Math.toIntExact(to.size())];
    int[] at = new int[to.rank()];
    for (int i = 0; i < out.length; i++) {
      long from = 0;
      for (int axis = 0; axis < at.length; axis++) {
        from += strides[axis] * indices[axis][at[axis]];
      }
      out[i] = values[Math.toIntExact(from)];
      for (int axis = at.length - 1; axis >= 0 && ++at[axis] == to.dim(axis); axis--) {
        at[axis] = 0;
      }
    }
    return out;
  }
}
