package vitrine.kernels.simd;

import static vitrine.kernels.simd.Lanes.COUNT;
import static vitrine.kernels.simd.Lanes.all;
import static vitrine.kernels.simd.Lanes.load;
import static vitrine.kernels.simd.Lanes.store;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import vitrine.kernels.Activation;

/**
 * {@code dX = dOut * activation'(x)} over {@code n} floats, at their addresses. A method for each
 * function, and a loop without masks in each: see {@link Pointwise}.
 */
final class Slopes {
  private static final FloatVector ONE = all(1f);
  private static final FloatVector QUICK = all(1.702f);

  private Slopes() {}

  static void activate(Activation activation, long x, long dOut, int n, long dX) {
    switch (activation) {
      case IDENTITY -> Memory.copy(dOut, dX, 4L * n);
      case GELU -> gelu(x, dOut, n, dX);
      case GELU_TANH -> geluTanh(x, dOut, n, dX);
      case QUICK_GELU -> timesSigmoid(x, dOut, n, QUICK, dX);
      case RELU -> relu(x, dOut, n, dX);
      case SILU -> timesSigmoid(x, dOut, n, ONE, dX);
      case TANH -> tanh(x, dOut, n, dX);
    }
  }

  private static void gelu(long x, long dOut, int n, long dX) {
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += COUNT) {
      long z = 4L * i;
      store(VectorMath.geluSlope(load(x + z)).mul(load(dOut + z)), dX + z);
    }
    if (whole < n) {
      long z = 4L * whole;
      VectorMask<Float> tail = Lanes.until(whole, n);
      store(VectorMath.geluSlope(load(x + z, tail)).mul(load(dOut + z, tail)), dX + z, tail);
    }
  }

  private static void geluTanh(long x, long dOut, int n, long dX) {
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += COUNT) {
      long z = 4L * i;
      store(VectorMath.geluTanhSlope(load(x + z)).mul(load(dOut + z)), dX + z);
    }
    if (whole < n) {
      long z = 4L * whole;
      VectorMask<Float> tail = Lanes.until(whole, n);
      store(VectorMath.geluTanhSlope(load(x + z, tail)).mul(load(dOut + z, tail)), dX + z, tail);
    }
  }

  private static void timesSigmoid(long x, long dOut, int n, FloatVector factor, long dX) {
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += COUNT) {
      long z = 4L * i;
      store(VectorMath.timesSigmoidSlope(load(x + z), factor).mul(load(dOut + z)), dX + z);
    }
    if (whole < n) {
      long z = 4L * whole;
      VectorMask<Float> tail = Lanes.until(whole, n);
      store(
          VectorMath.timesSigmoidSlope(load(x + z, tail), factor).mul(load(dOut + z, tail)),
          dX + z,
          tail);
    }
  }

  private static void relu(long x, long dOut, int n, long dX) {
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += COUNT) {
      long z = 4L * i;
      store(reluSlope(load(x + z)).mul(load(dOut + z)), dX + z);
    }
    if (whole < n) {
      long z = 4L * whole;
      VectorMask<Float> tail = Lanes.until(whole, n);
      store(reluSlope(load(x + z, tail)).mul(load(dOut + z, tail)), dX + z, tail);
    }
  }

  private static void tanh(long x, long dOut, int n, long dX) {
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += COUNT) {
      long z = 4L * i;
      store(VectorMath.tanhSlope(load(x + z)).mul(load(dOut + z)), dX + z);
    }
    if (whole < n) {
      long z = 4L * whole;
      VectorMask<Float> tail = Lanes.until(whole, n);
      store(VectorMath.tanhSlope(load(x + z, tail)).mul(load(dOut + z, tail)), dX + z, tail);
    }
  }

  /** NaN where x is. */
  private static FloatVector reluSlope(FloatVector x) {
    FloatVector step = Lanes.zero().blend(ONE, x.compare(VectorOperators.GT, 0f));
    return step.blend(x, x.test(VectorOperators.IS_NAN));
  }
}
