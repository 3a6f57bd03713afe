package vitrine.interp.ablation;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import vitrine.engine.InputException;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Indices;
import vitrine.engine.hooks.Layers;
import vitrine.interp.metrics.Metric;

/**
 * What is switched off and what is measured.
 *
 * @param kind the components
 * @param layers of which blocks
 * @param members which heads, neurons or positions of each; null for all
 * @param block how many neurons go together
 * @param treatment what is put in their place
 * @param sets which of them together
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
        USUAL_STEPS,
        metric,
        USUAL_BATCH,
        0);
  }

  /** The same with something else in the components' place. */
  public AblationSpec with(Treatment other) {
    return new AblationSpec(kind, layers, members, block, other, sets, steps, metric, batch, seed);
  }

  /** The same with others together. */
  public AblationSpec with(Sets other) {
    return new AblationSpec(
        kind, layers, members, block, treatment, other, steps, metric, batch, seed);
  }

  /** The same with that many texts at once. */
  public AblationSpec inBatchesOf(int other) {
    return new AblationSpec(
        kind, layers, members, block, treatment, sets, steps, metric, other, seed);
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
          for (int position : members(longest)) {
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
