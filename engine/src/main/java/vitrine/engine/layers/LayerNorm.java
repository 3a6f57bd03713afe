package vitrine.engine.layers;

import org.jspecify.annotations.Nullable;
import vitrine.engine.hooks.Differentiation;
import vitrine.engine.hooks.Gradients;
import vitrine.engine.hooks.Run;
import vitrine.engine.hooks.Tap;
import vitrine.kernels.Tensor;

/**
 * Layer normalisation (Ba et al. 2016): {@code (x - mean) / sqrt(variance + eps) * gamma + beta}
 * over the last axis.
 *
 * @param gamma (D)
 * @param beta (D)
 */
public record LayerNorm(Tensor gamma, Tensor beta, float eps) {
  /** Where one of a model's normalisations can be read and edited. */
  public enum Place {
    LN1(Tap.LN1_SCALE, Tap.LN1_NORMALIZED),
    LN2(Tap.LN2_SCALE, Tap.LN2_NORMALIZED),
    FINAL(Tap.LN_FINAL_SCALE, Tap.LN_FINAL_NORMALIZED);

    final Tap scale;
    final Tap normalized;

    Place(Tap scale, Tap normalized) {
      this.scale = scale;
      this.normalized = normalized;
    }

    boolean tapped(Run run, int layer) {
      return run.taps(scale, layer) || run.taps(normalized, layer);
    }

    int depth(int layer) {
      return this == FINAL ? Differentiation.HEAD : layer;
    }
  }

  /**
   * @param x what was normalised, (B,T,D)
   * @param scale what it was divided by, (B,T,1); null where nothing inside is tapped
   * @param normalized before gamma and beta, (B,T,D); null likewise
   */
  public record Cache(Tensor x, @Nullable Tensor scale, @Nullable Tensor normalized) {}

  /**
   * @param layer the block; any number for the final one
   * @param x (B,T,D); stays the caller's
   * @return a new (B,T,D)
   */
  public Passed<Tensor, Cache> forward(Run run, Place place, int layer, Tensor x) {
    int depth = place.depth(layer);
    String name = place.name().toLowerCase(java.util.Locale.ROOT);
    run.save(name + ".x", depth, x);
    Tensor out = run.allocate(x.shape());
    if (!place.tapped(run, layer)) {
      run.kernels().layerNorm(x, gamma, beta, eps, out);
      return new Passed<>(out, new Cache(x, null, null));
    }
    Tensor scale = run.allocate(x.shape().dim(0), x.shape().dim(1), 1);
    run.kernels().layerNormScale(x, eps, scale);
    scale = run.save(name + ".scale", depth, run.tap(place.scale, layer, scale));
    run.kernels().layerNormNormalize(x, scale, out);
    run.release(scale);
    Tensor normalized =
        run.save(name + ".normalized", depth, run.tap(place.normalized, layer, out));
    Tensor y = run.reuse(normalized);
    run.kernels().affine(normalized, gamma, beta, y);
    return new Passed<>(y, new Cache(x, scale, normalized));
  }

  /**
   * @param dOut (B,T,D); the run owns it from here
   * @return with respect to x, (B,T,D)
   */
  public Tensor backward(Run run, Place place, int layer, Tensor dOut, Cache cache) {
    Tensor scale = cache.scale();
    Tensor normalized = cache.normalized();
    Tensor dX;
    if (scale == null || normalized == null) {
      dX = backwardFused(run, dOut, cache.x());
    } else {
      Tensor dNormalized = run.reuse(dOut);
      run.kernels().affineBackward(normalized, gamma, dOut, dNormalized, dGamma(run), dBeta(run));
      run.releaseUnless(dOut, dNormalized);
      dNormalized = run.tapBackward(place.normalized, layer, dNormalized);
      dX = run.reuse(dNormalized);
      Tensor dScale = run.allocate(scale.shape());
      run.kernels().layerNormNormalizeBackward(cache.x(), scale, dNormalized, dX, dScale);
      run.releaseUnless(dNormalized, dX);
      dScale = run.tapBackward(place.scale, layer, dScale);
      run.kernels().layerNormScaleBackward(cache.x(), eps, dScale, dX);
      run.release(dScale);
    }
    run.letGo(normalized);
    run.letGo(scale);
    run.letGo(cache.x());
    return dX;
  }

  /** Of a normalisation that nothing taps; x stays the caller's, dOut is the run's. */
  Tensor backwardFused(Run run, Tensor dOut, Tensor x) {
    Tensor dX = run.reuse(dOut);
    run.kernels().layerNormBackward(x, gamma, eps, dOut, dX, dGamma(run), dBeta(run));
    run.releaseUnless(dOut, dX);
    return dX;
  }

  private @Nullable Tensor dGamma(Run run) {
    Gradients gradients = run.parameterGradients();
    return gradients == null ? null : gradients.of(gamma);
  }

  private @Nullable Tensor dBeta(Run run) {
    Gradients gradients = run.parameterGradients();
    return gradients == null ? null : gradients.of(beta);
  }

  /**
   * The normalised sum of a post-norm block, in one op unless something inside is tapped or needed
   * later.
   *
   * @param a the residual stream, (B,T,D); released
   * @param b what is added to it; released
   * @param raw where the sum itself can be read and edited
   * @return a new (B,T,D)
   */
  Passed<Tensor, Cache> forwardSum(Run run, Place place, Tap raw, int layer, Tensor a, Tensor b) {
    if (!run.taps(raw, layer) && !place.tapped(run, layer) && !run.differentiates(layer)) {
      Tensor out = run.reuse(b);
      run.kernels().addLayerNorm(a, b, gamma, beta, eps, out);
      run.release(a);
      return new Passed<>(out, new Cache(out, null, null));
    }
    Tensor sum = run.tap(raw, layer, run.sum(a, b));
    Passed<Tensor, Cache> normalized = forward(run, place, layer, sum);
    run.release(sum);
    return normalized;
  }

  /**
   * @param dOut (B,T,D); the run owns it from here
   * @return with respect to a and to b alike, (B,T,D)
   */
  Tensor backwardSum(Run run, Place place, Tap raw, int layer, Tensor dOut, Cache cache) {
    return run.tapBackward(raw, layer, backward(run, place, layer, dOut, cache));
  }
}
