package vitrine.engine.layers;

import org.jspecify.annotations.Nullable;
import vitrine.engine.hooks.Run;
import vitrine.engine.hooks.Tap;
import vitrine.kernels.Activation;
import vitrine.kernels.Region;
import vitrine.kernels.Shape;
import vitrine.kernels.Tensor;

/**
 * What stands on the residual stream after the last block and turns it into the numbers of a task.
 */
public sealed interface TaskHead
    permits TaskHead.None,
        TaskHead.NextToken,
        TaskHead.MaskedToken,
        TaskHead.LastToken,
        TaskHead.Pooled,
        TaskHead.EachToken,
        TaskHead.Span,
        TaskHead.Pretraining {
  /**
   * @param x the last hidden state (after GPT-2's final LayerNorm), (B,T,D); stays the caller's
   * @param rows for each example the position that a sequence head reads (B)
   */
  Outputs forward(Run run, Tensor x, int[] rows);

  /**
   * What a head gives; null where it has no such output.
   *
   * @param logits (B,T,V), (B,T,C) or (B,C)
   * @param nsp (B,2)
   * @param start (B,T)
   * @param end (B,T)
   */
  record Outputs(
      @Nullable Tensor logits, @Nullable Tensor nsp, @Nullable Tensor start, @Nullable Tensor end) {
    static Outputs of(@Nullable Tensor logits) {
      return new Outputs(logits, null, null, null);
    }
  }

  /**
   * BERT's pooler: tanh(x[:,0] W + b).
   *
   * @param dense (D,D)
   */
  record Pooler(Linear dense) {
    /** (B,T,D) to (B,D). */
    Tensor forward(Run run, Tensor x) {
      Tensor first = Rows.at(run, x, new int[x.shape().dim(0)]);
      Tensor pooled = dense.forward(run, first, Activation.TANH);
      run.release(first);
      return run.tap(Tap.POOLED, 0, pooled);
    }
  }

  /** No logits; BERT's pooler if the file has one. */
  record None(@Nullable Pooler pooler) implements TaskHead {
    @Override
    public Outputs forward(Run run, Tensor x, int[] rows) {
      if (pooler != null && run.taps(Tap.POOLED, 0)) {
        run.release(pooler.forward(run, x));
      }
      return Outputs.of(null);
    }
  }

  /**
   * GPT-2's language head: x W_U, no bias.
   *
   * @param unembed (D,V), the transposed token embedding where tied
   */
  record NextToken(Linear unembed) implements TaskHead {
    @Override
    public Outputs forward(Run run, Tensor x, int[] rows) {
      return Outputs.of(run.tap(Tap.LOGITS, 0, unembed.forward(run, x, Activation.IDENTITY)));
    }

    /** The logits of one position an example alone, (B,V): what decoding needs. Not tapped. */
    public Tensor forwardRows(Run run, Tensor x, int[] rows) {
      Tensor last = Rows.at(run, x, rows);
      Tensor logits = unembed.forward(run, last, Activation.IDENTITY);
      run.release(last);
      return logits;
    }
  }

  /**
   * BERT's masked-LM head: LayerNorm(activation(x W + b)) W_U + b_U.
   *
   * @param transform (D,D)
   * @param unembed (D,V) with bias, the transposed token embedding where tied
   */
  record MaskedToken(Linear transform, Activation activation, LayerNorm norm, Linear unembed)
      implements TaskHead {
    @Override
    public Outputs forward(Run run, Tensor x, int[] rows) {
      return Outputs.of(run.tap(Tap.LOGITS, 0, logits(run, x)));
    }

    Tensor logits(Run run, Tensor x) {
      Tensor hidden = transform.forward(run, x, activation);
      run.kernels().layerNorm(hidden, norm.gamma(), norm.beta(), norm.eps(), hidden);
      Tensor logits = unembed.forward(run, hidden, Activation.IDENTITY);
      run.release(hidden);
      return logits;
    }
  }

  /**
   * GPT-2's sequence classification: the score of the last real token.
   *
   * @param score (D,C), no bias
   */
  record LastToken(Linear score) implements TaskHead {
    @Override
    public Outputs forward(Run run, Tensor x, int[] rows) {
      Tensor last = Rows.at(run, x, rows);
      Tensor logits = score.forward(run, last, Activation.IDENTITY);
      run.release(last);
      return Outputs.of(run.tap(Tap.LOGITS, 0, logits));
    }
  }

  /**
   * A classifier of BERT's pooled output: sequence classification, or next-sentence prediction.
   *
   * @param classifier (D,C) with bias
   */
  record Pooled(Pooler pooler, Linear classifier) implements TaskHead {
    @Override
    public Outputs forward(Run run, Tensor x, int[] rows) {
      Tensor pooled = pooler.forward(run, x);
      Tensor logits = classifier.forward(run, pooled, Activation.IDENTITY);
      run.release(pooled);
      return Outputs.of(run.tap(Tap.LOGITS, 0, logits));
    }
  }

  /**
   * A classifier of every token.
   *
   * @param classifier (D,C) with bias
   */
  record EachToken(Linear classifier) implements TaskHead {
    @Override
    public Outputs forward(Run run, Tensor x, int[] rows) {
      return Outputs.of(run.tap(Tap.LOGITS, 0, classifier.forward(run, x, Activation.IDENTITY)));
    }
  }

  /**
   * Question answering: for every token, a logit that the answer starts there and one that it ends
   * there.
   *
   * @param outputs (D,2) with bias
   */
  record Span(Linear outputs) implements TaskHead {
    @Override
    public Outputs forward(Run run, Tensor x, int[] rows) {
      Tensor both = run.tap(Tap.LOGITS, 0, outputs.forward(run, x, Activation.IDENTITY));
      Tensor start = run.tap(Tap.LOGITS_START, 0, column(run, both, 0));
      Tensor end = run.tap(Tap.LOGITS_END, 0, column(run, both, 1));
      return new Outputs(both, null, start, end);
    }

    /** (B,T,2) to (B,T). */
    private static Tensor column(Run run, Tensor both, int index) {
      Shape shape = both.shape();
      Tensor out = run.allocate(shape.dim(0), shape.dim(1), 1);
      run.kernels().slice(both, Region.all(3).with(2, index), out);
      Tensor flat = run.allocate(shape.dim(0), shape.dim(1));
      run.kernels().copy(out, flat);
      run.release(out);
      return flat;
    }
  }

  /** BERT's two pre-training heads at once. */
  record Pretraining(MaskedToken masked, Pooler pooler, Linear relationship) implements TaskHead {
    @Override
    public Outputs forward(Run run, Tensor x, int[] rows) {
      Tensor logits = run.tap(Tap.LOGITS, 0, masked.logits(run, x));
      Tensor pooled = pooler.forward(run, x);
      Tensor nsp = relationship.forward(run, pooled, Activation.IDENTITY);
      run.release(pooled);
      return new Outputs(logits, run.tap(Tap.LOGITS_NSP, 0, nsp), null, null);
    }
  }
}
