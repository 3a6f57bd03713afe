package vitrine.kernels.contract;

import java.util.Arrays;
import vitrine.kernels.Shape;
import vitrine.kernels.Tensor;

/**
 * Compares tensors, and reports the largest error, where it is, how many fail, and the tolerance
 * used.
 */
public final class TensorAssert {
  private TensorAssert() {}

  /**
   * Fails unless the tensor has the expected values; NaN and infinities must be matched exactly.
   */
  public static void assertClose(
      String what, double[] expected, Tensor actual, Tolerance tolerance) {
    assertClose(what, actual.shape(), expected, actual.toArray(), tolerance);
  }

  /** As above, for numbers already downloaded. */
  public static void assertClose(
      String what, Shape shape, double[] expected, float[] actual, Tolerance tolerance) {
    if (expected.length != actual.length) {
      throw new AssertionError(
          what + ": " + actual.length + " values; expected " + expected.length);
    }
    int failing = 0;
    int worst = -1;
    double worstRatio = 0;
    for (int i = 0; i < expected.length; i++) {
      double ratio = ratio(expected[i], actual[i], tolerance);
      if (ratio > 1) {
        failing++;
      }
      if (ratio > worstRatio) {
        worstRatio = ratio;
        worst = i;
      }
    }
    if (failing > 0) {
      throw new AssertionError(
          what
              + ": largest error "
              + Math.abs(expected[worst] - actual[worst])
              + " at "
              + Arrays.toString(index(shape, worst))
              + " (expected "
              + expected[worst]
              + ", actual "
              + actual[worst]
              + "); "
              + failing
              + " of "
              + expected.length
              + " outside "
              + tolerance);
    }
  }

  /** Fails unless all bits agree. */
  public static void assertSameBits(String what, float[] expected, float[] actual) {
    if (expected.length != actual.length) {
      throw new AssertionError(
          what + ": " + actual.length + " values; expected " + expected.length);
    }
    for (int i = 0; i < expected.length; i++) {
      if (Float.floatToRawIntBits(expected[i]) != Float.floatToRawIntBits(actual[i])) {
        throw new AssertionError(
            what
                + ": bits differ first at "
                + i
                + ": expected "
                + expected[i]
                + ", actual "
                + actual[i]);
      }
    }
  }

  private static double ratio(double expected, float actual, Tolerance tolerance) {
    if (Double.compare(expected, actual) == 0 || expected == actual) {
      return 0;
    }
    if (!Double.isFinite(expected) || !Float.isFinite(actual)) {
      return Double.POSITIVE_INFINITY;
    }
    return Math.abs(expected - actual) / Math.max(tolerance.allowed(expected), Double.MIN_NORMAL);
  }

  private static int[] index(Shape shape, int offset) {
    int[] index = new int[shape.rank()];
    int rest = offset;
    for (int axis = index.length - 1; axis >= 0; axis--) {
      index[axis] = rest % shape.dim(axis);
      rest /= shape.dim(axis);
    }
    return index;
  }
}
