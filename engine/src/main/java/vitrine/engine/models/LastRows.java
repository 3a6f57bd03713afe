package vitrine.engine.models;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import vitrine.engine.hooks.Actions;
import vitrine.engine.hooks.Batch;
import vitrine.engine.hooks.CompiledPlan;
import vitrine.engine.hooks.Head;
import vitrine.engine.hooks.ReadStep;
import vitrine.engine.hooks.Tap;
import vitrine.engine.layers.VocabularyHead;
import vitrine.kernels.AttentionMask;
import vitrine.kernels.AttentionMask.Causality;
import vitrine.kernels.Shape;

/**
 * Where of each example one position alone is looked at after the last block: the block's queries
 * and its MLP need be computed there only, while its keys and values are of all positions.
 *
 * @param positions of each example of the batch
 */
@SuppressWarnings("ArrayRecordComponent") // made and used within one pass
record LastRows(int[] positions) {
  /**
   * Finds them.
   *
   * @param logitRows rows of (B,T) whose logits are wanted; null for none
   * @return null where more than one position of an example is looked at, or another tap of the
   *     last block or after it is asked for
   */
  static @Nullable LastRows of(
      Model model, Batch batch, List<VariantPass.Member> members, int @Nullable [] logitRows) {
    int last = model.architecture().layers() - 1;
    Integer read = null;
    for (VariantPass.Member member : members) {
      if (!isFree(member.plan(), last)) {
        return null;
      }
      Actions actions = member.plan().at(Tap.RESID_POST, last);
      Integer position = actions == null ? null : onlyPosition(actions, batch, model);
      if (actions != null && (position == null || !(read == null || read.equals(position)))) {
        return null;
      }
      read = actions == null ? read : position;
    }
    int[] positions = ofHead(model, batch, members, logitRows);
    if (read == null) {
      return positions == null ? null : new LastRows(positions);
    }
    int[] everywhere = new int[batch.batch()];
    Arrays.fill(everywhere, read);
    boolean alone =
        model.architecture().head() == Head.NONE
            && members.stream().noneMatch(each -> each.plan().wants(Tap.POOLED));
    return alone || Arrays.equals(everywhere, positions) ? new LastRows(everywhere) : null;
  }

  /** Whether nothing within the last block, nor between it and the head, is asked for. */
  private static boolean isFree(CompiledPlan plan, int last) {
    return Arrays.stream(Tap.values())
            .filter(tap -> tap.perBlock() && tap != Tap.RESID_POST)
            .noneMatch(tap -> plan.wants(tap, last))
        && !plan.wants(Tap.LN_FINAL_SCALE)
        && !plan.wants(Tap.LN_FINAL_NORMALIZED);
  }

  /** Of reads at one and the same position, and nothing else. */
  private static @Nullable Integer onlyPosition(Actions actions, Batch batch, Model model) {
    if (!actions.edits().isEmpty() || !actions.skips().isEmpty()) {
      return null;
    }
    Shape shape = Shape.of(batch.batch(), batch.length(), model.architecture().dModel());
    Integer found = null;
    for (ReadStep step : actions.reads()) {
      int[] positions = step.region(shape).indices(1, shape);
      if (positions.length != 1 || (found != null && found != positions[0])) {
        return null;
      }
      found = positions[0];
    }
    return found;
  }

  /** What the head looks at; null where that is more than one position, or none. */
  private static int @Nullable [] ofHead(
      Model model, Batch batch, List<VariantPass.Member> members, int @Nullable [] logitRows) {
    Head head = model.architecture().head();
    if (head == Head.SEQUENCE || head == Head.NEXT_SENTENCE) {
      return model.architecture().causality() == Causality.CAUSAL
          ? Pass.sequenceRows(batch, model.facts())
          : new int[batch.batch()]; // the pooler's
    }
    boolean onlyRows =
        model.parts().head() instanceof VocabularyHead
            && members.stream()
                .noneMatch(each -> each.losses().wanted() || Pass.wantsOutputs(each.plan()));
    if (logitRows == null || !onlyRows || logitRows.length != batch.batch()) {
      return null;
    }
    int length = batch.length();
    return IntStream.range(0, logitRows.length).allMatch(b -> logitRows[b] / length == b)
        ? Arrays.stream(logitRows).map(row -> row % length).toArray()
        : null;
  }

  /** For each row of (B,T), so many times over, the example it is of. */
  int[] examples(Batch batch, int times) {
    return IntStream.range(0, positions.length * times * batch.length())
        .map(row -> row / batch.length())
        .toArray();
  }

  /** The rows of (B,T), so many times over. */
  int[] rows(Batch batch, int times) {
    int count = positions.length;
    return IntStream.range(0, count * times)
        .map(row -> row * batch.length() + positions[row % count])
        .toArray();
  }

  /**
   * What these queries see.
   *
   * @param all the batch, so many times over
   */
  AttentionMask mask(Batch all, Causality causality) {
    if (causality == Causality.BIDIRECTIONAL) {
      return new AttentionMask(all.batch(), 1, all.length(), causality, all.real());
    }
    // One query an example, each at its own position: what causality hides is hidden as padding.
    boolean[] seen = new boolean[all.batch() * all.length()];
    for (int b = 0; b < all.batch(); b++) {
      for (int t = 0; t <= positions[b % positions.length]; t++) {
        seen[b * all.length() + t] = all.real(b, t);
      }
    }
    return new AttentionMask(all.batch(), 1, all.length(), Causality.BIDIRECTIONAL, seen);
  }
}
