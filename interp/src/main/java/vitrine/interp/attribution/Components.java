package vitrine.interp.attribution;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Architecture.BlockStyle;
import vitrine.interp.attribution.Component.Kind;

/** The parts of a model, in the order in which the stream meets them. */
final class Components {
  static final String EMBED = "embed";
  static final String POS_EMBED = "pos_embed";
  static final String TYPE_EMBED = "type_embed";
  static final String EMBED_LN_BIAS = "embed_ln bias";
  static final String LN_FINAL_BIAS = "ln_final bias";
  static final String OUTPUT = "output";

  private Components() {}

  /**
   * All of them.
   *
   * @param neurons the blocks whose MLPs are taken apart into their neurons
   */
  static List<Component> of(Architecture model, Set<Integer> neurons) {
    boolean postNorm = model.style() == BlockStyle.POST_NORM;
    List<Component> all = new ArrayList<>();
    all.add(Component.of(Kind.EMBEDDING, EMBED));
    all.add(Component.of(Kind.EMBEDDING, POS_EMBED));
    if (model.segments() > 0) {
      all.add(Component.of(Kind.EMBEDDING, TYPE_EMBED));
    }
    if (postNorm) {
      all.add(Component.of(Kind.BIAS, EMBED_LN_BIAS));
    }
    for (int layer = 0; layer < model.layers(); layer++) {
      for (int head = 0; head < model.heads(); head++) {
        all.add(Component.numbered(Kind.HEAD, "head", layer, head));
      }
      all.add(Component.inBlock(Kind.BIAS, "attn bias", layer));
      if (postNorm) {
        all.add(Component.inBlock(Kind.BIAS, "ln1 bias", layer));
      }
      if (neurons.contains(layer)) {
        for (int neuron = 0; neuron < model.dMlp(); neuron++) {
          all.add(Component.numbered(Kind.NEURON, "neuron", layer, neuron));
        }
        all.add(Component.inBlock(Kind.BIAS, "mlp bias", layer));
      } else {
        all.add(Component.inBlock(Kind.MLP, "mlp", layer));
      }
      if (postNorm) {
        all.add(Component.inBlock(Kind.BIAS, "ln2 bias", layer));
      }
    }
    if (!postNorm) {
      all.add(Component.of(Kind.BIAS, LN_FINAL_BIAS));
    } else {
      all.add(Component.of(Kind.OUTPUT, OUTPUT));
    }
    return all;
  }
}
