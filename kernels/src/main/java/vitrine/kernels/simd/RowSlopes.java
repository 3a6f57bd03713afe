package vitrine.kernels.simd;

import static vitrine.kernels.simd.Lanes.COUNT;
import static vitrine.kernels.simd.Lanes.all;
import static vitrine.kernels.simd.Lanes.load;
import static vitrine.kernels.simd.Lanes.store;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** Gradients along one row of {@code n} floats, at their addresses. */
final class RowSlopes {
  private RowSlopes() {}

  /** The sum of {@code a * b}. */
  static float dot(long a, long b, int n) {
    FloatVector sum = Lanes.zero();
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += COUNT) {
      sum = load(a + 4L * i).fma(load(b + 4L * i), sum);
    }
    if (whole < n) {
      VectorMask<Float> tail = Lanes.until(whole, n);
      sum = load(a + 4L * whole, tail).fma(load(b + 4L * whole, tail), sum);
    }
    return Lanes.sum(sum);
  }

  /** The sum of {@code a * (x - mean)}. */
  static float dotCentred(long a, long x, int n, float mean) {
    FloatVector sum = Lanes.zero();
    FloatVector centre = all(mean);
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += COUNT) {
      sum = load(a + 4L * i).fma(load(x + 4L * i).sub(centre), sum);
    }
    if (whole < n) {
      VectorMask<Float> tail = Lanes.until(whole, n);
      FloatVector off = load(x + 4L * whole, tail).sub(centre);
      sum = load(a + 4L * whole, tail).fma(off, sum);
    }
    return Lanes.sum(sum);
  }

  /** {@code out = a * b}. */
  static void multiply(long a, long b, int n, long out) {
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += COUNT) {
      store(load(a + 4L * i).mul(load(b + 4L * i)), out + 4L * i);
    }
    if (whole < n) {
      VectorMask<Float> tail = Lanes.until(whole, n);
      FloatVector product = load(a + 4L * whole, tail).mul(load(b + 4L * whole, tail));
      store(product, out + 4L * whole, tail);
    }
  }

  /**
   * {@code out = (g - a - (x - mean) * b) / scale}: the last step of LayerNorm's gradient. {@code
   * out} may be g.
   *
   * @param inverse 1 / scale
   */
  static void throughNormalize(
      long g, long x, int n, float mean, float a, float b, float inverse, long out) {
    FloatVector centre = all(mean);
    FloatVector shift = all(a);
    FloatVector factor = all(-b);
    FloatVector scale = all(inverse);
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += COUNT) {
      FloatVector off = load(x + 4L * i).sub(centre);
      FloatVector slope = off.fma(factor, load(g + 4L * i).sub(shift));
      store(slope.mul(scale), out + 4L * i);
    }
    if (whole < n) {
      VectorMask<Float> tail = Lanes.until(whole, n);
      FloatVector off = load(x + 4L * whole, tail).sub(centre);
      FloatVector slope = off.fma(factor, load(g + 4L * whole, tail).sub(shift));
      store(slope.mul(scale), out + 4L * whole, tail);
    }
  }

  /** {@code out += factor * (x - mean)}. */
  static void addCentred(long x, int n, float mean, float factor, long out) {
    FloatVector centre = all(mean);
    FloatVector f = all(factor);
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += COUNT) {
      long z = 4L * i;
      store(load(x + z).sub(centre).fma(f, load(out + z)), out + z);
    }
    if (whole < n) {
      long z = 4L * whole;
      VectorMask<Float> tail = Lanes.until(whole, n);
      store(load(x + z, tail).sub(centre).fma(f, load(out + z, tail)), out + z, tail);
    }
  }

  /** {@code gamma += dOut * (x - mean) * inverse} and {@code beta += dOut}. */
  static void addParameters(
      long dOut, long x, int n, float mean, float inverse, long gamma, long beta) {
    FloatVector centre = all(mean);
    FloatVector scale = all(inverse);
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += COUNT) {
      FloatVector slope = load(dOut + 4L * i);
      FloatVector off = load(x + 4L * i).sub(centre).mul(scale);
      store(off.fma(slope, load(gamma + 4L * i)), gamma + 4L * i);
      store(slope.add(load(beta + 4L * i)), beta + 4L * i);
    }
    if (whole < n) {
      VectorMask<Float> tail = Lanes.until(whole, n);
      FloatVector slope = load(dOut + 4L * whole, tail);
      FloatVector off = load(x + 4L * whole, tail).sub(centre).mul(scale);
      long z = 4L * whole;
      store(off.fma(slope, load(gamma + z, tail)), gamma + z, tail);
      store(slope.add(load(beta + 4L * whole, tail)), beta + 4L * whole, tail);
    }
  }

  /** {@code out += x[0] + x[1] + x[2] + x[3]}, rows {@code stride} bytes apart, in that order. */
  static void addFour(long x, long stride, int n, long out) {
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += COUNT) {
      long from = x + 4L * i;
      FloatVector sum = load(out + 4L * i).add(load(from));
      sum = sum.add(load(from + stride));
      sum = sum.add(load(from + 2 * stride));
      sum = sum.add(load(from + 3 * stride));
      store(sum, out + 4L * i);
    }
    if (whole < n) {
      for (int r = 0; r < 4; r++) {
        long z = out + 4L * whole;
        Pointwise.add(z, x + r * stride + 4L * whole, n - whole, z);
      }
    }
  }

  /** {@code out = y * (dOut - mean)}: softmax's gradient. May be in place. */
  static void throughSoftmax(long y, long dOut, int n, float mean, long out) {
    FloatVector shift = all(mean);
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += COUNT) {
      long z = 4L * i;
      store(load(dOut + z).sub(shift).mul(load(y + z)), out + z);
    }
    if (whole < n) {
      long z = 4L * whole;
      VectorMask<Float> tail = Lanes.until(whole, n);
      store(load(dOut + z, tail).sub(shift).mul(load(y + z, tail)), out + z, tail);
    }
  }
}
