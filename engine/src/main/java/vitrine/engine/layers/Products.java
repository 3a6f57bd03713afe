package vitrine.engine.layers;

import org.jspecify.annotations.Nullable;
import vitrine.engine.hooks.Differentiation;
import vitrine.engine.hooks.Run;
import vitrine.engine.hooks.Tap;
import vitrine.engine.layers.TaskHead.Cache;
import vitrine.engine.layers.TaskHead.Outputs;
import vitrine.kernels.Activation;
import vitrine.kernels.Tensor;

/** The last step of most heads: one product that gives the logits. */
final class Products {
  private Products() {}

  /**
   * @param x rows of D; stays the caller's
   */
  static Passed<Outputs, Cache> forward(Run run, Linear linear, Tensor x) {
    Tensor kept = run.saveForParameters("logits.x", Differentiation.HEAD, x);
    Tensor logits = run.tap(Tap.LOGITS, 0, linear.forward(run, x, Activation.IDENTITY));
    return new Passed<>(Outputs.of(logits), Cache.of(kept));
  }

  /**
   * @param dLogits null where the loss does not depend on them; the run owns it from here
   * @param dX with respect to x; added to
   */
  static void backward(Run run, Linear linear, @Nullable Tensor dLogits, Cache cache, Tensor dX) {
    if (dLogits != null) {
      Tensor d = run.tapBackward(Tap.LOGITS, 0, dLogits);
      linear.backwardParameters(run, cache.x(), d);
      linear.addBackward(run, d, dX);
      run.release(d);
    }
    run.letGo(cache.x());
  }
}
