package vitrine.engine.hooks;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import vitrine.kernels.AttentionMask.Causality;
import vitrine.kernels.Shape;

/**
 * What a plan needs to know of a model: its sizes, the order of its norms, its outputs.
 *
 * @param family {@code gpt2} or {@code bert}
 * @param style where a block normalises
 * @param layers number of blocks
 * @param heads H
 * @param dModel D
 * @param dHead K
 * @param dMlp M
 * @param vocabulary V
 * @param positions the longest text the model has position embeddings for
 * @param segments rows of the type embedding; 0 without one
 * @param causality whether a position sees later ones
 * @param head what stands on the blocks
 * @param outputs its outputs, {@code pooled} among them where there is a pooler
 */
public record Architecture(
    String family,
    BlockStyle style,
    int layers,
    int heads,
    int dModel,
    int dHead,
    int dMlp,
    int vocabulary,
    int positions,
    int segments,
    Causality causality,
    Head head,
    List<Output> outputs) {

  /** Where a block normalises. */
  public enum BlockStyle {
    /** GPT-2: {@code x + f(LN(x))}. */
    PRE_NORM,
    /** BERT: {@code LN(x + f(x))}. */
    POST_NORM
  }

  public Architecture {
    Objects.requireNonNull(family, "family");
    Objects.requireNonNull(style, "style");
    Objects.requireNonNull(causality, "causality");
    Objects.requireNonNull(head, "head");
    outputs = List.copyOf(outputs);
  }

  /** The output of that tap; empty when the model has none. */
  public Optional<Output> output(Tap tap) {
    return outputs.stream().filter(output -> output.tap() == tap).findFirst();
  }

  /** The axes of a target, outermost first. */
  public List<Axis> axes(Target target) {
    return switch (target) {
      case WeightSite weight -> weight.axes();
      case Tap tap when tap.isOutput() ->
          output(tap)
              .map(Output::axes)
              .orElseThrow(() -> new IllegalArgumentException("no output " + tap.path()));
      case Tap tap -> tap.fixedAxes();
    };
  }

  /** The shape of a target for a batch of {@code batch} texts of {@code length} positions. */
  public Shape shape(Target target, int batch, int length) {
    return Shape.of(
        axes(target).stream().mapToInt(axis -> length(target, axis, batch, length)).toArray());
  }

  private int length(Target target, Axis axis, int batch, int length) {
    return switch (axis) {
      case BATCH -> batch;
      case POSITION -> target instanceof WeightSite ? positions : length;
      case QUERY, KEY -> length;
      case HEAD, DIM, HEAD_DIM, NEURON, TOKEN, CLASS, SEGMENT, ONE -> length(target, axis);
    };
  }

  /** The length of an axis that does not depend on the inputs. */
  int length(Target target, Axis axis) {
    return switch (axis) {
      case POSITION -> {
        if (target instanceof WeightSite) {
          yield positions;
        }
        throw new IllegalArgumentException("the length of a text is not the architecture's");
      }
      case BATCH, QUERY, KEY ->
          throw new IllegalArgumentException(
              "the length of " + axis + " is not the architecture's");
      case HEAD -> heads;
      case DIM -> dModel;
      case HEAD_DIM -> dHead;
      case NEURON -> dMlp;
      case TOKEN -> vocabulary;
      case SEGMENT -> segments;
      case ONE -> 1;
      case CLASS -> target instanceof Tap tap ? output(tap).map(Output::classes).orElse(0) : 0;
    };
  }
}
