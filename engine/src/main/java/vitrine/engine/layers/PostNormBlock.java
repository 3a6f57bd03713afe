package vitrine.engine.layers;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import vitrine.engine.hooks.Dropout;
import vitrine.engine.hooks.Run;
import vitrine.engine.hooks.Tap;
import vitrine.kernels.AttentionMask;
import vitrine.kernels.Tensor;

/**
 * BERT's block (Devlin et al. 2019): {@code mid = LN1(x + attention(x))}, {@code post = LN2(mid +
 * mlp(mid))}.
 */
public record PostNormBlock(Attention attention, LayerNorm ln1, Mlp mlp, LayerNorm ln2)
    implements Block {
  @Override
  public Passed<Begun, MixCache> mix(Run run, int layer, Tensor x, @Nullable KeyValueCache cache) {
    Tensor pre = run.tap(Tap.RESID_PRE, layer, x);
    var mixed = attention.mix(run, layer, pre, cache);
    return new Passed<>(new Begun(pre, mixed.out()), new MixCache(null, mixed.cache()));
  }

  @Override
  public Begun mixAt(Run run, int layer, Tensor x, int[] rows, AttentionMask mask) {
    Tensor stream = Block.rowsOf(run, x, rows);
    Tensor z = attention.mixAt(run, x, stream, mask);
    run.release(x);
    return new Begun(stream, z);
  }

  @Override
  public Passed<Begun, MiddleCache> middle(Run run, int layer, Begun mixed) {
    var attended = attention.write(run, layer, mixed.inside());
    Tensor attnOut = run.tap(Tap.ATTN_OUT, layer, attended.out());
    attnOut = run.dropout(Dropout.Place.ATTENTION_OUT, layer, attnOut);
    var normalized =
        ln1.forwardSum(run, LayerNorm.Place.LN1, Tap.RESID_MID_RAW, layer, mixed.stream(), attnOut);
    Tensor mid = run.tap(Tap.RESID_MID, layer, normalized.out());
    var activated = mlp.activate(run, layer, mid);
    return new Passed<>(
        new Begun(mid, activated.out()),
        new MiddleCache(attended.cache(), normalized.cache(), activated.cache()));
  }

  @Override
  public Passed<Tensor, EndCache> end(Run run, int layer, Begun activated) {
    var moved = mlp.write(run, layer, activated.inside());
    Tensor mlpOut = run.tap(Tap.MLP_OUT, layer, moved.out());
    mlpOut = run.dropout(Dropout.Place.MLP_OUT, layer, mlpOut);
    var last =
        ln2.forwardSum(
            run, LayerNorm.Place.LN2, Tap.RESID_POST_RAW, layer, activated.stream(), mlpOut);
    return new Passed<>(
        run.tap(Tap.RESID_POST, layer, last.out()), new EndCache(moved.cache(), last.cache()));
  }

  @Override
  public Cache cache(MixCache mix, MiddleCache middle, EndCache end) {
    return new Cache(
        middle.norm(),
        mix.attention().with(middle.z()),
        Objects.requireNonNull(end.ln2()),
        middle.mlp().with(end.neurons()));
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
