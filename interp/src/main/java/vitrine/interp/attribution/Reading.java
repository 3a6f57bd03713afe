package vitrine.interp.attribution;

import java.util.Set;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Layers;
import vitrine.engine.hooks.Loss;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Site;
import vitrine.engine.hooks.Trace;
import vitrine.engine.hooks.WeightSite;

/**
 * What a decomposition reads of a run over one text: values of one position, in double.
 *
 * @param trace the run
 */
record Reading(Trace trace) {
  /**
   * What has to be read and differentiated. The gradient is taken with respect to the last of the
   * stream: what the output does with it.
   *
   * @param target the number that is taken apart
   * @param neurons the blocks whose MLPs are taken apart
   */
  static Plan plan(Architecture model, Loss target, Set<Integer> neurons, long seed) {
    Plan plan =
        Plan.of(model)
            .read(
                Site.embed(),
                Site.posEmbed(),
                Site.z(Layers.ALL),
                Site.mlpOut(Layers.ALL),
                weight(WeightSite.W_O),
                weight(WeightSite.B_O))
            .loss(target)
            .gradient(last(model))
            .seed(seed);
    if (model.segments() > 0) {
      plan = plan.read(Site.typeEmbed());
    }
    for (int layer : neurons) {
      plan =
          plan.read(
              Site.mlpPost(layer),
              Site.of(WeightSite.W_OUT, layer),
              Site.of(WeightSite.B_OUT, layer));
    }
    return switch (model.style()) {
      case PRE_NORM ->
          plan.read(
              Site.lnFinalScale(),
              Site.lnFinalNormalized(),
              Site.of(WeightSite.LN_FINAL_W),
              Site.of(WeightSite.LN_FINAL_B));
      case POST_NORM ->
          plan.read(
              Site.embedOut(),
              Site.of(WeightSite.EMBED_LN_W),
              Site.of(WeightSite.EMBED_LN_B),
              Site.ln1Scale(Layers.ALL),
              weight(WeightSite.LN1_W),
              weight(WeightSite.LN1_B),
              Site.ln2Scale(Layers.ALL),
              weight(WeightSite.LN2_W),
              weight(WeightSite.LN2_B),
              last(model));
    };
  }

  /** The last of the stream, of which the output is made: for GPT-2 as its LayerNorm leaves it. */
  static Site last(Architecture model) {
    return switch (model.style()) {
      case PRE_NORM -> Site.lnFinalNormalized();
      case POST_NORM -> Site.residPost(model.layers() - 1);
    };
  }

  private static Site weight(WeightSite site) {
    return Site.of(site, Layers.ALL);
  }

  /** A site's values of one position, of a batch of one text. */
  double[] at(Site site, int position) {
    return row(trace.value(site).toArray(), position, trace.batch().length());
  }

  /** A gradient's, likewise. */
  double[] gradient(Site site, int position) {
    return row(trace.gradient(site).toArray(), position, trace.batch().length());
  }

  private static double[] row(float[] values, int position, int length) {
    int width = values.length / length;
    double[] row = new double[width];
    for (int i = 0; i < width; i++) {
      row[i] = values[position * width + i];
    }
    return row;
  }

  /** A weight of one block. */
  float[] weight(WeightSite site, int layer) {
    return trace.value(Site.of(site, layer)).toArray();
  }

  /** A weight outside the blocks. */
  float[] outside(WeightSite site) {
    return trace.value(Site.of(site)).toArray();
  }
}
