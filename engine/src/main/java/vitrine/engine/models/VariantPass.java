package vitrine.engine.models;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import vitrine.engine.hooks.Batch;
import vitrine.engine.hooks.CompiledPlan;
import vitrine.engine.hooks.Differentiation;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Run;
import vitrine.engine.hooks.Tap;
import vitrine.engine.hooks.Trace;
import vitrine.engine.hooks.Variants;
import vitrine.engine.layers.Block;
import vitrine.engine.layers.TaskHead;
import vitrine.engine.layers.VocabularyBlocks;
import vitrine.engine.layers.VocabularyHead;
import vitrine.engine.loss.Losses;
import vitrine.kernels.AttentionMask;
import vitrine.kernels.Kernels;
import vitrine.kernels.Region;
import vitrine.kernels.Tensor;
import vitrine.kernels.Workspace;

/**
 * Some variants of a sweep, from the block where they begin to differ: through the blocks as one
 * batch, through the head one after the other, since each reads there what it wants.
 */
final class VariantPass {
  /** Rows of logits that are computed at once, if more than one variant has some. */
  private static final int LOGIT_ROWS = 144;

  private final Prefix prefix;
  private final Kernels kernels;
  private final int start;
  private final SharedStart shared;
  private final List<Member> members;
  private final int @Nullable [] logitRows;

  /**
   * One variant.
   *
   * @param index its place in the sweep
   */
  record Member(int index, CompiledPlan plan, Losses losses) {}

  /** Told of each block that all variants have passed; may throw to end it all. */
  @FunctionalInterface
  interface Steps {
    void passed();
  }

  /**
   * @param kernels the model's backend, or one that only counts
   * @param start a block, {@link Differentiation#EMBEDDINGS} for the tokens, the number of blocks
   *     for the head
   * @param shared what they have in common of the block that they begin in
   * @param members none of which touches anything below
   * @param logitRows rows of (B,T); null for none
   */
  VariantPass(
      Prefix prefix,
      Kernels kernels,
      int start,
      SharedStart shared,
      List<Member> members,
      int @Nullable [] logitRows) {
    this.prefix = prefix;
    this.kernels = kernels;
    this.start = start;
    this.shared = shared;
    this.members = List.copyOf(members);
    this.logitRows = logitRows;
  }

  /**
   * @param results called once for each variant; its tensors live until it returns
   */
  void run(Steps steps, Consumer<Sweep.Outcome> results) {
    Batch batch = prefix.batch();
    AttentionMask mask = batch.mask(model().architecture().causality());
    try (Workspace workspace = kernels.workspace()) {
      List<Run> runs =
          members.stream()
              .map(member -> new Run(kernels, workspace, member.plan(), batch, mask))
              .toList();
      Variants variants = new Variants(runs);
      Tensor out = blocks(variants, steps);
      head(runs, variants, out, new WeightReader(model().parts(), kernels, workspace), results);
    }
  }

  /** What the head reads, (V*B,T,D). */
  private Tensor blocks(Variants variants, Steps steps) {
    Model.Parts parts = model().parts();
    Run together = variants.together(Plan.empty().compile(parts.architecture()));
    int layer = Math.max(start, 0);
    Tensor x;
    Block.Begun begun = shared.begun();
    if (begun == null) {
      x = entering(together);
    } else {
      x = shared.finish(parts.blocks().get(layer), together, layer, begun, members.size());
      layer++;
      steps.passed();
    }
    int last = parts.blocks().size() - 1;
    LastRows rows = layer <= last ? LastRows.of(model(), prefix.batch(), members, logitRows) : null;
    for (; layer <= last; layer++) {
      x =
          rows != null && layer == last
              ? last(together, variants, x, rows)
              : parts.blocks().get(layer).forward(together, layer, x, null).out();
      steps.passed();
    }
    return Pass.finalNorm(parts, together, x).out();
  }

  /**
   * The last block where one position of each example is looked at. Every position gets the numbers
   * of that one: the tensor has its usual shape, and nobody looks at the others.
   */
  private Tensor last(Run together, Variants variants, Tensor x, LastRows rows) {
    Model.Parts parts = model().parts();
    int layer = parts.blocks().size() - 1;
    Block block = parts.blocks().get(layer);
    Batch all = prefix.batch().repeated(members.size());
    AttentionMask mask = rows.mask(all, parts.architecture().causality());
    Run untapped = variants.untapped(together);
    Block.Begun mixed =
        block.mixAt(untapped, layer, x, rows.rows(prefix.batch(), members.size()), mask);
    Block.Begun activated = block.middle(untapped, layer, mixed).out();
    Tensor picked = block.end(untapped, layer, activated).out();
    Tensor out = together.allocate(all.batch(), all.length(), picked.shape().dim(2));
    kernels.gather(picked, rows.examples(prefix.batch(), members.size()), out);
    together.release(picked);
    return together.tap(Tap.RESID_POST, layer, out);
  }

  private Tensor entering(Run together) {
    Batch batch = prefix.batch();
    if (start == Differentiation.EMBEDDINGS) {
      Batch all = batch.repeated(members.size());
      return model()
          .parts()
          .embeddings()
          .forward(together, all.ids(), all.typeIds(), all.batch(), 0)
          .out();
    }
    return SharedStart.repeated(together, prefix.stream(start), members.size());
  }

  private Model model() {
    return prefix.model();
  }

  // ---- the head ----

  private void head(
      List<Run> runs,
      Variants variants,
      Tensor out,
      WeightReader weights,
      Consumer<Sweep.Outcome> results) {
    int atOnce = logitRows == null ? runs.size() : Math.max(1, LOGIT_ROWS / logitRows.length);
    for (int first = 0; first < runs.size(); first += atOnce) {
      int end = Math.min(runs.size(), first + atOnce);
      Tensor logits = logits(runs, out, first, end);
      for (int variant = first; variant < end; variant++) {
        Run run = runs.get(variant);
        Tensor rows = logits == null ? null : part(run, logits, variant - first);
        Tensor mine = variants.rows(variant, out);
        finish(run, members.get(variant), mine, rows, weights, results);
      }
      if (logits != null) {
        runs.getFirst().release(logits);
      }
    }
  }

  /** The rows wanted of some variants, one after the other; null when none are. */
  private @Nullable Tensor logits(List<Run> runs, Tensor out, int first, int end) {
    if (logitRows == null) {
      return null;
    }
    int each = prefix.batch().batch() * prefix.batch().length();
    int[] rows =
        IntStream.range(first, end)
            .flatMap(variant -> Arrays.stream(logitRows).map(row -> variant * each + row))
            .toArray();
    VocabularyHead head = (VocabularyHead) model().parts().head();
    return VocabularyBlocks.logits(runs.getFirst(), head, out, rows);
  }

  private Tensor part(Run run, Tensor logits, int which) {
    int count = Objects.requireNonNull(logitRows).length;
    Tensor part = run.allocate(count, logits.shape().dim(1));
    int[] rows = IntStream.range(which * count, (which + 1) * count).toArray();
    kernels.slice(logits, Region.all(2).with(0, rows), part);
    return part;
  }

  /**
   * Scores one variant and hands it out.
   *
   * @param out what the head reads, (B,T,D); released
   * @param rows of logits that no edit has touched, (n,V); null when none are wanted
   */
  private void finish(
      Run run,
      Member member,
      Tensor out,
      @Nullable Tensor rows,
      WeightReader weights,
      Consumer<Sweep.Outcome> results) {
    int[] sequenceRows = Pass.sequenceRows(prefix.batch(), model().facts());
    Pass.Scored scored =
        Pass.score(model().parts(), run, member.plan(), member.losses(), out, sequenceRows, 1);
    run.release(out);
    var head = scored.head();
    if (head != null) {
      if (rows != null && member.plan().wants(Tap.LOGITS)) {
        Tensor edited = Objects.requireNonNull(head.out().logits());
        kernels.gather(edited, Objects.requireNonNull(logitRows), rows);
      }
      release(run, head.out());
    }
    try (Trace trace = Trace.ofVariant(run, weights::read, scored.loss())) {
      results.accept(new Sweep.Outcome(member.index(), trace, rows));
    }
    if (rows != null) {
      run.release(rows);
    }
  }

  private static void release(Run run, TaskHead.Outputs outputs) {
    Stream.of(outputs.logits(), outputs.nsp(), outputs.start(), outputs.end())
        .filter(Objects::nonNull)
        .forEach(run::release);
  }
}
