package vitrine.engine.layers;

import vitrine.engine.hooks.Run;
import vitrine.engine.hooks.Tap;
import vitrine.kernels.Activation;
import vitrine.kernels.Tensor;

/**
 * activation(x W_in + b_in) W_out + b_out. The M values after the activation are the layer's
 * neurons.
 *
 * @param in (D, M)
 * @param out (M, D)
 */
public record Mlp(Linear in, Activation activation, Linear out) {
  /**
   * @param x (B,T,D); stays the caller's
   * @return a new (B,T,D)
   */
  Tensor forward(Run run, int layer, Tensor x) {
    Tensor post;
    if (run.taps(Tap.MLP_PRE, layer)) {
      Tensor pre = run.tap(Tap.MLP_PRE, layer, in.forward(run, x, Activation.IDENTITY));
      post = run.reuse(pre);
      run.kernels().activate(pre, activation, post);
    } else {
      post = in.forward(run, x, activation);
    }
    post = run.tap(Tap.MLP_POST, layer, post);
    Tensor y = out.forward(run, post, Activation.IDENTITY);
    run.release(post);
    return y;
  }
}
