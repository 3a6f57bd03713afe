package vitrine.kernels.simd;

import static vitrine.kernels.simd.Lanes.BYTES;
import static vitrine.kernels.simd.Lanes.COUNT;
import static vitrine.kernels.simd.Lanes.all;
import static vitrine.kernels.simd.Lanes.load;
import static vitrine.kernels.simd.Lanes.store;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** Reductions along one row of {@code n} floats. Offsets are in bytes. */
final class Rows {
  private Rows() {}

  static float sum(MemorySegment x, long at, int n) {
    FloatVector sum = Lanes.zero();
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += COUNT) {
      sum = sum.add(load(x, at + 4L * i));
    }
    if (whole < n) {
      sum = sum.add(load(x, at + 4L * whole, Lanes.until(whole, n)));
    }
    return Lanes.sum(sum);
  }

  /** The mean of {@code (x - mean)^2}. */
  static float variance(MemorySegment x, long at, int n, float mean) {
    FloatVector sum = Lanes.zero();
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += COUNT) {
      FloatVector off = load(x, at + 4L * i).sub(mean);
      sum = off.fma(off, sum);
    }
    if (whole < n) {
      VectorMask<Float> tail = Lanes.until(whole, n);
      FloatVector off = load(x, at + 4L * whole, tail).sub(all(mean), tail);
      sum = off.fma(off, sum);
    }
    return Lanes.sum(sum) / n;
  }

  static float max(MemorySegment x, long at, int n) {
    FloatVector max = all(Float.NEGATIVE_INFINITY);
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += COUNT) {
      max = max.max(load(x, at + 4L * i));
    }
    if (whole < n) {
      VectorMask<Float> tail = Lanes.until(whole, n);
      max = max.lanewise(VectorOperators.MAX, load(x, at + 4L * whole, tail), tail);
    }
    return Lanes.max(max);
  }

  /** {@code out = (x - mean) / scale * gamma + beta}. */
  static void normalize(
      MemorySegment x,
      long at,
      int n,
      float mean,
      float scale,
      MemorySegment gamma,
      MemorySegment beta,
      MemorySegment out,
      long outAt) {
    for (int i = 0; i < n; i += COUNT) {
      VectorMask<Float> mask = Lanes.until(i, n);
      FloatVector normalized = load(x, at + 4L * i, mask).sub(mean).div(scale);
      FloatVector y = normalized.fma(load(gamma, 4L * i, mask), load(beta, 4L * i, mask));
      store(y, out, outAt + 4L * i, mask);
    }
  }

  /** {@code out = exp(x - max)}; returns its sum. */
  static float exponentials(
      MemorySegment x, long at, int n, float max, MemorySegment out, long outAt) {
    FloatVector sum = Lanes.zero();
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += COUNT) {
      FloatVector e = VectorMath.exp(load(x, at + 4L * i).sub(max));
      store(e, out, outAt + 4L * i);
      sum = sum.add(e);
    }
    if (whole < n) {
      VectorMask<Float> tail = Lanes.until(whole, n);
      FloatVector e = VectorMath.exp(load(x, at + 4L * whole, tail).sub(max));
      store(e, out, outAt + 4L * whole, tail);
      sum = sum.add(e, tail);
    }
    return Lanes.sum(sum);
  }

  /** The sum of {@code exp(x - max)}. */
  static float sumOfExponentials(MemorySegment x, long at, int n, float max) {
    FloatVector sum = Lanes.zero();
    for (int i = 0; i < n; i += COUNT) {
      VectorMask<Float> mask = Lanes.until(i, n);
      sum = sum.add(VectorMath.exp(load(x, at + 4L * i, mask).sub(max)), mask);
    }
    return Lanes.sum(sum);
  }

  /** {@code out = factor * x}. */
  static void scale(MemorySegment x, long at, int n, float factor, MemorySegment out, long outAt) {
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += COUNT) {
      store(load(x, at + 4L * i).mul(factor), out, outAt + 4L * i);
    }
    if (whole < n) {
      VectorMask<Float> tail = Lanes.until(whole, n);
      store(load(x, at + 4L * whole, tail).mul(factor), out, outAt + 4L * whole, tail);
    }
  }

  static void fill(MemorySegment x, long at, int n, float value) {
    FloatVector all = all(value);
    for (int i = 0; i < n; i += COUNT) {
      store(all, x, at + 4L * i, Lanes.until(i, n));
    }
  }

  /** Softmax; a row of nothing but minus infinity becomes zeros. May be in place. */
  static void softmax(MemorySegment x, long at, int n, MemorySegment out, long outAt) {
    float max = max(x, at, n);
    if (max == Float.NEGATIVE_INFINITY) {
      fill(out, outAt, n, 0);
      return;
    }
    float sum = exponentials(x, at, n, max, out, outAt);
    scale(out, outAt, n, 1 / sum, out, outAt);
  }

  /** Adds {@code factor * x} to {@code out}, each element one multiply-add. */
  static void addScaled(
      MemorySegment x, long at, int n, float factor, MemorySegment out, long outAt) {
    FloatVector f = all(factor);
    for (int i = 0; i < n; i += COUNT) {
      VectorMask<Float> mask = Lanes.until(i, n);
      FloatVector sum = load(x, at + 4L * i, mask).fma(f, load(out, outAt + 4L * i, mask));
      store(sum, out, outAt + 4L * i, mask);
    }
  }

  /** Bytes of a row of {@code n} floats, rounded up to whole vectors. */
  static long padded(int n) {
    return ((n + COUNT - 1) / COUNT) * (long) BYTES;
  }
}
