package vitrine.engine.layers;

import org.jspecify.annotations.Nullable;
import vitrine.engine.hooks.Differentiation;
import vitrine.engine.hooks.Run;
import vitrine.engine.hooks.Tap;
import vitrine.kernels.Activation;
import vitrine.kernels.Tensor;

/**
 * BERT's pooler: tanh(x[:,0] W + b).
 *
 * @param dense (D,D)
 */
public record Pooler(Linear dense) {
  /**
   * What the backward pass needs.
   *
   * @param first the first position, (B,D); null when no gradients of parameters are wanted
   * @param pre before the tanh, (B,D)
   */
  public record Cache(@Nullable Tensor first, Tensor pre) {}

  /** (B,T,D) to (B,D). */
  Passed<Tensor, Cache> forward(Run run, Tensor x) {
    Tensor first = Rows.at(run, x, new int[x.shape().dim(0)]);
    Tensor kept = run.saveForParameters("pooler.x", Differentiation.HEAD, first);
    Tensor pre = dense.forward(run, first, Activation.IDENTITY);
    run.save("pooler.pre", Differentiation.HEAD, pre);
    run.release(first);
    Tensor pooled = run.reuse(pre);
    run.kernels().activate(pre, Activation.TANH, pooled);
    run.releaseUnless(pre, pooled);
    return new Passed<>(run.tap(Tap.POOLED, 0, pooled), new Cache(kept, pre));
  }

  /**
   * @param dOut (B,D); the run owns it from here
   * @param dX with respect to x, (B,T,D); added to
   */
  void backward(Run run, Tensor dOut, Cache cache, Tensor dX) {
    Tensor d = run.tapBackward(Tap.POOLED, 0, dOut);
    Tensor dPre = run.reuse(d);
    run.kernels().activateBackward(cache.pre(), Activation.TANH, d, dPre);
    run.releaseUnless(d, dPre);
    run.letGo(cache.pre());
    dense.backwardParameters(run, cache.first(), dPre);
    run.letGo(cache.first());
    Tensor dFirst = dense.backward(run, dPre, dPre.shape());
    run.release(dPre);
    Rows.addAt(run, dFirst, new int[dX.shape().dim(0)], dX);
  }
}
