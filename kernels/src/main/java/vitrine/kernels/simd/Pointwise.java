package vitrine.kernels.simd;

import static vitrine.kernels.simd.Lanes.COUNT;
import static vitrine.kernels.simd.Lanes.all;
import static vitrine.kernels.simd.Lanes.load;
import static vitrine.kernels.simd.Lanes.store;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import vitrine.kernels.Activation;

/**
 * Element by element over {@code n} floats, at their addresses.
 *
 * <p>One loop a method, and a method for each function: a choice inside a loop, or a loop inside a
 * lambda, left the vectors boxed (GELU 5.3 ns an element instead of 1). Masks are for what is left
 * after the last whole vector only.
 */
final class Pointwise {
  private static final FloatVector QUICK = all(1.702f);
  private static final FloatVector ONE = all(1f);

  private Pointwise() {}

  /** {@code out = a + b}. */
  static void add(long a, long b, int n, long out) {
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += COUNT) {
      store(load(a + 4L * i).add(load(b + 4L * i)), out + 4L * i);
    }
    if (whole < n) {
      VectorMask<Float> tail = Lanes.until(whole, n);
      long z = 4L * whole;
      store(load(a + z, tail).add(load(b + z, tail)), out + z, tail);
    }
  }

  /** {@code out = x * gamma + beta}. */
  static void affine(long x, int n, long gamma, long beta, long out) {
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += COUNT) {
      long z = 4L * i;
      store(load(x + z).fma(load(gamma + z), load(beta + z)), out + z);
    }
    if (whole < n) {
      VectorMask<Float> tail = Lanes.until(whole, n);
      long z = 4L * whole;
      store(load(x + z, tail).fma(load(gamma + z, tail), load(beta + z, tail)), out + z, tail);
    }
  }

  /** {@code out = (x - mean) / scale}. */
  static void centre(long x, int n, float mean, float scale, long out) {
    FloatVector shift = all(mean);
    FloatVector divisor = all(scale);
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += COUNT) {
      store(load(x + 4L * i).sub(shift).div(divisor), out + 4L * i);
    }
    if (whole < n) {
      VectorMask<Float> tail = Lanes.until(whole, n);
      long z = 4L * whole;
      store(load(x + z, tail).sub(shift).div(divisor), out + z, tail);
    }
  }

  /** {@code out = activation(x)}. */
  static void activate(Activation activation, long x, int n, long out) {
    switch (activation) {
      case IDENTITY -> Memory.copy(x, out, 4L * n);
      case GELU -> gelu(x, n, out);
      case GELU_TANH -> geluTanh(x, n, out);
      case QUICK_GELU -> timesSigmoid(x, n, QUICK, out);
      case RELU -> relu(x, n, out);
      case SILU -> timesSigmoid(x, n, ONE, out);
      case TANH -> tanh(x, n, out);
    }
  }

  private static void gelu(long x, int n, long out) {
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += COUNT) {
      store(VectorMath.gelu(load(x + 4L * i)), out + 4L * i);
    }
    if (whole < n) {
      VectorMask<Float> tail = Lanes.until(whole, n);
      store(VectorMath.gelu(load(x + 4L * whole, tail)), out + 4L * whole, tail);
    }
  }

  private static void geluTanh(long x, int n, long out) {
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += COUNT) {
      store(VectorMath.geluTanh(load(x + 4L * i)), out + 4L * i);
    }
    if (whole < n) {
      VectorMask<Float> tail = Lanes.until(whole, n);
      store(VectorMath.geluTanh(load(x + 4L * whole, tail)), out + 4L * whole, tail);
    }
  }

  private static void timesSigmoid(long x, int n, FloatVector factor, long out) {
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += COUNT) {
      store(VectorMath.timesSigmoid(load(x + 4L * i), factor), out + 4L * i);
    }
    if (whole < n) {
      VectorMask<Float> tail = Lanes.until(whole, n);
      FloatVector y = VectorMath.timesSigmoid(load(x + 4L * whole, tail), factor);
      store(y, out + 4L * whole, tail);
    }
  }

  private static void relu(long x, int n, long out) {
    FloatVector zero = Lanes.zero();
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += COUNT) {
      store(load(x + 4L * i).max(zero), out + 4L * i);
    }
    if (whole < n) {
      VectorMask<Float> tail = Lanes.until(whole, n);
      store(load(x + 4L * whole, tail).max(zero), out + 4L * whole, tail);
    }
  }

  private static void tanh(long x, int n, long out) {
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += COUNT) {
      store(VectorMath.tanh(load(x + 4L * i)), out + 4L * i);
    }
    if (whole < n) {
      VectorMask<Float> tail = Lanes.until(whole, n);
      store(VectorMath.tanh(load(x + 4L * whole, tail)), out + 4L * whole, tail);
    }
  }
}
