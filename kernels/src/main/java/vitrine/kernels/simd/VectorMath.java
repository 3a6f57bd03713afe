package vitrine.kernels.simd;

import static vitrine.kernels.simd.Lanes.all;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * exp, tanh and the activations as polynomials.
 *
 * <p>The JDK has vector EXP and TANH too, but their bits differ by platform. The coefficients below
 * are minimax fits made for this file (weighted least squares on Chebyshev nodes, weights iterated
 * after Lawson until the error is level, then rounded to float). Largest errors, measured against
 * double: exp 1 ulp or so (1e-7 relative); tanh 2e-7 relative; GELU 4e-7 absolute.
 */
final class VectorMath {
  // Constants are vectors: to broadcast one is a dozen nested calls to the compiler, which gives up
  // inlining after so many, and then leaves every vector boxed.
  static final FloatVector ONE = all(1f);
  private static final FloatVector TWO = all(2f);

  static final FloatVector LOG2_E = all((float) (1 / Math.log(2)));
  // ln 2 in two parts, the first short enough that n times it is exact (Cody and Waite 1980).
  static final FloatVector MINUS_LN2_HIGH = all(-355f / 512);
  static final FloatVector MINUS_LN2_LOW = all((float) (355.0 / 512 - Math.log(2)));

  /** 1.5 * 2^23: adding it leaves a float's nearest integer in the low bits. */
  static final FloatVector ROUNDER = all(12582912f);

  // Where 2^n stays a normal number. exp(88.7) is 3.3e38, exp(-87.3) 1.2e-38.
  static final FloatVector EXP_HIGHEST = all(88.7f);
  static final FloatVector EXP_LOWEST = all(-87.3f);

  static final FloatVector EXP_2 = all(0.49999994f);
  static final FloatVector EXP_3 = all(0.16666515f);
  static final FloatVector EXP_4 = all(0.041668456f);
  static final FloatVector EXP_5 = all(0.008369419f);
  static final FloatVector EXP_6 = all(0.0013813145f);

  private static final FloatVector TANH_NEAR = all(0.625f);
  private static final FloatVector TANH_3 = all(-0.33333278f);
  private static final FloatVector TANH_5 = all(0.13331331f);
  private static final FloatVector TANH_7 = all(-0.053730007f);
  private static final FloatVector TANH_9 = all(0.020606177f);
  private static final FloatVector TANH_11 = all(-0.0056669773f);

  private static final FloatVector MINUS_HALF = all(-0.5f);
  private static final FloatVector ERFC_U = all((float) (0.4 * Math.sqrt(0.5)));
  private static final FloatVector ERFC_1 = all(0.5f * 0.2256263f);
  private static final FloatVector ERFC_2 = all(0.5f * 0.22657572f);
  private static final FloatVector ERFC_3 = all(0.5f * 0.20095856f);
  private static final FloatVector ERFC_4 = all(0.5f * 0.19696309f);
  private static final FloatVector ERFC_5 = all(0.5f * 0.07150815f);
  private static final FloatVector ERFC_6 = all(0.5f * 0.09972983f);
  private static final FloatVector ERFC_7 = all(0.5f * 0.07384192f);
  private static final FloatVector ERFC_8 = all(0.5f * -0.13547099f);
  private static final FloatVector ERFC_9 = all(0.5f * 0.04026747f);

  private static final FloatVector CUBIC = all(0.044715f);
  private static final FloatVector MINUS_TWICE_SQRT_2_OVER_PI =
      all((float) (-2 * Math.sqrt(2 / Math.PI)));

  private static final FloatVector TWICE_SQRT_2_OVER_PI = all((float) (2 * Math.sqrt(2 / Math.PI)));
  private static final FloatVector SLOPE_OF_CUBIC =
      all((float) (2 * Math.sqrt(2 / Math.PI) * 3 * 0.044715));
  private static final FloatVector INVERSE_SQRT_TWO_PI = all((float) (1 / Math.sqrt(2 * Math.PI)));

  private VectorMath() {}

  /**
   * {@code exp x = 2^n exp r, n = round(x / ln 2), |r| <= ln 2 / 2}; exactly 0 below -87.3, minus
   * infinity included, and 3.3e38 above 88.7.
   */
  static FloatVector exp(FloatVector x) {
    FloatVector bounded = x.min(EXP_HIGHEST);
    FloatVector shifted = bounded.fma(LOG2_E, ROUNDER);
    FloatVector n = shifted.sub(ROUNDER);
    FloatVector r = n.fma(MINUS_LN2_HIGH, bounded);
    r = n.fma(MINUS_LN2_LOW, r);
    FloatVector p = r.fma(EXP_6, EXP_5);
    p = p.fma(r, EXP_4);
    p = p.fma(r, EXP_3);
    p = p.fma(r, EXP_2);
    p = p.mul(r).fma(r, r).add(ONE);
    // n is in the low bits of the shifted number: here it is added to the exponent of p.
    IntVector exponent = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
    FloatVector y = p.reinterpretAsInts().add(exponent).reinterpretAsFloats();
    return y.blend(0f, x.compare(VectorOperators.LT, EXP_LOWEST));
  }

  /** Near 0 an odd polynomial, beyond {@code 1 - 2 / (exp 2|x| + 1)}. */
  static FloatVector tanh(FloatVector x) {
    FloatVector size = x.abs();
    FloatVector square = x.mul(x);
    FloatVector p = square.fma(TANH_11, TANH_9);
    p = p.fma(square, TANH_7);
    p = p.fma(square, TANH_5);
    p = p.fma(square, TANH_3);
    FloatVector near = p.mul(square).fma(x, x);
    FloatVector far = ONE.sub(TWO.div(exp(size.add(size)).add(ONE)));
    far = far.blend(far.neg(), x.compare(VectorOperators.LT, 0f));
    return far.blend(near, size.compare(VectorOperators.LT, TANH_NEAR));
  }

  /**
   * {@code x Phi(x) = max(x, 0) - |x| erfc(t)/2} with {@code t = |x| / sqrt 2}, and {@code erfc(t)
   * = exp(-t^2) P(u)} with {@code u = 1 / (1 + 0.4 t)}: the form of Abramowitz and Stegun 7.1.26
   * with more terms (relative error 6e-8 before rounding).
   */
  static FloatVector gelu(FloatVector x) {
    FloatVector size = x.abs();
    FloatVector u = ONE.div(size.fma(ERFC_U, ONE));
    FloatVector p = u.fma(ERFC_9, ERFC_8);
    p = p.fma(u, ERFC_7);
    p = p.fma(u, ERFC_6);
    p = p.fma(u, ERFC_5);
    p = p.fma(u, ERFC_4);
    p = p.fma(u, ERFC_3);
    p = p.fma(u, ERFC_2);
    p = p.fma(u, ERFC_1);
    FloatVector half = p.mul(u).mul(exp(x.mul(x).mul(MINUS_HALF)));
    return size.neg().fma(half, x.max(0f));
  }

  /** {@code x/2 (1 + tanh y) = x / (1 + exp(-2y)), y = sqrt(2/pi) (x + 0.044715 x^3)}. */
  static FloatVector geluTanh(FloatVector x) {
    FloatVector cubic = x.mul(x).mul(x).fma(CUBIC, x);
    return x.div(exp(cubic.mul(MINUS_TWICE_SQRT_2_OVER_PI)).add(ONE));
  }

  /**
   * {@code x sigmoid(factor x) = x / (1 + exp(-factor x))}: far left it tends to 0 as it should.
   */
  static FloatVector timesSigmoid(FloatVector x, FloatVector factor) {
    return x.div(exp(x.mul(factor).neg()).add(ONE));
  }

  // ---- derivatives ----

  /**
   * {@code Phi(x) + x phi(x)}, Phi from the erfc of {@link #gelu}, phi from the exponential in it.
   */
  static FloatVector geluSlope(FloatVector x) {
    FloatVector u = ONE.div(x.abs().fma(ERFC_U, ONE));
    FloatVector p = u.fma(ERFC_9, ERFC_8);
    p = p.fma(u, ERFC_7);
    p = p.fma(u, ERFC_6);
    p = p.fma(u, ERFC_5);
    p = p.fma(u, ERFC_4);
    p = p.fma(u, ERFC_3);
    p = p.fma(u, ERFC_2);
    p = p.fma(u, ERFC_1);
    FloatVector e = exp(x.mul(x).mul(MINUS_HALF));
    FloatVector tail = p.mul(u).mul(e);
    FloatVector distribution = ONE.sub(tail).blend(tail, x.compare(VectorOperators.LT, 0f));
    return e.mul(INVERSE_SQRT_TWO_PI).fma(x, distribution);
  }

  /**
   * {@code s + x s (1 - s) 2 y'} with s the sigmoid of 2y, y as in {@link #geluTanh}; {@code s (1 -
   * s) = e s^2} with {@code e = exp(-2y)}, which keeps its digits where s is nearly 1.
   */
  static FloatVector geluTanhSlope(FloatVector x) {
    FloatVector square = x.mul(x);
    FloatVector cubic = square.mul(x).fma(CUBIC, x);
    FloatVector e = exp(cubic.mul(MINUS_TWICE_SQRT_2_OVER_PI));
    FloatVector s = ONE.div(e.add(ONE));
    FloatVector inner = square.fma(SLOPE_OF_CUBIC, TWICE_SQRT_2_OVER_PI);
    return e.mul(s).mul(s).mul(inner).fma(x, s);
  }

  /** {@code s + factor x s (1 - s)}, s the sigmoid of factor x; see {@link #geluTanhSlope}. */
  static FloatVector timesSigmoidSlope(FloatVector x, FloatVector factor) {
    FloatVector y = x.mul(factor);
    FloatVector e = exp(y.neg());
    FloatVector s = ONE.div(e.add(ONE));
    return e.mul(s).mul(s).fma(y, s);
  }

  static FloatVector tanhSlope(FloatVector x) {
    FloatVector t = tanh(x);
    return t.neg().fma(t, ONE);
  }
}
