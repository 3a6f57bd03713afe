package vitrine.engine.layers;

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
  }

  /**
   * @param x (B,T,D); stays the caller's
   * @return a new (B,T,D)
   */
  public Tensor forward(Run run, Place place, int layer, Tensor x) {
    Tensor out = run.allocate(x.shape());
    if (!place.tapped(run, layer)) {
      run.kernels().layerNorm(x, gamma, beta, eps, out);
      return out;
    }
    Tensor scale = run.allocate(x.shape().dim(0), x.shape().dim(1), 1);
    run.kernels().layerNormScale(x, eps, scale);
    scale = run.tap(place.scale, layer, scale);
    run.kernels().layerNormNormalize(x, scale, out);
    run.release(scale);
    Tensor normalized = run.tap(place.normalized, layer, out);
    Tensor y = run.reuse(normalized);
    run.kernels().affine(normalized, gamma, beta, y);
    return y;
  }

  /**
   * The normalised sum of a post-norm block, in one op unless something inside is tapped.
   *
   * @param a the residual stream, (B,T,D); released
   * @param b what is added to it; released
   * @param raw where the sum itself can be read and edited
   * @return a new (B,T,D)
   */
  Tensor forwardSum(Run run, Place place, Tap raw, int layer, Tensor a, Tensor b) {
    if (!run.taps(raw, layer) && !place.tapped(run, layer)) {
      Tensor out = run.reuse(b);
      run.kernels().addLayerNorm(a, b, gamma, beta, eps, out);
      run.release(a);
      return out;
    }
    Tensor sum = run.tap(raw, layer, run.sum(a, b));
    Tensor out = forward(run, place, layer, sum);
    run.release(sum);
    return out;
  }
}
