package vitrine.engine.layers;

import org.jspecify.annotations.Nullable;
import vitrine.engine.hooks.Dropout;
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
  public Passed<Tensor, Cache> forward(
      Run run, int layer, Tensor x, @Nullable KeyValueCache cache) {
    Tensor pre = run.tap(Tap.RESID_PRE, layer, x);
    var attended = attention.forward(run, layer, pre, cache);
    Tensor attnOut = run.tap(Tap.ATTN_OUT, layer, attended.out());
    attnOut = run.dropout(Dropout.Place.ATTENTION_OUT, layer, attnOut);
    var normalized =
        ln1.forwardSum(run, LayerNorm.Place.LN1, Tap.RESID_MID_RAW, layer, pre, attnOut);
    Tensor mid = run.tap(Tap.RESID_MID, layer, normalized.out());
    var moved = mlp.forward(run, layer, mid);
    Tensor mlpOut = run.tap(Tap.MLP_OUT, layer, moved.out());
    mlpOut = run.dropout(Dropout.Place.MLP_OUT, layer, mlpOut);
    var last = ln2.forwardSum(run, LayerNorm.Place.LN2, Tap.RESID_POST_RAW, layer, mid, mlpOut);
    return new Passed<>(
        run.tap(Tap.RESID_POST, layer, last.out()),
        new Cache(normalized.cache(), attended.cache(), last.cache(), moved.cache()));
  }

  @Override
  public Tensor backward(Run run, int layer, Tensor dOut, Cache cache) {
    Tensor dPost = run.tapBackward(Tap.RESID_POST, layer, dOut);
    Tensor dSum =
        ln2.backwardSum(run, LayerNorm.Place.LN2, Tap.RESID_POST_RAW, layer, dPost, cache.ln2());
    run.pin(dSum); // it goes both ways: into the sublayer and past it
    Tensor d = run.dropout(Dropout.Place.MLP_OUT, layer, dSum);
    d = run.tapBackward(Tap.MLP_OUT, layer, d);
    d = mlp.backward(run, layer, d, cache.mlp());
    run.unpin(dSum);
    Tensor dMid = run.tapBackward(Tap.RESID_MID, layer, run.sum(dSum, d));
    dSum = ln1.backwardSum(run, LayerNorm.Place.LN1, Tap.RESID_MID_RAW, layer, dMid, cache.ln1());
    run.pin(dSum);
    d = run.dropout(Dropout.Place.ATTENTION_OUT, layer, dSum);
    d = run.tapBackward(Tap.ATTN_OUT, layer, d);
    d = attention.backward(run, layer, d, cache.attention());
    run.unpin(dSum);
    return run.tapBackward(Tap.RESID_PRE, layer, run.sum(dSum, d));
  }
}
