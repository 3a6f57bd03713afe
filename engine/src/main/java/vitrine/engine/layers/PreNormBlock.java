package vitrine.engine.layers;

import org.jspecify.annotations.Nullable;
import vitrine.engine.hooks.Run;
import vitrine.engine.hooks.Tap;
import vitrine.kernels.Tensor;

/**
 * GPT-2's block (Radford et al. 2019): {@code mid = x + attention(LN1 x)}, {@code post = mid +
 * mlp(LN2 mid)}.
 */
public record PreNormBlock(LayerNorm ln1, Attention attention, LayerNorm ln2, Mlp mlp)
    implements Block {
  @Override
  public Tensor forward(Run run, int layer, Tensor x, @Nullable KeyValueCache cache) {
    Tensor pre = run.tap(Tap.RESID_PRE, layer, x);
    Tensor normalized = ln1.forward(run, LayerNorm.Place.LN1, layer, pre);
    Tensor attended = attention.forward(run, layer, normalized, cache);
    run.release(normalized);
    Tensor mid =
        run.tap(Tap.RESID_MID, layer, run.sum(pre, run.tap(Tap.ATTN_OUT, layer, attended)));
    normalized = ln2.forward(run, LayerNorm.Place.LN2, layer, mid);
    Tensor moved = mlp.forward(run, layer, normalized);
    run.release(normalized);
    return run.tap(Tap.RESID_POST, layer, run.sum(mid, run.tap(Tap.MLP_OUT, layer, moved)));
  }
}
