package vitrine.engine.layers;

import org.jspecify.annotations.Nullable;
import vitrine.engine.hooks.Gradients;
import vitrine.engine.hooks.Run;
import vitrine.kernels.Activation;
import vitrine.kernels.Into;
import vitrine.kernels.Shape;
import vitrine.kernels.Tensor;
import vitrine.kernels.Weight;

/**
 * x W + b.
 *
 * @param weight (in, out)
 * @param bias (out), or null
 */
public record Linear(Weight weight, @Nullable Tensor bias) {
  /**
   * activation(x W + b).
   *
   * @param x rows of {@code weight.in()}; stays the caller's
   * @param out the shape wanted, as many rows of {@code weight.out()}, however the last axes split
   *     it
   * @return a new tensor of shape {@code out}
   */
  Tensor forward(Run run, Tensor x, Activation activation, Shape out) {
    Tensor y = run.allocate(out);
    run.kernels().linear(x, weight, bias, activation, y);
    return y;
  }

  /** As above, with the leading axes of x kept: (..,in) to (..,out). */
  Tensor forward(Run run, Tensor x, Activation activation) {
    int[] dims = x.shape().toArray();
    dims[dims.length - 1] = weight.out();
    return forward(run, x, activation, Shape.of(dims));
  }

  /**
   * Of x W + b, without activation: dX = dOut W^T.
   *
   * @param dOut as many rows of {@code weight.out()}; stays the caller's
   * @param dX the shape of x
   * @return a new tensor of shape {@code dX}
   */
  Tensor backward(Run run, Tensor dOut, Shape dX) {
    Tensor d = run.allocate(dX);
    run.kernels().linearBackwardInput(dOut, weight, Into.REPLACE, d);
    return d;
  }

  /** As above, added to what is there. */
  void addBackward(Run run, Tensor dOut, Tensor dX) {
    run.kernels().linearBackwardInput(dOut, weight, Into.ADD, dX);
  }

  /**
   * Adds to the gradients of weight and bias, if the run wants any.
   *
   * @param x what went in; null when the run wants none
   * @param dOut stays the caller's
   */
  void backwardParameters(Run run, @Nullable Tensor x, Tensor dOut) {
    Gradients gradients = run.parameterGradients();
    if (gradients == null || x == null) {
      return;
    }
    run.kernels().linearBackwardWeight(x, dOut, gradients.of(weight));
    backwardBias(run, dOut);
  }

  /** Adds to the gradient of the bias alone. */
  void backwardBias(Run run, Tensor dOut) {
    Gradients gradients = run.parameterGradients();
    if (gradients != null && bias != null) {
      run.kernels().sumRows(dOut, gradients.of(bias));
    }
  }
}
