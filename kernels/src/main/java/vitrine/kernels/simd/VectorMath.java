package vitrine.kernels.simd;

import static vitrine.kernels.simd.Lanes.all;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import vitrine.kernels.Activation;

/**
 * exp, tanh and the activations as polynomials.
 *
 * <p>The JDK has vector EXP and TANH too, but their bits differ by platform. The coefficients below
 * are minimax fits made for this file (weighted least squares on Chebyshev nodes, weights iterated
 * after Lawson until the error is level, then rounded to float). Largest errors, measured against
 * double: exp 1 ulp or so (1e-7 relative); tanh 2e-7 relative; GELU 4e-7 absolute.
 */
final class VectorMath {
  private static final float LOG2_E = (float) (1 / Math.log(2));
  // ln 2 in two parts, the first short enough that n times it is exact (Cody and Waite 1980).
  private static final float LN2_HIGH = 355f / 512f;
  private static final float LN2_LOW = (float) (Math.log(2) - 355.0 / 512);

  /** 1.5 * 2^23: adding it leaves a float's nearest integer in the low bits. */
  private static final float ROUNDER = 12582912f;

  private static final int ROUNDER_BITS = Float.floatToRawIntBits(ROUNDER);

  // Below the first exp is 0, above the second infinite.
  private static final float EXP_LOWEST = -104f;
  private static final float EXP_HIGHEST = 89f;

  private static final float SQRT_HALF = (float) Math.sqrt(0.5);
  private static final float TWICE_SQRT_2_OVER_PI = (float) (2 * Math.sqrt(2 / Math.PI));

  private VectorMath() {}

  static FloatVector activate(FloatVector x, Activation activation) {
    return switch (activation) {
      case IDENTITY -> x;
      case GELU -> gelu(x);
      case GELU_TANH -> geluTanh(x);
      case QUICK_GELU -> x.div(exp(x.mul(-1.702f)).add(1f));
      case RELU -> x.max(0f);
      case SILU -> x.div(exp(x.neg()).add(1f));
      case TANH -> tanh(x);
    };
  }

  /**
   * {@code exp x = 2^n exp r, n = round(x / ln 2), |r| <= ln 2 / 2}; exactly 0 at minus infinity.
   */
  static FloatVector exp(FloatVector x) {
    FloatVector bounded = x.max(EXP_LOWEST).min(EXP_HIGHEST);
    FloatVector shifted = bounded.fma(all(LOG2_E), all(ROUNDER));
    FloatVector n = shifted.sub(ROUNDER);
    FloatVector r = n.fma(all(-LN2_HIGH), bounded);
    r = n.fma(all(-LN2_LOW), r);
    FloatVector p = r.fma(all(0.0013813145f), all(0.008369419f));
    p = p.fma(r, all(0.041668456f));
    p = p.fma(r, all(0.16666515f));
    p = p.fma(r, all(0.49999994f));
    p = p.mul(r).fma(r, r).add(1f);
    // 2^n in two factors: n may be 128, or below the smallest exponent.
    IntVector exponent = shifted.reinterpretAsInts().sub(ROUNDER_BITS);
    IntVector half = exponent.lanewise(VectorOperators.ASHR, 1);
    return p.mul(powerOfTwo(half)).mul(powerOfTwo(exponent.sub(half)));
  }

  private static FloatVector powerOfTwo(IntVector n) {
    return n.add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
  }

  /** Near 0 an odd polynomial, beyond {@code 1 - 2 / (exp 2|x| + 1)}. */
  static FloatVector tanh(FloatVector x) {
    FloatVector size = x.abs();
    FloatVector square = x.mul(x);
    FloatVector p = square.fma(all(-0.0056669773f), all(0.020606177f));
    p = p.fma(square, all(-0.053730007f));
    p = p.fma(square, all(0.13331331f));
    p = p.fma(square, all(-0.33333278f));
    FloatVector near = p.mul(square).fma(x, x);
    FloatVector far = all(1f).sub(all(2f).div(exp(size.add(size)).add(1f)));
    VectorMask<Float> negative = x.compare(VectorOperators.LT, 0f);
    far = far.blend(far.neg(), negative);
    return far.blend(near, size.compare(VectorOperators.LT, 0.625f));
  }

  /** {@code x Phi(x)}, by {@code Phi(-|x|) = erfc(t)/2} with {@code t = |x| / sqrt 2}. */
  private static FloatVector gelu(FloatVector x) {
    FloatVector t = x.abs().mul(SQRT_HALF);
    FloatVector tail = halfErfc(t);
    FloatVector phi = tail.blend(all(1f).sub(tail), x.compare(VectorOperators.GE, 0f));
    return x.mul(phi);
  }

  /**
   * {@code erfc(t)/2} for t at least 0, as {@code exp(-t^2) P(u)} with {@code u = 1 / (1 + 0.4 t)}:
   * the form of Abramowitz and Stegun 7.1.26 with more terms (relative error 6e-8 before rounding).
   */
  private static FloatVector halfErfc(FloatVector t) {
    FloatVector u = all(1f).div(t.fma(all(0.4f), all(1f)));
    FloatVector p = u.fma(all(0.5f * 0.04026747f), all(0.5f * -0.13547099f));
    p = p.fma(u, all(0.5f * 0.07384192f));
    p = p.fma(u, all(0.5f * 0.09972983f));
    p = p.fma(u, all(0.5f * 0.07150815f));
    p = p.fma(u, all(0.5f * 0.19696309f));
    p = p.fma(u, all(0.5f * 0.20095856f));
    p = p.fma(u, all(0.5f * 0.22657572f));
    p = p.fma(u, all(0.5f * 0.2256263f));
    return p.mul(u).mul(exp(t.mul(t).neg()));
  }

  /** {@code x/2 (1 + tanh y) = x / (1 + exp(-2y))}, {@code y = sqrt(2/pi) (x + 0.044715 x^3)}. */
  private static FloatVector geluTanh(FloatVector x) {
    FloatVector cubic = x.mul(x).mul(x).fma(all(0.044715f), x);
    return x.div(exp(cubic.mul(-TWICE_SQRT_2_OVER_PI)).add(1f));
  }
}
