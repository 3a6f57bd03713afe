package vitrine.engine.layers;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import vitrine.engine.hooks.Dropout;
import vitrine.engine.hooks.Run;
import vitrine.engine.hooks.Tap;
import vitrine.kernels.AttentionMask;
import vitrine.kernels.Tensor;

/**
 * GPT-2's block (Radford et al. 2019): {@code mid = x + attention(LN1 x)}, {@code post = mid +
 * mlp(LN2 mid)}.
 */
public record PreNormBlock(LayerNorm ln1, Attention attention, LayerNorm ln2, Mlp mlp)
    implements Block {
  @Override
  public Passed<Begun, MixCache> mix(Run run, int layer, Tensor x, @Nullable KeyValueCache cache) {
    Tensor pre = run.tap(Tap.RESID_PRE, layer, x);
    var normalized = ln1.forward(run, LayerNorm.Place.LN1, layer, pre);
    var mixed = attention.mix(run, layer, normalized.out(), cache);
    run.release(normalized.out());
    return new Passed<>(
        new Begun(pre, mixed.out()), new MixCache(normalized.cache(), mixed.cache()));
  }

  @Override
  public Begun mixAt(Run run, int layer, Tensor x, int[] rows, AttentionMask mask) {
    Tensor normalized = ln1.forward(run, LayerNorm.Place.LN1, layer, x).out();
    Tensor queries = Block.rowsOf(run, normalized, rows);
    Tensor z = attention.mixAt(run, normalized, queries, mask);
    run.release(queries);
    run.release(normalized);
    Tensor stream = Block.rowsOf(run, x, rows);
    run.release(x);
    return new Begun(stream, z);
  }

  @Override
  public Passed<Begun, MiddleCache> middle(Run run, int layer, Begun mixed) {
    var attended = attention.write(run, layer, mixed.inside());
    Tensor attnOut = run.tap(Tap.ATTN_OUT, layer, attended.out());
    attnOut = run.dropout(Dropout.Place.ATTENTION_OUT, layer, attnOut);
    Tensor mid = run.tap(Tap.RESID_MID, layer, run.sum(mixed.stream(), attnOut));
    var normalized = ln2.forward(run, LayerNorm.Place.LN2, layer, mid);
    var activated = mlp.activate(run, layer, normalized.out());
    run.release(normalized.out());
    return new Passed<>(
        new Begun(mid, activated.out()),
        new MiddleCache(attended.cache(), normalized.cache(), activated.cache()));
  }

  @Override
  public Passed<Tensor, EndCache> end(Run run, int layer, Begun activated) {
    var moved = mlp.write(run, layer, activated.inside());
    Tensor mlpOut = run.tap(Tap.MLP_OUT, layer, moved.out());
    mlpOut = run.dropout(Dropout.Place.MLP_OUT, layer, mlpOut);
    Tensor post = run.tap(Tap.RESID_POST, layer, run.sum(activated.stream(), mlpOut));
    return new Passed<>(post, new EndCache(moved.cache(), null));
  }

  @Override
  public Cache cache(MixCache mix, MiddleCache middle, EndCache end) {
    return new Cache(
        Objects.requireNonNull(mix.ln1()),
        mix.attention().with(middle.z()),
        middle.norm(),
        middle.mlp().with(end.neurons()));
  }

  @Override
  public Tensor backward(Run run, int layer, Tensor dOut, Cache cache) {
    Tensor dPost = run.tapBackward(Tap.RESID_POST, layer, dOut);
    run.pin(dPost); // it goes both ways: into the sublayer and past it
    Tensor d = run.dropout(Dropout.Place.MLP_OUT, layer, dPost);
    d = run.tapBackward(Tap.MLP_OUT, layer, d);
    d = mlp.backward(run, layer, d, cache.mlp());
    d = ln2.backward(run, LayerNorm.Place.LN2, layer, d, cache.ln2());
    run.unpin(dPost);
    Tensor dMid = run.tapBackward(Tap.RESID_MID, layer, run.sum(dPost, d));
    run.pin(dMid);
    d = run.dropout(Dropout.Place.ATTENTION_OUT, layer, dMid);
    d = run.tapBackward(Tap.ATTN_OUT, layer, d);
    d = attention.backward(run, layer, d, cache.attention());
    d = ln1.backward(run, LayerNorm.Place.LN1, layer, d, cache.ln1());
    run.unpin(dMid);
    return run.tapBackward(Tap.RESID_PRE, layer, run.sum(dMid, d));
  }
}
