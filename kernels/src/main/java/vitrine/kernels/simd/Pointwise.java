package vitrine.kernels.simd;

import static vitrine.kernels.simd.Lanes.COUNT;
import static vitrine.kernels.simd.Lanes.load;
import static vitrine.kernels.simd.Lanes.store;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import vitrine.kernels.Activation;

/**
 * Element by element over {@code n} floats. Offsets are in bytes.
 *
 * <p>One loop a method, and a method for each function: a choice inside a loop, or a loop inside a
 * lambda, left the vectors boxed (GELU 5.3 ns an element instead of 1).
 */
final class Pointwise {
  private Pointwise() {}

  /** {@code out = a + b}. */
  static void add(
      MemorySegment a, long aAt, MemorySegment b, long bAt, int n, MemorySegment out, long outAt) {
    for (int i = 0; i < n; i += COUNT) {
      VectorMask<Float> mask = Lanes.until(i, n);
      FloatVector sum = load(a, aAt + 4L * i, mask).add(load(b, bAt + 4L * i, mask));
      store(sum, out, outAt + 4L * i, mask);
    }
  }

  /** {@code out = x * gamma + beta}. */
  static void affine(
      MemorySegment x,
      long at,
      int n,
      MemorySegment gamma,
      MemorySegment beta,
      MemorySegment out,
      long outAt) {
    for (int i = 0; i < n; i += COUNT) {
      VectorMask<Float> mask = Lanes.until(i, n);
      FloatVector y =
          load(x, at + 4L * i, mask).fma(load(gamma, 4L * i, mask), load(beta, 4L * i, mask));
      store(y, out, outAt + 4L * i, mask);
    }
  }

  /** {@code out = (x - mean) / scale}. */
  static void centre(
      MemorySegment x, long at, int n, float mean, float scale, MemorySegment out, long outAt) {
    for (int i = 0; i < n; i += COUNT) {
      VectorMask<Float> mask = Lanes.until(i, n);
      store(load(x, at + 4L * i, mask).sub(mean).div(scale), out, outAt + 4L * i, mask);
    }
  }

  /** {@code out = activation(x)}. */
  static void activate(
      Activation activation, MemorySegment x, long at, int n, MemorySegment out, long outAt) {
    switch (activation) {
      case IDENTITY -> MemorySegment.copy(x, at, out, outAt, 4L * n);
      case GELU -> gelu(x, at, n, out, outAt);
      case GELU_TANH -> geluTanh(x, at, n, out, outAt);
      case QUICK_GELU -> timesSigmoid(x, at, n, 1.702f, out, outAt);
      case RELU -> relu(x, at, n, out, outAt);
      case SILU -> timesSigmoid(x, at, n, 1, out, outAt);
      case TANH -> tanh(x, at, n, out, outAt);
    }
  }

  private static void gelu(MemorySegment x, long at, int n, MemorySegment out, long outAt) {
    for (int i = 0; i < n; i += COUNT) {
      VectorMask<Float> mask = Lanes.until(i, n);
      store(VectorMath.gelu(load(x, at + 4L * i, mask)), out, outAt + 4L * i, mask);
    }
  }

  private static void geluTanh(MemorySegment x, long at, int n, MemorySegment out, long outAt) {
    for (int i = 0; i < n; i += COUNT) {
      VectorMask<Float> mask = Lanes.until(i, n);
      store(VectorMath.geluTanh(load(x, at + 4L * i, mask)), out, outAt + 4L * i, mask);
    }
  }

  private static void timesSigmoid(
      MemorySegment x, long at, int n, float factor, MemorySegment out, long outAt) {
    for (int i = 0; i < n; i += COUNT) {
      VectorMask<Float> mask = Lanes.until(i, n);
      FloatVector y = VectorMath.timesSigmoid(load(x, at + 4L * i, mask), factor);
      store(y, out, outAt + 4L * i, mask);
    }
  }

  private static void relu(MemorySegment x, long at, int n, MemorySegment out, long outAt) {
    for (int i = 0; i < n; i += COUNT) {
      VectorMask<Float> mask = Lanes.until(i, n);
      store(load(x, at + 4L * i, mask).max(0f), out, outAt + 4L * i, mask);
    }
  }

  private static void tanh(MemorySegment x, long at, int n, MemorySegment out, long outAt) {
    for (int i = 0; i < n; i += COUNT) {
      VectorMask<Float> mask = Lanes.until(i, n);
      store(VectorMath.tanh(load(x, at + 4L * i, mask)), out, outAt + 4L * i, mask);
    }
  }
}
