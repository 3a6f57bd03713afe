package vitrine.engine.layers;

import org.jspecify.annotations.Nullable;
import vitrine.engine.hooks.Run;
import vitrine.engine.hooks.Tap;
import vitrine.kernels.Activation;
import vitrine.kernels.Shape;
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
   * What the backward pass needs.
   *
   * @param x what went in, (B,T,D); null when no gradients of parameters are wanted
   * @param pre before the activation, (B,T,M)
   * @param post after it, (B,T,M); null as x
   */
  public record Cache(@Nullable Tensor x, Tensor pre, @Nullable Tensor post) {
    Cache with(@Nullable Tensor written) {
      return new Cache(x, pre, written);
    }
  }

  /**
   * The neurons after the activation; not tapped yet.
   *
   * @param x (B,T,D); stays the caller's
   * @return (B,T,M), and x and what was before the activation
   */
  Passed<Tensor, Cache> activate(Run run, int layer, Tensor x) {
    Tensor kept = run.saveForParameters("mlp.x", layer, x);
    Tensor pre;
    Tensor post;
    if (run.taps(Tap.MLP_PRE, layer) || run.differentiates(layer)) {
      pre = run.tap(Tap.MLP_PRE, layer, in.forward(run, x, Activation.IDENTITY));
      run.save("mlp.pre", layer, pre);
      post = run.reuse(pre);
      run.kernels().activate(pre, activation, post);
      run.releaseUnless(pre, post);
    } else {
      post = in.forward(run, x, activation);
      pre = post;
    }
    return new Passed<>(post, new Cache(kept, pre, null));
  }

  /**
   * What the neurons write to the residual stream.
   *
   * @param neurons of {@link #activate}; released
   * @return a new (B,T,D); and the neurons as they were written, where gradients want them
   */
  Passed<Tensor, @Nullable Tensor> write(Run run, int layer, Tensor neurons) {
    Tensor post = run.tap(Tap.MLP_POST, layer, neurons);
    Tensor kept = run.saveForParameters("mlp.post", layer, post);
    Tensor y = out.forward(run, post, Activation.IDENTITY);
    run.release(post);
    return new Passed<>(y, kept);
  }

  /**
   * @param dOut (B,T,D); the run owns it from here
   * @return with respect to x, (B,T,D)
   */
  Tensor backward(Run run, int layer, Tensor dOut, Cache cache) {
    Shape shape = dOut.shape();
    out.backwardParameters(run, cache.post(), dOut);
    run.letGo(cache.post());
    Tensor dPost = out.backward(run, dOut, cache.pre().shape());
    run.release(dOut);
    dPost = run.tapBackward(Tap.MLP_POST, layer, dPost);
    Tensor dPre = run.reuse(dPost);
    run.kernels().activateBackward(cache.pre(), activation, dPost, dPre);
    run.releaseUnless(dPost, dPre);
    run.letGo(cache.pre());
    dPre = run.tapBackward(Tap.MLP_PRE, layer, dPre);
    in.backwardParameters(run, cache.x(), dPre);
    run.letGo(cache.x());
    Tensor dX = in.backward(run, dPre, Shape.of(shape.dim(0), shape.dim(1), in.weight().in()));
    run.release(dPre);
    return dX;
  }
}
