package vitrine.engine.layers;

import org.jspecify.annotations.Nullable;
import vitrine.engine.hooks.Dropout;
import vitrine.engine.hooks.Gradients;
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
   * What the backward pass needs.
   *
   * @param x what went in, (B,T,D); null when no gradients of parameters are wanted
   * @param q (B,T,H,K)
   * @param k (B,T,H,K)
   * @param v (B,T,H,K)
   * @param patterns null where scores and pattern were never stored
   * @param z (B,T,H,K); null as x
   */
  public record Cache(
      @Nullable Tensor x,
      Tensor q,
      Tensor k,
      Tensor v,
      @Nullable Patterns patterns,
      @Nullable Tensor z) {}

  /**
   * @param softmax what the softmax gave, (B,H,T,T)
   * @param mixed what the values were mixed with, after edits and dropout, (B,H,T,T)
   */
  public record Patterns(Tensor softmax, Tensor mixed) {}

  /** What {@link #mix} leaves for the backward pass; the parts are those of {@link Cache}. */
  record MixCache(@Nullable Tensor x, Tensor q, Tensor k, Tensor v, @Nullable Patterns patterns) {
    Cache with(@Nullable Tensor z) {
      return new Cache(x, q, k, v, patterns, z);
    }
  }

  /**
   * What the heads mix; not tapped yet.
   *
   * @param x (B,Tq,D); stays the caller's
   * @param cache keys and values of earlier positions, to which those of x are added; null when x
   *     is everything; no plan reads scores or patterns then
   * @return z, (B,Tq,H,K)
   */
  Passed<Tensor, MixCache> mix(Run run, int layer, Tensor x, @Nullable KeyValueCache cache) {
    Tensor kept = run.saveForParameters("attn.x", layer, x);
    Tensor q = run.save("attn.q", layer, run.tap(Tap.Q, layer, split(run, query, x)));
    Tensor k = run.save("attn.k", layer, run.tap(Tap.K, layer, split(run, key, x)));
    Tensor v = run.save("attn.v", layer, run.tap(Tap.V, layer, split(run, value, x)));
    Passed<Tensor, @Nullable Patterns> mix;
    if (cache == null) {
      mix = mix(run, layer, q, k, v);
      run.release(k);
      run.release(v);
    } else {
      if (stores(run, layer)) {
        throw new IllegalStateException("attention: scores and patterns of a cached pass");
      }
      cache.append(run, layer, k, v);
      Tensor z = run.allocate(q.shape());
      run.kernels().attentionCached(q, cache.layer(layer), run.mask(), scale, z);
      mix = new Passed<>(z, null);
    }
    run.release(q);
    return new Passed<>(mix.out(), new MixCache(kept, q, k, v, mix.cache()));
  }

  /**
   * What the heads mix for some queries alone; nothing is tapped.
   *
   * @param x (B,T,D), which keys and values are made of; stays the caller's
   * @param queries (B,n,D), rows of x; stays the caller's
   * @param mask of n queries and T keys
   * @return z, (B,n,H,K)
   */
  Tensor mixAt(Run run, Tensor x, Tensor queries, AttentionMask mask) {
    Tensor q = split(run, query, queries);
    Tensor k = split(run, key, x);
    Tensor v = split(run, value, x);
    Tensor z = run.allocate(q.shape());
    run.kernels().attention(q, k, v, mask, scale, z);
    run.release(q);
    run.release(k);
    run.release(v);
    return z;
  }

  /**
   * What the heads write to the residual stream.
   *
   * @param z of {@link #mix}; released
   * @return (B,Tq,D), W_O's bias included; and z as it was written, where gradients want it
   */
  Passed<Tensor, @Nullable Tensor> write(Run run, int layer, Tensor z) {
    Tensor mixed = run.tap(Tap.Z, layer, z);
    Tensor kept = run.saveForParameters("attn.z", layer, mixed);
    return new Passed<>(project(run, layer, mixed), kept);
  }

  /**
   * @param dOut (B,T,D); the run owns it from here
   * @return with respect to x, (B,T,D)
   */
  Tensor backward(Run run, int layer, Tensor dOut, Cache cache) {
    Tensor dZ = run.tapBackward(Tap.Z, layer, projectBackward(run, layer, dOut, cache));
    run.letGo(cache.z());
    Tensor dQ = run.allocate(cache.q().shape());
    Tensor dK = run.allocate(cache.k().shape());
    Tensor dV = run.allocate(cache.v().shape());
    mixBackward(run, layer, dZ, cache, dQ, dK, dV);
    run.letGo(cache.q());
    run.letGo(cache.k());
    run.letGo(cache.v());
    dQ = run.tapBackward(Tap.Q, layer, dQ);
    dK = run.tapBackward(Tap.K, layer, dK);
    dV = run.tapBackward(Tap.V, layer, dV);
    query.backwardParameters(run, cache.x(), dQ);
    key.backwardParameters(run, cache.x(), dK);
    value.backwardParameters(run, cache.x(), dV);
    run.letGo(cache.x());
    Shape shape = dQ.shape();
    Tensor dX = query.backward(run, dQ, Shape.of(shape.dim(0), shape.dim(1), query.weight().in()));
    key.addBackward(run, dK, dX);
    value.addBackward(run, dV, dX);
    run.release(dQ);
    run.release(dK);
    run.release(dV);
    return dX;
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
  private Passed<Tensor, @Nullable Patterns> mix(Run run, int layer, Tensor q, Tensor k, Tensor v) {
    Kernels kernels = run.kernels();
    AttentionMask mask = run.mask();
    Tensor z = run.allocate(q.shape());
    if (!stores(run, layer)) {
      kernels.attention(q, k, v, mask, scale, z);
      return new Passed<>(z, null);
    }
    Tensor scores = run.allocate(mask.batch(), heads, mask.queries(), mask.keys());
    kernels.attentionScores(q, k, mask, scale, scores);
    scores = run.tap(Tap.SCORES, layer, scores);
    Tensor softmax = run.reuse(scores);
    kernels.softmax(scores, softmax);
    run.save("attn.softmax", layer, softmax);
    Tensor pattern = run.tap(Tap.PATTERN, layer, softmax);
    pattern = run.dropout(Dropout.Place.ATTENTION, layer, pattern);
    run.save("attn.pattern", layer, pattern);
    kernels.attentionMix(pattern, v, z);
    run.release(pattern);
    return new Passed<>(z, new Patterns(softmax, pattern));
  }

  private static boolean stores(Run run, int layer) {
    return run.taps(Tap.SCORES, layer)
        || run.taps(Tap.PATTERN, layer)
        || run.drops(Dropout.Place.ATTENTION);
  }

  /** Writes dQ, dK and dV; dZ is the run's. */
  private void mixBackward(
      Run run, int layer, Tensor dZ, Cache cache, Tensor dQ, Tensor dK, Tensor dV) {
    Kernels kernels = run.kernels();
    AttentionMask mask = run.mask();
    Patterns patterns = cache.patterns();
    if (patterns == null) {
      kernels.attentionBackward(cache.q(), cache.k(), cache.v(), mask, scale, dZ, dQ, dK, dV);
      run.release(dZ);
      return;
    }
    Tensor dPattern = run.allocate(patterns.mixed().shape());
    kernels.attentionMixBackward(patterns.mixed(), cache.v(), dZ, dPattern, dV);
    run.release(dZ);
    run.letGo(patterns.mixed());
    dPattern = run.dropout(Dropout.Place.ATTENTION, layer, dPattern);
    dPattern = run.tapBackward(Tap.PATTERN, layer, dPattern);
    Tensor dScores = run.reuse(dPattern);
    kernels.softmaxBackward(patterns.softmax(), dPattern, dScores);
    run.releaseUnless(dPattern, dScores);
    run.letGo(patterns.softmax());
    dScores = run.tapBackward(Tap.SCORES, layer, dScores);
    kernels.attentionScoresBackward(dScores, cache.q(), cache.k(), mask, scale, dQ, dK);
    run.release(dScores);
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

  /** With respect to z, (B,T,H,K); dOut is the run's. */
  private Tensor projectBackward(Run run, int layer, Tensor dOut, Cache cache) {
    if (!run.taps(Tap.RESULT, layer)) {
      output.backwardParameters(run, cache.z(), dOut);
      Tensor dZ = output.backward(run, dOut, cache.q().shape());
      run.release(dOut);
      return dZ;
    }
    Kernels kernels = run.kernels();
    Shape shape = dOut.shape();
    output.backwardBias(run, dOut);
    Tensor dResults = run.allocate(shape.dim(0), shape.dim(1), heads, shape.dim(2));
    kernels.sumHeadsBackward(dOut, dResults);
    run.release(dOut);
    dResults = run.tapBackward(Tap.RESULT, layer, dResults);
    Gradients gradients = run.parameterGradients();
    Tensor z = cache.z();
    if (gradients != null && z != null) {
      kernels.headResultsBackwardWeight(z, dResults, gradients.of(output.weight()));
    }
    Tensor dZ = run.allocate(cache.q().shape());
    kernels.headResultsBackwardInput(dResults, output.weight(), dZ);
    run.release(dResults);
    return dZ;
  }
}
