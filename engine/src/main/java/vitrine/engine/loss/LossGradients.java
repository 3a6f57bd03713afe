package vitrine.engine.loss;

import java.util.Arrays;
import vitrine.engine.hooks.Labels;
import vitrine.engine.hooks.Run;
import vitrine.kernels.Region;
import vitrine.kernels.Shape;
import vitrine.kernels.Tensor;

/** Gradients of the loss functions with respect to the logits they read; all new tensors. */
final class LossGradients {
  private LossGradients() {}

  /** Of {@code factor * sum of cross-entropies}. */
  static Tensor ofCrossEntropy(Run run, Tensor logits, int[] ids, double factor) {
    Tensor d = run.reuse(logits); // large, and read by nobody after the loss
    run.kernels().crossEntropyBackward(logits, ids, (float) factor, d);
    return d;
  }

  /** Of {@code factor * mean of cross-entropies}, over the rows that count. */
  static Tensor ofMean(Run run, Tensor logits, int[] ids, double factor) {
    long count = Arrays.stream(ids).filter(id -> id != Labels.IGNORED).count();
    return ofCrossEntropy(run, logits, ids, factor / count);
  }

  /** Of {@code factor * mean of (logits - values)^2}. */
  static Tensor ofSquaredError(Run run, Tensor logits, double[] values, double factor) {
    float[] x = logits.toArray();
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) (factor * 2 * (x[i] - values[i]) / x.length);
    }
    return run.upload(logits.shape(), x);
  }

  /** Of {@code factor * mean of binary cross-entropies}: (sigmoid(x) - y) / n. */
  static Tensor ofBinaryCrossEntropy(Run run, Tensor logits, double[] values, double factor) {
    float[] x = logits.toArray();
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) (factor * (1 / (1 + Math.exp(-x[i])) - values[i]) / x.length);
    }
    return run.upload(logits.shape(), x);
  }

  /**
   * Of {@code factor * sum over examples of one logit}: zeros but for one element an example.
   *
   * @param region the logit's box, one element an example
   */
  static Tensor ofLogits(Run run, Shape shape, Region region, double factor) {
    Tensor d = run.zeros(shape);
    Tensor box = run.allocate(region.shape(shape));
    run.kernels().fill(box, (float) factor);
    run.kernels().assign(d, region, box);
    run.release(box);
    return d;
  }
}
