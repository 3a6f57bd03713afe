package vitrine.kernels.simd;

import static vitrine.kernels.simd.Lanes.COUNT;
import static vitrine.kernels.simd.Lanes.all;
import static vitrine.kernels.simd.Lanes.load;
import static vitrine.kernels.simd.Lanes.store;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** Gradients along one row of {@code n} floats. Offsets are in bytes. */
final class RowSlopes {
  private RowSlopes() {}

  /** The sum of {@code a * b}. */
  static float dot(MemorySegment a, long aAt, MemorySegment b, long bAt, int n) {
    FloatVector sum = Lanes.zero();
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += COUNT) {
      sum = load(a, aAt + 4L * i).fma(load(b, bAt + 4L * i), sum);
    }
    if (whole < n) {
      VectorMask<Float> tail = Lanes.until(whole, n);
      sum = load(a, aAt + 4L * whole, tail).fma(load(b, bAt + 4L * whole, tail), sum);
    }
    return Lanes.sum(sum);
  }

  /** The sum of {@code a * (x - mean)}. */
  static float dotCentred(MemorySegment a, long aAt, MemorySegment x, long at, int n, float mean) {
    FloatVector sum = Lanes.zero();
    FloatVector centre = all(mean);
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += COUNT) {
      sum = load(a, aAt + 4L * i).fma(load(x, at + 4L * i).sub(centre), sum);
    }
    if (whole < n) {
      VectorMask<Float> tail = Lanes.until(whole, n);
      FloatVector off = load(x, at + 4L * whole, tail).sub(centre);
      sum = load(a, aAt + 4L * whole, tail).fma(off, sum);
    }
    return Lanes.sum(sum);
  }

  /** {@code out = a * b}. */
  static void multiply(
      MemorySegment a, long aAt, MemorySegment b, long bAt, int n, MemorySegment out, long outAt) {
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += COUNT) {
      store(load(a, aAt + 4L * i).mul(load(b, bAt + 4L * i)), out, outAt + 4L * i);
    }
    if (whole < n) {
      VectorMask<Float> tail = Lanes.until(whole, n);
      FloatVector product = load(a, aAt + 4L * whole, tail).mul(load(b, bAt + 4L * whole, tail));
      store(product, out, outAt + 4L * whole, tail);
    }
  }

  /**
   * {@code out = (g - a - (x - mean) * b) / scale}: the last step of LayerNorm's gradient. {@code
   * out} may be g.
   *
   * @param inverse 1 / scale
   */
  static void throughNormalize(
      MemorySegment g,
      MemorySegment x,
      long at,
      int n,
      float mean,
      float a,
      float b,
      float inverse,
      MemorySegment out) {
    FloatVector centre = all(mean);
    FloatVector shift = all(a);
    FloatVector factor = all(-b);
    FloatVector scale = all(inverse);
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += COUNT) {
      FloatVector off = load(x, at + 4L * i).sub(centre);
      FloatVector slope = off.fma(factor, load(g, at + 4L * i).sub(shift));
      store(slope.mul(scale), out, at + 4L * i);
    }
    if (whole < n) {
      VectorMask<Float> tail = Lanes.until(whole, n);
      FloatVector off = load(x, at + 4L * whole, tail).sub(centre);
      FloatVector slope = off.fma(factor, load(g, at + 4L * whole, tail).sub(shift));
      store(slope.mul(scale), out, at + 4L * whole, tail);
    }
  }

  /** {@code out += factor * (x - mean)}. */
  static void addCentred(
      MemorySegment x, long at, int n, float mean, float factor, MemorySegment out) {
    FloatVector centre = all(mean);
    FloatVector f = all(factor);
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += COUNT) {
      long z = at + 4L * i;
      store(load(x, z).sub(centre).fma(f, load(out, z)), out, z);
    }
    if (whole < n) {
      long z = at + 4L * whole;
      VectorMask<Float> tail = Lanes.until(whole, n);
      store(load(x, z, tail).sub(centre).fma(f, load(out, z, tail)), out, z, tail);
    }
  }

  /** {@code gamma += dOut * (x - mean) * inverse} and {@code beta += dOut}. */
  static void addParameters(
      MemorySegment dOut,
      MemorySegment x,
      long at,
      int n,
      float mean,
      float inverse,
      MemorySegment gamma,
      long gammaAt,
      MemorySegment beta,
      long betaAt) {
    FloatVector centre = all(mean);
    FloatVector scale = all(inverse);
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += COUNT) {
      FloatVector slope = load(dOut, at + 4L * i);
      FloatVector off = load(x, at + 4L * i).sub(centre).mul(scale);
      store(off.fma(slope, load(gamma, gammaAt + 4L * i)), gamma, gammaAt + 4L * i);
      store(slope.add(load(beta, betaAt + 4L * i)), beta, betaAt + 4L * i);
    }
    if (whole < n) {
      VectorMask<Float> tail = Lanes.until(whole, n);
      FloatVector slope = load(dOut, at + 4L * whole, tail);
      FloatVector off = load(x, at + 4L * whole, tail).sub(centre).mul(scale);
      long z = gammaAt + 4L * whole;
      store(off.fma(slope, load(gamma, z, tail)), gamma, z, tail);
      store(slope.add(load(beta, betaAt + 4L * whole, tail)), beta, betaAt + 4L * whole, tail);
    }
  }

  /** {@code out += x}. */
  static void add(MemorySegment x, long at, int n, MemorySegment out, long outAt) {
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += COUNT) {
      store(load(out, outAt + 4L * i).add(load(x, at + 4L * i)), out, outAt + 4L * i);
    }
    if (whole < n) {
      VectorMask<Float> tail = Lanes.until(whole, n);
      FloatVector sum = load(out, outAt + 4L * whole, tail).add(load(x, at + 4L * whole, tail));
      store(sum, out, outAt + 4L * whole, tail);
    }
  }

  /** {@code out += x[0] + x[1] + x[2] + x[3]}, rows {@code stride} bytes apart, in that order. */
  static void addFour(MemorySegment x, long at, long stride, int n, MemorySegment out, long outAt) {
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += COUNT) {
      long from = at + 4L * i;
      FloatVector sum = load(out, outAt + 4L * i).add(load(x, from));
      sum = sum.add(load(x, from + stride));
      sum = sum.add(load(x, from + 2 * stride));
      sum = sum.add(load(x, from + 3 * stride));
      store(sum, out, outAt + 4L * i);
    }
    if (whole < n) {
      for (int r = 0; r < 4; r++) {
        add(x, at + r * stride + 4L * whole, n - whole, out, outAt + 4L * whole);
      }
    }
  }

  /** {@code out = y * (dOut - mean)}: softmax's gradient. May be in place. */
  static void throughSoftmax(
      MemorySegment y, MemorySegment dOut, long at, int n, float mean, MemorySegment out) {
    FloatVector shift = all(mean);
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += COUNT) {
      long z = at + 4L * i;
      store(load(dOut, z).sub(shift).mul(load(y, z)), out, z);
    }
    if (whole < n) {
      long z = at + 4L * whole;
      VectorMask<Float> tail = Lanes.until(whole, n);
      store(load(dOut, z, tail).sub(shift).mul(load(y, z, tail)), out, z, tail);
    }
  }
}
