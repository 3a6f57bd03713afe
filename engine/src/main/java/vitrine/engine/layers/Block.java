package vitrine.engine.layers;

import org.jspecify.annotations.Nullable;
import vitrine.engine.hooks.Run;
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
   * @param x residual stream, (B,T,D); released
   * @param cache as in {@link Attention#forward}
   * @return the residual stream after the block, (B,T,D)
   */
  Passed<Tensor, Cache> forward(Run run, int layer, Tensor x, @Nullable KeyValueCache cache);

  /**
   * @param dOut with respect to the residual stream after the block, (B,T,D); the run owns it from
   *     here
   * @return with respect to the residual stream before the block, (B,T,D)
   */
  Tensor backward(Run run, int layer, Tensor dOut, Cache cache);
}
