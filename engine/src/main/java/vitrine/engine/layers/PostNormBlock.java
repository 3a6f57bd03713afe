package vitrine.engine.layers;

import org.jspecify.annotations.Nullable;
import vitrine.engine.hooks.Run;
import vitrine.engine.hooks.Tap;
import vitrine.kernels.Tensor;

/**
 * BERT's block (Devlin et al. 2019): {@code mid = LN1(x + attention(x))}, {@code post = LN2(mid +
 * mlp(mid))}.
 */
public record PostNormBlock(Attention attention, LayerNorm ln1, Mlp mlp, LayerNorm ln2)
    implements Block {
  @Override
  public Tensor forward(Run run, int layer, Tensor x, @Nullable KeyValueCache cache) {
    Tensor pre = run.tap(Tap.RESID_PRE, layer, x);
    Tensor attended = run.tap(Tap.ATTN_OUT, layer, attention.forward(run, layer, pre, cache));
    Tensor mid =
        run.tap(
            Tap.RESID_MID,
            layer,
            ln1.forwardSum(run, LayerNorm.Place.LN1, Tap.RESID_MID_RAW, layer, pre, attended));
    Tensor moved = run.tap(Tap.MLP_OUT, layer, mlp.forward(run, layer, mid));
    return run.tap(
        Tap.RESID_POST,
        layer,
        ln2.forwardSum(run, LayerNorm.Place.LN2, Tap.RESID_POST_RAW, layer, mid, moved));
  }
}
