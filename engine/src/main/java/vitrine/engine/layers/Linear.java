package vitrine.engine.layers;

import org.jspecify.annotations.Nullable;
import vitrine.engine.hooks.Run;
import vitrine.kernels.Activation;
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
}
