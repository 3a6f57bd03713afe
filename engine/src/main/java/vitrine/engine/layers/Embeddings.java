package vitrine.engine.layers;

import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import vitrine.engine.hooks.Differentiation;
import vitrine.engine.hooks.Dropout;
import vitrine.engine.hooks.Gradients;
import vitrine.engine.hooks.Run;
import vitrine.engine.hooks.Tap;
import vitrine.kernels.Shape;
import vitrine.kernels.Tensor;

/**
 * Token + position (+ segment) vectors, and BERT's LayerNorm of the sum.
 *
 * @param tokens V vectors of D
 * @param positions (P,D), learned
 * @param segments (S,D); null where the family has none
 * @param norm null where the family has none
 * @param untrained rows of the token table that look-ups leave without a gradient: PyTorch's {@code
 *     padding_idx}, which BERT's reference sets, so that filling up a batch trains no one. What a
 *     tied head does with such a row still counts, and so does the gradient at the site.
 */
public record Embeddings(
    EmbeddingTable tokens,
    Tensor positions,
    @Nullable Tensor segments,
    @Nullable LayerNorm norm,
    Set<Integer> untrained) {
  public Embeddings {
    untrained = Set.copyOf(untrained);
  }

  /**
   * What the backward pass needs.
   *
   * @param ids (B*T)
   * @param positionIds (B*T)
   * @param segmentIds (B*T)
   * @param sum what the LayerNorm normalised, (B,T,D); null without one
   */
  @SuppressWarnings("ArrayRecordComponent") // handed from forward to backward, compared by no one
  public record Cache(int[] ids, int[] positionIds, int[] segmentIds, @Nullable Tensor sum) {}

  /**
   * @param ids (B*T) token ids, row by row
   * @param segmentIds (B*T)
   * @param start the absolute position of the first column: how many positions a cache already
   *     holds
   * @return the residual stream that enters block 0, (B,T,D)
   */
  public Passed<Tensor, Cache> forward(Run run, int[] ids, int[] segmentIds, int batch, int start) {
    int length = ids.length / batch;
    Shape shape = Shape.of(batch, length, tokens.width());
    int[] at = new int[ids.length];
    for (int i = 0; i < at.length; i++) {
      at[i] = start + i % length;
    }
    Tensor sum = run.tap(Tap.EMBED, 0, tokens.lookUp(run, ids, shape));
    if (segments != null) {
      sum = run.sum(sum, run.tap(Tap.TYPE_EMBED, 0, own(segments).lookUp(run, segmentIds, shape)));
    }
    sum = run.sum(sum, run.tap(Tap.POS_EMBED, 0, own(positions).lookUp(run, at, shape)));
    Tensor kept = null;
    if (norm != null) {
      kept = run.save("sum", Differentiation.EMBEDDINGS, sum);
      Tensor out = run.reuse(sum);
      run.kernels().layerNorm(sum, norm.gamma(), norm.beta(), norm.eps(), out);
      sum = out;
    }
    Tensor dropped = run.dropout(Dropout.Place.EMBEDDING, 0, run.tap(Tap.EMBED_OUT, 0, sum));
    return new Passed<>(dropped, new Cache(ids, at, segmentIds, kept));
  }

  /**
   * @param dOut with respect to the residual stream that enters block 0, (B,T,D); released
   */
  public void backward(Run run, Tensor dOut, Cache cache) {
    Tensor d = run.dropout(Dropout.Place.EMBEDDING, 0, dOut);
    d = run.tapBackward(Tap.EMBED_OUT, 0, d);
    Tensor sum = cache.sum();
    if (norm != null && sum != null) {
      d = norm.backwardFused(run, d, sum);
      run.letGo(sum);
    }
    run.pin(d); // every part of the sum gets the same
    backwardPart(run, Tap.POS_EMBED, d, own(positions), cache.positionIds(), Set.of());
    if (segments != null) {
      backwardPart(run, Tap.TYPE_EMBED, d, own(segments), cache.segmentIds(), Set.of());
    }
    backwardPart(run, Tap.EMBED, d, tokens, cache.ids(), untrained);
    run.unpin(d);
    run.release(d);
  }

  private static void backwardPart(
      Run run, Tap tap, Tensor d, EmbeddingTable table, int[] ids, Set<Integer> untrained) {
    Tensor part = run.tapBackward(tap, 0, d);
    Gradients gradients = run.parameterGradients();
    if (gradients != null) {
      scatter(run, part, table, ids, gradients, untrained);
    }
    run.releaseUnless(part, d);
  }

  /** Adds each row of d to the gradient of the vector that was looked up, unless that is fixed. */
  private static void scatter(
      Run run,
      Tensor d,
      EmbeddingTable table,
      int[] ids,
      Gradients gradients,
      Set<Integer> untrained) {
    int[] kept = IntStream.range(0, ids.length).filter(i -> !untrained.contains(ids[i])).toArray();
    if (kept.length == ids.length) {
      table.backward(run, d, ids, gradients);
    } else if (kept.length > 0) {
      Tensor packed = own(d).lookUp(run, kept, Shape.of(kept.length, d.shape().dim(-1)));
      table.backward(run, packed, IntStream.of(kept).map(i -> ids[i]).toArray(), gradients);
      run.release(packed);
    }
  }

  private static EmbeddingTable own(Tensor rows) {
    return new EmbeddingTable.Own(rows);
  }
}
