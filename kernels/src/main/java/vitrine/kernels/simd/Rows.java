package vitrine.kernels.simd;

import static vitrine.kernels.simd.Lanes.BYTES;
import static vitrine.kernels.simd.Lanes.COUNT;
import static vitrine.kernels.simd.Lanes.ORDER;
import static vitrine.kernels.simd.Lanes.SPECIES;
import static vitrine.kernels.simd.Lanes.all;
import static vitrine.kernels.simd.Lanes.load;
import static vitrine.kernels.simd.Lanes.store;
import static vitrine.kernels.simd.Memory.ALL;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** Reductions along one row of {@code n} floats, at their addresses. */
final class Rows {
  private Rows() {}

  static float sum(long x, int n) {
    FloatVector sum = Lanes.zero();
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += COUNT) {
      sum = sum.add(load(x + 4L * i));
    }
    if (whole < n) {
      sum = sum.add(load(x + 4L * whole, Lanes.until(whole, n)));
    }
    return Lanes.sum(sum);
  }

  /** The mean of {@code (x - mean)^2}. */
  static float variance(long x, int n, float mean) {
    FloatVector centre = all(mean);
    FloatVector sum = Lanes.zero();
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += COUNT) {
      FloatVector off = load(x + 4L * i).sub(centre);
      sum = off.fma(off, sum);
    }
    if (whole < n) {
      VectorMask<Float> tail = Lanes.until(whole, n);
      FloatVector off = load(x + 4L * whole, tail).sub(centre, tail);
      sum = off.fma(off, sum);
    }
    return Lanes.sum(sum) / n;
  }

  static float max(long x, int n) {
    FloatVector max = all(Float.NEGATIVE_INFINITY);
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += COUNT) {
      max = max.max(load(x + 4L * i));
    }
    if (whole < n) {
      VectorMask<Float> tail = Lanes.until(whole, n);
      max = max.lanewise(VectorOperators.MAX, load(x + 4L * whole, tail), tail);
    }
    return Lanes.max(max);
  }

  /** {@code out = (x - mean) / scale * gamma + beta}. */
  static void normalize(long x, int n, float mean, float scale, long gamma, long beta, long out) {
    FloatVector shift = all(mean);
    FloatVector divisor = all(scale);
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += COUNT) {
      long z = 4L * i;
      FloatVector normalized = load(x + z).sub(shift).div(divisor);
      store(normalized.fma(load(gamma + z), load(beta + z)), out + z);
    }
    if (whole < n) {
      VectorMask<Float> tail = Lanes.until(whole, n);
      long z = 4L * whole;
      FloatVector normalized = load(x + z, tail).sub(shift).div(divisor);
      store(normalized.fma(load(gamma + z, tail), load(beta + z, tail)), out + z, tail);
    }
  }

  /** {@code out = exp(x - max)}; returns its sum. */
  static float exponentials(long x, int n, float max, long out) {
    FloatVector shift = all(max);
    FloatVector sum = Lanes.zero();
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += COUNT) {
      // VectorMath.exp written out, without a call to any method but the JDK's own: this loop is
      // inlined into large methods, where C2 inlines those only, and a call of ours would take its
      // vectors in boxes, one for each of the scores of an attention.
      FloatVector y = FloatVector.fromMemorySegment(SPECIES, ALL, x + 4L * i, ORDER);
      y = y.sub(shift);
      FloatVector bounded = y.min(VectorMath.EXP_HIGHEST);
      FloatVector shifted = bounded.fma(VectorMath.LOG2_E, VectorMath.ROUNDER);
      FloatVector times = shifted.sub(VectorMath.ROUNDER);
      FloatVector r = times.fma(VectorMath.MINUS_LN2_HIGH, bounded);
      r = times.fma(VectorMath.MINUS_LN2_LOW, r);
      FloatVector p = r.fma(VectorMath.EXP_6, VectorMath.EXP_5);
      p = p.fma(r, VectorMath.EXP_4);
      p = p.fma(r, VectorMath.EXP_3);
      p = p.fma(r, VectorMath.EXP_2);
      p = p.mul(r).fma(r, r).add(VectorMath.ONE);
      IntVector exponent = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
      FloatVector e = p.reinterpretAsInts().add(exponent).reinterpretAsFloats();
      e = e.blend(0f, y.compare(VectorOperators.LT, VectorMath.EXP_LOWEST));
      e.intoMemorySegment(ALL, out + 4L * i, ORDER);
      sum = sum.add(e);
    }
    if (whole < n) {
      VectorMask<Float> tail = Lanes.until(whole, n);
      FloatVector e = VectorMath.exp(load(x + 4L * whole, tail).sub(shift));
      store(e, out + 4L * whole, tail);
      sum = sum.add(e, tail);
    }
    return Lanes.sum(sum);
  }

  /** The sum of {@code exp(x - max)}. */
  static float sumOfExponentials(long x, int n, float max) {
    FloatVector shift = all(max);
    FloatVector sum = Lanes.zero();
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += COUNT) {
      sum = sum.add(VectorMath.exp(load(x + 4L * i).sub(shift)));
    }
    if (whole < n) {
      VectorMask<Float> tail = Lanes.until(whole, n);
      sum = sum.add(VectorMath.exp(load(x + 4L * whole, tail).sub(shift)), tail);
    }
    return Lanes.sum(sum);
  }

  /** {@code out = factor * x}. */
  static void scale(long x, int n, float factor, long out) {
    FloatVector f = all(factor);
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += COUNT) {
      store(load(x + 4L * i).mul(f), out + 4L * i);
    }
    if (whole < n) {
      VectorMask<Float> tail = Lanes.until(whole, n);
      store(load(x + 4L * whole, tail).mul(f), out + 4L * whole, tail);
    }
  }

  static void fill(long x, int n, float value) {
    FloatVector all = all(value);
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += COUNT) {
      store(all, x + 4L * i);
    }
    if (whole < n) {
      store(all, x + 4L * whole, Lanes.until(whole, n));
    }
  }

  /** Softmax; a row of nothing but minus infinity becomes zeros. May be in place. */
  static void softmax(long x, int n, long out) {
    float max = max(x, n);
    if (max == Float.NEGATIVE_INFINITY) {
      fill(out, n, 0);
      return;
    }
    float sum = exponentials(x, n, max, out);
    scale(out, n, 1 / sum, out);
  }

  /** Adds {@code factor * x} to {@code out}, each element one multiply-add. */
  static void addScaled(long x, int n, float factor, long out) {
    FloatVector f = all(factor);
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += COUNT) {
      store(load(x + 4L * i).fma(f, load(out + 4L * i)), out + 4L * i);
    }
    if (whole < n) {
      VectorMask<Float> tail = Lanes.until(whole, n);
      long z = 4L * whole;
      store(load(x + z, tail).fma(f, load(out + z, tail)), out + z, tail);
    }
  }

  /** Bytes of a row of {@code n} floats, rounded up to whole vectors. */
  static long padded(int n) {
    return ((n + COUNT - 1) / COUNT) * (long) BYTES;
  }
}
