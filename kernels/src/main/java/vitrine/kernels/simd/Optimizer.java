package vitrine.kernels.simd;

import static vitrine.kernels.simd.Lanes.COUNT;
import static vitrine.kernels.simd.Lanes.all;
import static vitrine.kernels.simd.Lanes.load;
import static vitrine.kernels.simd.Lanes.store;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import vitrine.kernels.AdamStep;

/** Steps over {@code n} parameters, and what belongs to them, at their addresses. */
final class Optimizer {
  private Optimizer() {}

  /**
   * The numbers of an {@link AdamStep}, put together as the loop needs them.
   *
   * @param scale of the gradient
   * @param beta1 decay of the mean
   * @param rest1 1 - beta1
   * @param beta2 decay of the squares
   * @param rest2 1 - beta2
   * @param kept what weight decay leaves
   * @param rate the learning rate over {@code 1 - beta1^t}
   * @param root {@code 1 / sqrt(1 - beta2^t)}
   * @param eps keeps the division finite
   */
  record Adam(
      float scale,
      float beta1,
      float rest1,
      float beta2,
      float rest2,
      float kept,
      float rate,
      float root,
      float eps) {
    static Adam of(AdamStep step) {
      return new Adam(
          step.gradientScale(),
          step.beta1(),
          (float) (1 - (double) step.beta1()),
          step.beta2(),
          (float) (1 - (double) step.beta2()),
          (float) (1 - (double) step.learningRate() * step.weightDecay()),
          (float) (step.learningRate() / (1 - Math.pow(step.beta1(), step.t()))),
          (float) (1 / Math.sqrt(1 - Math.pow(step.beta2(), step.t()))),
          step.eps());
    }
  }

  /** One step of all. */
  static void adamW(long x, long gradient, long m, long v, int n, Adam step) {
    int whole = Lanes.whole(n);
    moments(gradient, m, whole, step.scale * step.rest1, step.beta1);
    squares(gradient, v, whole, step);
    move(x, m, v, whole, step);
    if (whole < n) {
      adamTail(x, gradient, m, v, 4L * whole, Lanes.until(whole, n), step);
    }
  }

  // Three short loops over a stretch that stays in the cache: one with everything in it was past
  // what the compiler inlines as soon as segments of several kinds had been seen, and boxed.

  /** {@code m = beta m + share g}. */
  private static void moments(long gradient, long m, int n, float share, float beta) {
    FloatVector shares = all(share);
    FloatVector betas = all(beta);
    for (int i = 0; i < n; i += COUNT) {
      long z = 4L * i;
      store(load(gradient + z).fma(shares, load(m + z).mul(betas)), m + z);
    }
  }

  /** {@code v = beta2 v + rest2 (scale g)^2}. */
  private static void squares(long gradient, long v, int n, Adam step) {
    FloatVector scale = all(step.scale);
    FloatVector rest = all(step.rest2);
    FloatVector beta = all(step.beta2);
    for (int i = 0; i < n; i += COUNT) {
      long z = 4L * i;
      FloatVector g = load(gradient + z).mul(scale);
      store(g.mul(g).fma(rest, load(v + z).mul(beta)), v + z);
    }
  }

  /** {@code x = kept x - rate m / (root sqrt(v) + eps)}. */
  private static void move(long x, long m, long v, int n, Adam step) {
    FloatVector kept = all(step.kept);
    FloatVector rate = all(step.rate);
    FloatVector root = all(step.root);
    FloatVector eps = all(step.eps);
    for (int i = 0; i < n; i += COUNT) {
      long z = 4L * i;
      FloatVector divisor = load(v + z).sqrt().fma(root, eps);
      store(load(x + z).mul(kept).sub(load(m + z).mul(rate).div(divisor)), x + z);
    }
  }

  private static void adamTail(
      long x, long gradient, long m, long v, long z, VectorMask<Float> tail, Adam step) {
    FloatVector g = load(gradient + z, tail).mul(step.scale);
    FloatVector mean =
        load(gradient + z, tail)
            .fma(all(step.scale * step.rest1), load(m + z, tail).mul(step.beta1));
    FloatVector square = g.mul(g).fma(all(step.rest2), load(v + z, tail).mul(step.beta2));
    store(mean, m + z, tail);
    store(square, v + z, tail);
    FloatVector divisor = square.sqrt().fma(all(step.root), all(step.eps));
    FloatVector change = mean.mul(step.rate).div(divisor);
    store(load(x + z, tail).mul(step.kept).sub(change), x + z, tail);
  }

  /** The sum of the squares, each exact: a float's square is a double. */
  static double sumOfSquares(long x, int n) {
    DoubleVector low = DoubleVector.zero(Lanes.DOUBLES);
    DoubleVector high = low;
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += COUNT) {
      FloatVector value = load(x + 4L * i);
      DoubleVector first = (DoubleVector) value.convertShape(VectorOperators.F2D, Lanes.DOUBLES, 0);
      DoubleVector second =
          (DoubleVector) value.convertShape(VectorOperators.F2D, Lanes.DOUBLES, 1);
      low = first.fma(first, low);
      high = second.fma(second, high);
    }
    double sum = 0;
    for (double lane : low.add(high).toArray()) {
      sum += lane;
    }
    for (int i = whole; i < n; i++) {
      double value = Memory.get(x + 4L * i);
      sum += value * value;
    }
    return sum;
  }
}
