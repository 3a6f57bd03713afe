package vitrine.interp.ablation;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import vitrine.engine.InputException;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Indices;
import vitrine.engine.hooks.Layers;
import vitrine.interp.metrics.Metric;
import vitrine.interp.metrics.RowLengths;

/**
 * What is switched off and what is measured.
 *
 * @param kind the components
 * @param layers of which blocks
 * @param members which heads, neurons or positions of each; null for all. Negative positions count
 *     from the end of each text
 * @param block how many neurons go together
 * @param treatment what is put in their place
 * @param sets which of them together
 * @param order in which more and more are, for {@link Sets#CUMULATIVE}
 * @param steps points of a cumulative curve at most, the clean run not counted
 * @param metric what is measured
 * @param batch texts that run together
 * @param seed of resampling, noise, random order, intervals
 */
public record AblationSpec(
    Component.Kind kind,
    Layers layers,
    @Nullable Indices members,
    int block,
    Treatment treatment,
    Sets sets,
    Order order,
    int steps,
    Metric metric,
    int batch,
    long seed) {
  /** Texts that run together unless told. */
  public static final int USUAL_BATCH = 16;

  /** Points of a curve unless told. */
  public static final int USUAL_STEPS = 24;

  public AblationSpec {
    if (block < 1 || steps < 1 || batch < 1) {
      throw new IllegalArgumentException(
          "ablation: block %d, steps %d, batch %d; expected 1 or more"
              .formatted(block, steps, batch));
    }
    if (order == Order.IMPORTANCE && kind != Component.Kind.HEADS) {
      throw new InputException(
          "ablate: --order importance: of %s; expected heads, which |dL/dxi| is of. Order others by effect"
              .formatted(kind.label()));
    }
  }

  /** Each component of a kind alone, in the usual way. */
  public static AblationSpec of(Component.Kind kind, Metric metric) {
    return new AblationSpec(
        kind,
        Layers.ALL,
        null,
        1,
        Treatment.usual(kind),
        Sets.SINGLE,
        Order.EFFECT,
        USUAL_STEPS,
        metric,
        USUAL_BATCH,
        0);
  }

  /** The same with something else in the components' place. */
  public AblationSpec with(Treatment other) {
    return new AblationSpec(
        kind, layers, members, block, other, sets, order, steps, metric, batch, seed);
  }

  /** The same with others together. */
  public AblationSpec with(Sets other) {
    return new AblationSpec(
        kind, layers, members, block, treatment, other, order, steps, metric, batch, seed);
  }

  /** The same in another order. */
  public AblationSpec with(Order other) {
    return new AblationSpec(
        kind, layers, members, block, treatment, sets, other, steps, metric, batch, seed);
  }

  /** The same of some heads, neurons or positions alone. */
  public AblationSpec with(Indices some) {
    return new AblationSpec(
        kind, layers, some, block, treatment, sets, order, steps, metric, batch, seed);
  }

  /** The same with that many texts at once. */
  public AblationSpec inBatchesOf(int other) {
    return new AblationSpec(
        kind, layers, members, block, treatment, sets, order, steps, metric, other, seed);
  }

  /** The same with other draws. */
  public AblationSpec seeded(long other) {
    return new AblationSpec(
        kind, layers, members, block, treatment, sets, order, steps, metric, batch, other);
  }

  /** Whether positions are counted from the end of each text. */
  boolean countsFromEnd() {
    return kind == Component.Kind.POSITIONS
        && switch (members) {
          case Indices.One one -> one.index() < 0;
          case Indices.Range range -> range.from() < 0;
          case Indices.Listed listed -> listed.indices().stream().anyMatch(each -> each < 0);
          case null -> false;
        };
  }

  /** Whether a variant's plan differs from portion to portion of the texts. */
  boolean dependsOnPortion() {
    return treatment.dependsOnPortion() || countsFromEnd() || RowLengths.countsFromEnd(metric);
  }

  /**
   * Refuses, before any text is read, what the model does not have.
   *
   * @throws InputException then
   */
  public void check(Architecture model) {
    metric.validate(model);
    if (kind != Component.Kind.POSITIONS) {
      var _ = components(model, 1);
    }
  }

  /**
   * The components, by layer and number.
   *
   * @param longest tokens of the longest text, as many positions as there are
   * @throws InputException when the model has no such layer, head or neuron, or they cannot be
   *     treated so
   */
  List<Component> components(Architecture model, int longest) {
    treatment.check(kind);
    if (members != null && kind.member().isEmpty()) {
      throw new InputException(
          "ablate: --which %s: %s are one a layer; expected none, or --layers"
              .formatted(members, kind.label()));
    }
    List<Component> components = new ArrayList<>();
    for (int layer : layers.resolve(model.layers(), "ablate: --layers: layer")) {
      switch (kind) {
        case HEADS -> {
          for (int head : members(model.heads())) {
            components.add(new Component.Head(layer, head));
          }
        }
        case NEURONS -> components.addAll(neurons(layer, members(model.dMlp())));
        case ATTENTION -> components.add(new Component.Attention(layer));
        case MLP -> components.add(new Component.Mlp(layer));
        case SUBLAYERS -> {
          components.add(new Component.Attention(layer));
          components.add(new Component.Mlp(layer));
        }
        case LAYERS -> components.add(new Component.Block(layer));
        case POSITIONS -> {
          for (int position : positions(longest)) {
            components.add(new Component.Position(layer, position));
          }
        }
      }
    }
    return components;
  }

  private int[] members(int count) {
    Indices all = members == null ? Indices.range(0, count) : members;
    return all.resolve(count, "ablate: --which: " + kind.member());
  }

  /** Those counted from the end stay so: each text has its own last one. */
  private int[] positions(int longest) {
    int[] resolved = members(longest);
    if (!countsFromEnd()) {
      return resolved;
    }
    return switch (members) {
      case Indices.One one -> new int[] {one.index()};
      case Indices.Listed listed -> listed.indices().stream().mapToInt(each -> each).toArray();
      case Indices.Range range when range.to() < 0 ->
          IntStream.range(range.from(), range.to()).toArray();
      case Indices.Range range ->
          throw new InputException(
              "ablate: --which %s: from one end of a text to the other; expected both from the same end, as in -3..-1 or 0..3"
                  .formatted(range));
      case null -> resolved;
    };
  }

  /** Runs of neurons that follow each other, in blocks. */
  private List<Component> neurons(int layer, int... chosen) {
    List<Component> blocks = new ArrayList<>();
    for (int from = 0; from < chosen.length; ) {
      int to = from + 1;
      while (to < chosen.length && to - from < block && chosen[to] == chosen[to - 1] + 1) {
        to++;
      }
      blocks.add(new Component.Neurons(layer, chosen[from], chosen[to - 1] + 1));
      from = to;
    }
    return blocks;
  }
}
