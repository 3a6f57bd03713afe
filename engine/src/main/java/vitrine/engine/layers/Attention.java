package vitrine.engine.layers;

import org.jspecify.annotations.Nullable;
import vitrine.engine.hooks.Run;
import vitrine.engine.hooks.Tap;
import vitrine.kernels.Activation;
import vitrine.kernels.AttentionMask;
import vitrine.kernels.Kernels;
import vitrine.kernels.Shape;
import vitrine.kernels.Tensor;

/**
 * Multi-head attention (Vaswani et al. 2017): every head mixes the values of the positions it looks
 * at, and W_O writes the mixes back to the residual stream.
 *
 * @param query (D, H*K), with bias
 * @param key likewise
 * @param value likewise
 * @param output (H*K, D), with bias
 * @param heads H
 * @param scale what the dot products are multiplied by: 1/sqrt(K) in most models
 */
public record Attention(
    Linear query, Linear key, Linear value, Linear output, int heads, float scale) {

  /**
   * @param x (B,Tq,D); stays the caller's
   * @param cache keys and values of earlier positions, to which those of x are added; null when x
   *     is everything
   * @return (B,Tq,D), W_O's bias included
   */
  Tensor forward(Run run, int layer, Tensor x, @Nullable KeyValueCache cache) {
    Tensor q = run.tap(Tap.Q, layer, split(run, query, x));
    Tensor k = run.tap(Tap.K, layer, split(run, key, x));
    Tensor v = run.tap(Tap.V, layer, split(run, value, x));
    Tensor z;
    if (cache == null) {
      z = mix(run, layer, q, k, v);
      run.release(k);
      run.release(v);
    } else {
      cache.append(run, layer, k, v);
      z = mix(run, layer, q, cache.keys(layer), cache.values(layer));
    }
    run.release(q);
    z = run.tap(Tap.Z, layer, z);
    return project(run, layer, z);
  }

  /** (B,T,D) to (B,T,H,K). */
  private Tensor split(Run run, Linear linear, Tensor x) {
    Shape shape = x.shape();
    return linear.forward(
        run,
        x,
        Activation.IDENTITY,
        Shape.of(shape.dim(0), shape.dim(1), heads, linear.weight().out() / heads));
  }

  /**
   * z = softmax(scale q k^T + mask) v, (B,Tq,H,K). Scores and pattern exist only where they are
   * asked for.
   */
  private Tensor mix(Run run, int layer, Tensor q, Tensor k, Tensor v) {
    Kernels kernels = run.kernels();
    AttentionMask mask = run.mask();
    Tensor z = run.allocate(q.shape());
    if (!run.taps(Tap.SCORES, layer) && !run.taps(Tap.PATTERN, layer)) {
      kernels.attention(q, k, v, mask, scale, z);
      return z;
    }
    Tensor scores = run.allocate(mask.batch(), heads, mask.queries(), mask.keys());
    kernels.attentionScores(q, k, mask, scale, scores);
    scores = run.tap(Tap.SCORES, layer, scores);
    Tensor pattern = run.reuse(scores);
    kernels.softmax(scores, pattern);
    pattern = run.tap(Tap.PATTERN, layer, pattern);
    kernels.attentionMix(pattern, v, z);
    run.release(pattern);
    return z;
  }

  private Tensor project(Run run, int layer, Tensor z) {
    Shape shape = z.shape();
    int d = output.weight().out();
    Shape out = Shape.of(shape.dim(0), shape.dim(1), d);
    if (!run.taps(Tap.RESULT, layer)) {
      Tensor y = output.forward(run, z, Activation.IDENTITY, out);
      run.release(z);
      return y;
    }
    Tensor results = run.allocate(shape.dim(0), shape.dim(1), heads, d);
    run.kernels().headResults(z, output.weight(), results);
    run.release(z);
    results = run.tap(Tap.RESULT, layer, results);
    Tensor y = run.allocate(out);
    run.kernels().sumHeads(results, output.bias(), y);
    run.release(results);
    return y;
  }
}
