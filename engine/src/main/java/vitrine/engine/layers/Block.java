package vitrine.engine.layers;

import org.jspecify.annotations.Nullable;
import vitrine.engine.hooks.Run;
import vitrine.engine.hooks.Stage;
import vitrine.kernels.AttentionMask;
import vitrine.kernels.Tensor;

/** Attention and MLP around a residual stream; the two kinds differ in where they normalise. */
public sealed interface Block permits PreNormBlock, PostNormBlock {
  /** The attention sublayer. */
  Attention attention();

  /** The MLP sublayer. */
  Mlp mlp();

  /** The block's first LayerNorm. */
  LayerNorm ln1();

  /** The block's second LayerNorm. */
  LayerNorm ln2();

  /** What the backward pass of a block needs: that of its parts. */
  record Cache(
      LayerNorm.Cache ln1, Attention.Cache attention, LayerNorm.Cache ln2, Mlp.Cache mlp) {}

  /**
   * A block that is under way; the block that goes on owns both tensors.
   *
   * @param stream the residual stream that is added to next, (B,T,D)
   * @param inside what was computed from it: what the heads mixed, (B,T,H,K), or the neurons after
   *     their activation, (B,T,M)
   */
  record Begun(Tensor stream, Tensor inside) {}

  /**
   * What {@link #mix} leaves for the backward pass.
   *
   * @param ln1 null in a block that normalises later
   */
  record MixCache(LayerNorm.@Nullable Cache ln1, Attention.MixCache attention) {}

  /**
   * What {@link #middle} leaves for the backward pass.
   *
   * @param z what the heads wrote; null where no gradients want it
   * @param norm of the LayerNorm that the MLP reads
   */
  record MiddleCache(@Nullable Tensor z, LayerNorm.Cache norm, Mlp.Cache mlp) {}

  /**
   * What {@link #end} leaves for the backward pass.
   *
   * @param neurons that the MLP wrote; null where no gradients want them
   * @param ln2 null in a block that has normalised before
   */
  record EndCache(@Nullable Tensor neurons, LayerNorm.@Nullable Cache ln2) {}

  /**
   * The block's first step, {@link Stage#MIX}: up to what the heads mix.
   *
   * @param x residual stream, (B,T,D); released
   * @param cache as in {@link Attention#mix}
   */
  Passed<Begun, MixCache> mix(Run run, int layer, Tensor x, @Nullable KeyValueCache cache);

  /**
   * The first step for one position of each example, where nothing of it is tapped: of the others
   * only keys and values are made.
   *
   * @param x residual stream, (B,T,D); released
   * @param rows of (B,T), one an example
   * @param mask of one query and T keys
   * @return (B,1,D) and (B,1,H,K)
   */
  Begun mixAt(Run run, int layer, Tensor x, int[] rows, AttentionMask mask);

  /** The rows of a tensor, one an example: (B,T,D) to (B,1,D). */
  static Tensor rowsOf(Run run, Tensor x, int[] rows) {
    Tensor picked = run.allocate(rows.length, 1, x.shape().dim(2));
    run.kernels().gather(x, rows, picked);
    return picked;
  }

  /** The second step, {@link Stage#MIDDLE}: up to the neurons after their activation. */
  Passed<Begun, MiddleCache> middle(Run run, int layer, Begun mixed);

  /** The last step, {@link Stage#END}: the residual stream after the block, (B,T,D). */
  Passed<Tensor, EndCache> end(Run run, int layer, Begun activated);

  /** The cache of a whole block, from those of its steps. */
  Cache cache(MixCache mix, MiddleCache middle, EndCache end);

  /**
   * All steps.
   *
   * @param x residual stream, (B,T,D); released
   * @param cache as in {@link Attention#mix}
   * @return the residual stream after the block, (B,T,D)
   */
  default Passed<Tensor, Cache> forward(
      Run run, int layer, Tensor x, @Nullable KeyValueCache cache) {
    var mixed = mix(run, layer, x, cache);
    var activated = middle(run, layer, mixed.out());
    var ended = end(run, layer, activated.out());
    return new Passed<>(ended.out(), cache(mixed.cache(), activated.cache(), ended.cache()));
  }

  /**
   * @param dOut with respect to the residual stream after the block, (B,T,D); the run owns it from
   *     here
   * @return with respect to the residual stream before the block, (B,T,D)
   */
  Tensor backward(Run run, int layer, Tensor dOut, Cache cache);
}
