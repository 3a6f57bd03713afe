package vitrine.engine.layers;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import vitrine.engine.hooks.Differentiation;
import vitrine.engine.hooks.Dropout;
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
  Passed<Outputs, Cache> forward(Run run, Tensor x, int[] rows);

  /**
   * @param d with respect to each output; null where the loss does not depend on it; the run owns
   *     them from here
   * @param rows as in forward
   * @param dX with respect to x, (B,T,D); added to
   */
  void backward(Run run, Outputs d, Cache cache, int[] rows, Tensor dX);

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
   * What the backward pass needs; each head fills what it has.
   *
   * @param x what its last product read; null when no gradients of parameters are wanted
   * @param nsp what the next-sentence product read, likewise
   */
  record Cache(
      @Nullable Tensor x,
      @Nullable Tensor nsp,
      MaskedToken.@Nullable Hidden masked,
      Pooler.@Nullable Cache pooler) {
    static Cache of(@Nullable Tensor x) {
      return new Cache(x, null, null, null);
    }
  }

  /** No logits; BERT's pooler if the file has one. */
  record None(@Nullable Pooler pooler) implements TaskHead {
    @Override
    public Passed<Outputs, Cache> forward(Run run, Tensor x, int[] rows) {
      if (pooler != null && run.taps(Tap.POOLED, 0)) {
        run.release(pooler.forward(run, x).out());
      }
      return new Passed<>(Outputs.of(null), Cache.of(null));
    }

    /** Nothing to do: without logits there is no loss. */
    @Override
    public void backward(Run run, Outputs d, Cache cache, int[] rows, Tensor dX) {}
  }

  /**
   * GPT-2's language head: x W_U, no bias.
   *
   * @param unembed (D,V), the transposed token embedding where tied
   */
  record NextToken(Linear unembed) implements TaskHead, VocabularyHead {
    @Override
    public Passed<Tensor, MaskedToken.@Nullable Hidden> hidden(Run run, Tensor x) {
      return new Passed<>(x, null);
    }

    @Override
    public Tensor hiddenBackward(Run run, Tensor d, MaskedToken.@Nullable Hidden cache) {
      return d;
    }

    @Override
    public Passed<Outputs, Cache> forward(Run run, Tensor x, int[] rows) {
      return Products.forward(run, unembed, x);
    }

    @Override
    public void backward(Run run, Outputs d, Cache cache, int[] rows, Tensor dX) {
      Products.backward(run, unembed, d.logits(), cache, dX);
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
      implements TaskHead, VocabularyHead {
    /**
     * What the backward pass of the head's hidden layer needs.
     *
     * @param x what went in; null when no gradients of parameters are wanted
     * @param pre before the activation, rows of D
     * @param post after it, rows of D
     */
    public record Hidden(@Nullable Tensor x, Tensor pre, Tensor post) {}

    @Override
    public Passed<Outputs, Cache> forward(Run run, Tensor x, int[] rows) {
      Passed<Tensor, Cache> logits = logits(run, x);
      return new Passed<>(Outputs.of(logits.out()), logits.cache());
    }

    Passed<Tensor, Cache> logits(Run run, Tensor x) {
      var hidden = hidden(run, x);
      Tensor kept = run.saveForParameters("logits.x", Differentiation.HEAD, hidden.out());
      Tensor logits = unembed.forward(run, hidden.out(), Activation.IDENTITY);
      run.release(hidden.out());
      return new Passed<>(
          run.tap(Tap.LOGITS, 0, logits), new Cache(kept, null, hidden.cache(), null));
    }

    @Override
    public Passed<Tensor, @Nullable Hidden> hidden(Run run, Tensor x) {
      Tensor keptX = run.saveForParameters("transform.x", Differentiation.HEAD, x);
      Tensor pre = transform.forward(run, x, Activation.IDENTITY);
      run.save("transform.pre", Differentiation.HEAD, pre);
      Tensor post = run.reuse(pre);
      run.kernels().activate(pre, activation, post);
      run.releaseUnless(pre, post);
      run.save("transform.post", Differentiation.HEAD, post);
      Tensor normalized = run.reuse(post);
      run.kernels().layerNorm(post, norm.gamma(), norm.beta(), norm.eps(), normalized);
      run.releaseUnless(post, normalized);
      return new Passed<>(normalized, new Hidden(keptX, pre, post));
    }

    @Override
    public Tensor hiddenBackward(Run run, Tensor d, @Nullable Hidden cache) {
      Hidden hidden = Objects.requireNonNull(cache);
      Tensor dHidden = norm.backwardFused(run, d, hidden.post());
      run.kernels().activateBackward(hidden.pre(), activation, dHidden, dHidden);
      transform.backwardParameters(run, hidden.x(), dHidden);
      Tensor dX = transform.backward(run, dHidden, dHidden.shape());
      run.release(dHidden);
      letGo(run, hidden);
      return dX;
    }

    private static void letGo(Run run, Hidden hidden) {
      run.letGo(hidden.x());
      run.letGo(hidden.pre());
      run.letGo(hidden.post());
    }

    @Override
    public void backward(Run run, Outputs d, Cache cache, int[] rows, Tensor dX) {
      Tensor dLogits = d.logits();
      Hidden hidden = Objects.requireNonNull(cache.masked());
      if (dLogits == null) {
        letGo(run, hidden);
      } else {
        dLogits = run.tapBackward(Tap.LOGITS, 0, dLogits);
        unembed.backwardParameters(run, cache.x(), dLogits);
        Tensor dHidden = unembed.backward(run, dLogits, hidden.pre().shape());
        run.release(dLogits);
        Tensor dRead = hiddenBackward(run, dHidden, hidden);
        run.kernels().add(dX, dRead, dX);
        run.release(dRead);
      }
      run.letGo(cache.x());
    }
  }

  /**
   * GPT-2's sequence classification: the score of the last real token.
   *
   * @param score (D,C), no bias
   */
  record LastToken(Linear score) implements TaskHead {
    @Override
    public Passed<Outputs, Cache> forward(Run run, Tensor x, int[] rows) {
      Tensor last = Rows.at(run, x, rows);
      Passed<Outputs, Cache> passed = Products.forward(run, score, last);
      run.release(last);
      return passed;
    }

    @Override
    public void backward(Run run, Outputs d, Cache cache, int[] rows, Tensor dX) {
      Tensor dLast = run.zeros(Shape.of(rows.length, dX.shape().dim(2)));
      Products.backward(run, score, d.logits(), cache, dLast);
      Rows.addAt(run, dLast, rows, dX);
    }
  }

  /**
   * A classifier of BERT's pooled output: sequence classification, or next-sentence prediction.
   *
   * @param classifier (D,C) with bias
   */
  record Pooled(Pooler pooler, Linear classifier) implements TaskHead {
    @Override
    public Passed<Outputs, Cache> forward(Run run, Tensor x, int[] rows) {
      var pooled = pooler.forward(run, x);
      Tensor read = run.dropout(Dropout.Place.HEAD, 0, pooled.out());
      Passed<Outputs, Cache> passed = Products.forward(run, classifier, read);
      run.release(read);
      return new Passed<>(passed.out(), new Cache(passed.cache().x(), null, null, pooled.cache()));
    }

    @Override
    public void backward(Run run, Outputs d, Cache cache, int[] rows, Tensor dX) {
      Tensor dPooled = run.zeros(Shape.of(rows.length, dX.shape().dim(2)));
      Products.backward(run, classifier, d.logits(), cache, dPooled);
      dPooled = run.dropout(Dropout.Place.HEAD, 0, dPooled);
      pooler.backward(run, dPooled, Objects.requireNonNull(cache.pooler()), dX);
    }
  }

  /**
   * A classifier of every token.
   *
   * @param classifier (D,C) with bias
   */
  record EachToken(Linear classifier) implements TaskHead {
    @Override
    public Passed<Outputs, Cache> forward(Run run, Tensor x, int[] rows) {
      if (!run.drops(Dropout.Place.HEAD)) {
        return Products.forward(run, classifier, x);
      }
      run.pin(x); // the caller's
      Tensor read = run.dropout(Dropout.Place.HEAD, 0, x);
      run.unpin(x);
      Passed<Outputs, Cache> passed = Products.forward(run, classifier, read);
      run.release(read);
      return passed;
    }

    @Override
    public void backward(Run run, Outputs d, Cache cache, int[] rows, Tensor dX) {
      Tensor dRead = run.zeros(dX.shape());
      Products.backward(run, classifier, d.logits(), cache, dRead);
      dRead = run.dropout(Dropout.Place.HEAD, 0, dRead);
      run.kernels().add(dX, dRead, dX);
      run.release(dRead);
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
    public Passed<Outputs, Cache> forward(Run run, Tensor x, int[] rows) {
      Passed<Outputs, Cache> passed = Products.forward(run, outputs, x);
      Tensor both = Objects.requireNonNull(passed.out().logits());
      Tensor start = run.tap(Tap.LOGITS_START, 0, column(run, both, 0));
      Tensor end = run.tap(Tap.LOGITS_END, 0, column(run, both, 1));
      return new Passed<>(new Outputs(both, null, start, end), passed.cache());
    }

    @Override
    public void backward(Run run, Outputs d, Cache cache, int[] rows, Tensor dX) {
      Tensor dBoth = run.zeros(Shape.of(dX.shape().dim(0), dX.shape().dim(1), 2));
      columnBackward(run, Tap.LOGITS_START, d.start(), dBoth, 0);
      columnBackward(run, Tap.LOGITS_END, d.end(), dBoth, 1);
      Products.backward(run, outputs, dBoth, cache, dX);
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

    /** Puts the gradient of a column, (B,T), into that of both, (B,T,2). */
    private static void columnBackward(
        Run run, Tap tap, @Nullable Tensor d, Tensor dBoth, int index) {
      if (d == null) {
        return;
      }
      Tensor column = run.tapBackward(tap, 0, d);
      Tensor deep = run.allocate(column.shape().dim(0), column.shape().dim(1), 1);
      run.kernels().copy(column, deep);
      run.release(column);
      run.kernels().assign(dBoth, Region.all(3).with(2, index), deep);
      run.release(deep);
    }
  }

  /** BERT's two pre-training heads at once. */
  record Pretraining(MaskedToken masked, Pooler pooler, Linear relationship)
      implements TaskHead, VocabularyHead {
    @Override
    public Linear unembed() {
      return masked.unembed();
    }

    @Override
    public Passed<Tensor, MaskedToken.@Nullable Hidden> hidden(Run run, Tensor x) {
      return masked.hidden(run, x);
    }

    @Override
    public Tensor hiddenBackward(Run run, Tensor d, MaskedToken.@Nullable Hidden cache) {
      return masked.hiddenBackward(run, d, cache);
    }

    @Override
    public Passed<Outputs, Cache> forward(Run run, Tensor x, int[] rows) {
      Passed<Tensor, Cache> logits = masked.logits(run, x);
      var pooled = pooler.forward(run, x);
      Tensor kept = run.saveForParameters("logits.nsp.x", Differentiation.HEAD, pooled.out());
      Tensor nsp = relationship.forward(run, pooled.out(), Activation.IDENTITY);
      run.release(pooled.out());
      Cache cache = logits.cache();
      return new Passed<>(
          new Outputs(logits.out(), run.tap(Tap.LOGITS_NSP, 0, nsp), null, null),
          new Cache(cache.x(), kept, cache.masked(), pooled.cache()));
    }

    @Override
    public void backward(Run run, Outputs d, Cache cache, int[] rows, Tensor dX) {
      masked.backward(run, d, cache, rows, dX);
      Tensor dPooled = run.zeros(Shape.of(rows.length, dX.shape().dim(2)));
      Tensor dNsp = d.nsp();
      if (dNsp != null) {
        dNsp = run.tapBackward(Tap.LOGITS_NSP, 0, dNsp);
        relationship.backwardParameters(run, cache.nsp(), dNsp);
        relationship.addBackward(run, dNsp, dPooled);
        run.release(dNsp);
      }
      run.letGo(cache.nsp());
      pooler.backward(run, dPooled, Objects.requireNonNull(cache.pooler()), dX);
    }
  }
}
