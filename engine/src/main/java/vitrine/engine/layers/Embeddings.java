package vitrine.engine.layers;

import org.jspecify.annotations.Nullable;
import vitrine.engine.hooks.Run;
import vitrine.engine.hooks.Tap;
import vitrine.kernels.Shape;
import vitrine.kernels.Tensor;

/**
 * Token + position (+ segment) vectors, and BERT's LayerNorm of the sum.
 *
 * @param tokens (V,D)
 * @param positions (P,D), learned
 * @param segments (S,D); null where the family has none
 * @param norm null where the family has none
 */
public record Embeddings(
    Tensor tokens, Tensor positions, @Nullable Tensor segments, @Nullable LayerNorm norm) {
  /**
   * @param ids (B*T) token ids, row by row
   * @param segmentIds (B*T)
   * @param start the absolute position of the first column: how many positions a cache already
   *     holds
   * @return the residual stream that enters block 0, (B,T,D)
   */
  public Tensor forward(Run run, int[] ids, int[] segmentIds, int batch, int start) {
    int length = ids.length / batch;
    Shape shape = Shape.of(batch, length, tokens.shape().dim(1));
    int[] at = new int[ids.length];
    for (int i = 0; i < at.length; i++) {
      at[i] = start + i % length;
    }
    Tensor sum = run.tap(Tap.EMBED, 0, gather(run, tokens, ids, shape));
    if (segments != null) {
      sum = run.sum(sum, run.tap(Tap.TYPE_EMBED, 0, gather(run, segments, segmentIds, shape)));
    }
    sum = run.sum(sum, run.tap(Tap.POS_EMBED, 0, gather(run, positions, at, shape)));
    if (norm != null) {
      Tensor out = run.reuse(sum);
      run.kernels().layerNorm(sum, norm.gamma(), norm.beta(), norm.eps(), out);
      sum = out;
    }
    return run.tap(Tap.EMBED_OUT, 0, sum);
  }

  private static Tensor gather(Run run, Tensor table, int[] rows, Shape shape) {
    Tensor out = run.allocate(shape);
    run.kernels().gather(table, rows, out);
    return out;
  }
}
