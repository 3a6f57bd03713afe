package vitrine.engine.models;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import vitrine.engine.hooks.Batch;
import vitrine.engine.hooks.CompiledPlan;
import vitrine.engine.hooks.Differentiation;
import vitrine.engine.hooks.Dropout;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.LossValue;
import vitrine.engine.hooks.Run;
import vitrine.engine.hooks.Tap;
import vitrine.engine.layers.Block;
import vitrine.engine.layers.Embeddings;
import vitrine.engine.layers.KeyValueCache;
import vitrine.engine.layers.LayerNorm;
import vitrine.engine.layers.Passed;
import vitrine.engine.layers.TaskHead;
import vitrine.engine.layers.VocabularyHead;
import vitrine.engine.loss.Losses;
import vitrine.engine.loss.TokenLoss;
import vitrine.kernels.AttentionMask;
import vitrine.kernels.Kernels;
import vitrine.kernels.Shape;
import vitrine.kernels.Tensor;
import vitrine.kernels.Workspace;

/** One forward pass through a model, and the backward pass that belongs to it. */
final class Pass {
  private final Model.Parts parts;
  private final CompiledPlan plan;
  private final Batch batch;
  private final Losses losses;
  private final int[] sequenceRows;
  private final Run run;
  private final double factor;

  // What forward leaves for backward.
  private Embeddings.@Nullable Cache embeddings;
  private final List<Kept> blocks = new ArrayList<>();
  private LayerNorm.@Nullable Cache last;
  private @Nullable Shape hidden;
  private @Nullable Scored scored;

  /**
   * What a block leaves.
   *
   * @param input (B,T,D) of one that is run forward again; null otherwise
   * @param cache of one that is not
   */
  private record Kept(@Nullable Tensor input, Block.Cache cache) {}

  /**
   * What the head has made of the last hidden state.
   *
   * @param loss null without one
   * @param head null where no outputs were wanted
   * @param throughHead the loss's gradient through the head, where that is there already, (B,T,D)
   */
  record Scored(
      @Nullable LossValue loss,
      @Nullable Passed<TaskHead.Outputs, TaskHead.Cache> head,
      @Nullable Tensor throughHead) {}

  /**
   * Checks plan and inputs against each other; computes nothing yet.
   *
   * @param kernels what computes: the model's backend, or one that only counts
   * @param workspace where activations come from; the caller closes it
   * @param differentiation null for a forward pass alone
   * @param dropout null outside training
   * @throws vitrine.engine.InputException when they do not fit
   */
  Pass(
      Model model,
      Kernels kernels,
      CompiledPlan plan,
      Inputs inputs,
      Workspace workspace,
      @Nullable Differentiation differentiation,
      Dropout.@Nullable Keyed dropout) {
    this.parts = model.parts();
    this.plan = plan;
    this.batch = Batch.of(inputs, parts.architecture(), model.facts().padding().orElse(0));
    plan.check(batch.batch(), batch.length());
    this.losses = Losses.of(plan.plan().loss().orElse(null), parts.architecture(), batch);
    this.sequenceRows = sequenceRows(batch, model.facts());
    AttentionMask mask = batch.mask(parts.architecture().causality());
    this.run = new Run(kernels, workspace, plan, batch, mask, differentiation, dropout);
    this.factor = differentiation == null ? 1 : differentiation.factor();
  }

  Run run() {
    return run;
  }

  /** The loss; null when the plan has none. */
  @Nullable LossValue forward() {
    var embedded = parts.embeddings().forward(run, batch.ids(), batch.typeIds(), batch.batch(), 0);
    embeddings = embedded.cache();
    Tensor x = embedded.out();
    for (int layer = 0; layer < parts.blocks().size(); layer++) {
      Tensor input = null;
      if (run.recomputes(layer)) {
        input = x;
        run.saveInput(layer, x);
      }
      var passed = parts.blocks().get(layer).forward(run, layer, x, null);
      blocks.add(new Kept(input, passed.cache()));
      x = passed.out();
    }
    var normalized = finalNorm(parts, run, x);
    last = normalized.cache();
    Tensor out = normalized.out();
    hidden = out.shape();
    scored = score(parts, run, plan, losses, out, sequenceRows, factor);
    run.release(out);
    return scored.loss();
  }

  /**
   * Runs the head as far as plan and loss want it.
   *
   * @param out what the head reads, (B,T,D); stays the caller's
   * @param sequenceRows of {@link #sequenceRows(Batch, Model.Facts)}
   * @param factor what the loss's gradient is multiplied by
   */
  static Scored score(
      Model.Parts parts,
      Run run,
      CompiledPlan plan,
      Losses losses,
      Tensor out,
      int[] sequenceRows,
      double factor) {
    if (!wantsOutputs(plan)) {
      if (!losses.wanted()) {
        return new Scored(null, null, null);
      }
      TokenLoss tokens = losses.tokens();
      if (tokens != null && parts.head() instanceof VocabularyHead scoring) {
        var passed = tokens.inBlocks(run, scoring, out, factor);
        return new Scored(passed.out(), null, passed.cache());
      }
    }
    var head = parts.head().forward(run, out, sequenceRows);
    return new Scored(losses.value(run, head.out()), head, null);
  }

  /**
   * From tokens to the last hidden state (after GPT-2's final LayerNorm) of a text that is decoded
   * piece by piece, (B,T,D).
   *
   * @param cache earlier positions
   */
  static Tensor decode(Model.Parts parts, Run run, Batch batch, KeyValueCache cache) {
    Tensor x =
        parts
            .embeddings()
            .forward(run, batch.ids(), batch.typeIds(), batch.batch(), cache.length())
            .out();
    for (int layer = 0; layer < parts.blocks().size(); layer++) {
      x = parts.blocks().get(layer).forward(run, layer, x, cache).out();
    }
    return finalNorm(parts, run, x).out();
  }

  /** GPT-2's final LayerNorm, where there is one; x is released then. */
  static Passed<Tensor, LayerNorm.@Nullable Cache> finalNorm(Model.Parts parts, Run run, Tensor x) {
    LayerNorm norm = parts.last();
    if (norm == null) {
      return new Passed<>(x, null);
    }
    var normalized = norm.forward(run, LayerNorm.Place.FINAL, 0, x);
    run.release(x);
    return new Passed<>(normalized.out(), normalized.cache());
  }

  /**
   * Gradients of the loss, times the factor it was told before, down to the lowest that the plan
   * asks for; after {@link #forward}.
   */
  void backward() {
    Tensor d = headBackward();
    LayerNorm norm = parts.last();
    if (norm != null) {
      d = norm.backward(run, LayerNorm.Place.FINAL, 0, d, Objects.requireNonNull(last));
    }
    for (int layer = parts.blocks().size() - 1; layer >= 0; layer--) {
      if (!run.differentiates(layer)) {
        run.release(d);
        return;
      }
      d = parts.blocks().get(layer).backward(run, layer, d, cache(layer));
    }
    if (run.differentiates(Differentiation.EMBEDDINGS)) {
      parts.embeddings().backward(run, d, Objects.requireNonNull(embeddings));
    } else {
      run.release(d);
    }
  }

  /** With respect to what the head read, (B,T,D); where it ran in blocks, that is there already. */
  private Tensor headBackward() {
    Scored forward = Objects.requireNonNull(scored, "no forward pass");
    Tensor done = forward.throughHead();
    if (done != null) {
      run.unpin(done);
      return done;
    }
    var outputs = Objects.requireNonNull(forward.head(), "no loss");
    TaskHead.Outputs dOutputs = losses.backward(run, outputs.out(), factor);
    Tensor d = run.zeros(Objects.requireNonNull(hidden));
    parts.head().backward(run, dOutputs, outputs.cache(), sequenceRows, d);
    return d;
  }

  /** What a block's backward pass needs, kept or computed again. */
  private Block.Cache cache(int layer) {
    Kept kept = blocks.get(layer);
    Tensor input = kept.input();
    if (input == null) {
      return kept.cache();
    }
    run.unpin(input);
    return run.replay(() -> {
      var again = parts.blocks().get(layer).forward(run, layer, input, null);
      run.release(again.out());
      return again.cache();
    });
  }

  static boolean wantsOutputs(CompiledPlan plan) {
    return Arrays.stream(Tap.values()).anyMatch(tap -> tap.isOutput() && plan.wants(tap));
  }

  /**
   * Which position a sequence head reads: the last real token that is not the padding token, as the
   * reference implementation has it (it looks at the ids; the mask is looked at here too).
   */
  static int[] sequenceRows(Batch batch, Model.Facts facts) {
    int[] rows = new int[batch.batch()];
    for (int b = 0; b < rows.length; b++) {
      rows[b] = batch.lastReal(b);
      if (facts.padding().isPresent()) {
        int padding = facts.padding().getAsInt();
        int t = batch.length() - 1;
        while (t > 0 && !(batch.real(b, t) && batch.ids()[b * batch.length() + t] != padding)) {
          t--;
        }
        rows[b] = t;
      }
    }
    return rows;
  }
}
