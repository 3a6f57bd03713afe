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

  /**
   * @param x residual stream, (B,T,D); released
   * @param cache as in {@link Attention#forward}
   * @return the residual stream after the block, (B,T,D)
   */
  Tensor forward(Run run, int layer, Tensor x, @Nullable KeyValueCache cache);
}
