package vitrine.interp.saliency;

import java.util.LinkedHashMap;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Architecture.BlockStyle;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Layers;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Site;
import vitrine.engine.hooks.Trace;
import vitrine.engine.hooks.WeightSite;
import vitrine.engine.models.Model;

/**
 * Layer-wise relevance propagation by the rules of AttnLRP (Achtibat et al. 2024), without a
 * stabiliser: every share is the product of a value with a gradient that the rules have changed
 * ({@link RelevanceEdits}), and all shares add up to the target. The tokens get what arrives at
 * their vectors; by name: positions, segments, the biases of each kind, the constant that softmax
 * leaves beside its linear part, and of the head what is not a product with its input.
 */
final class Relevance {
  private final Trace trace;
  private final Architecture model;
  private final int T;
  private final SequencedMap<String, Double> shares;

  private Relevance(
      Trace trace, Architecture model, int length, SequencedMap<String, Double> shares) {
    this.trace = trace;
    this.model = model;
    this.T = length;
    this.shares = shares;
  }

  /** What a run reads and differentiates, rules included. */
  static Plan plan(Plan target, Architecture model) {
    Plan plan =
        target
            .read(Site.embed(), Site.posEmbed(), Site.scores(Layers.ALL), Site.pattern(Layers.ALL))
            .read(Site.mlpPre(Layers.ALL), Site.mlpPost(Layers.ALL))
            .read(
                every(WeightSite.LN1_W),
                every(WeightSite.LN1_B),
                every(WeightSite.LN2_W),
                every(WeightSite.LN2_B),
                every(WeightSite.B_Q),
                every(WeightSite.B_K),
                every(WeightSite.B_V),
                every(WeightSite.B_O),
                every(WeightSite.B_IN),
                every(WeightSite.B_OUT))
            .gradient(Site.embedOut(), Site.embed(), Site.mlpOut(Layers.ALL))
            .gradient(Site.q(Layers.ALL), Site.k(Layers.ALL), Site.v(Layers.ALL))
            .gradient(Site.scores(Layers.ALL), Site.pattern(Layers.ALL), Site.attnOut(Layers.ALL))
            .gradient(Site.mlpPost(Layers.ALL))
            .gradient(Site.ln1Normalized(Layers.ALL), Site.ln2Normalized(Layers.ALL));
    plan =
        switch (model.style()) {
          case PRE_NORM ->
              plan.read(
                      Site.lnFinalNormalized(),
                      Site.of(WeightSite.LN_FINAL_W),
                      Site.of(WeightSite.LN_FINAL_B))
                  .gradient(Site.lnFinalNormalized());
          case POST_NORM -> {
            Site last = Site.residPost(model.layers() - 1);
            yield plan.read(
                    Site.embedOut(),
                    Site.of(WeightSite.EMBED_LN_W),
                    Site.of(WeightSite.EMBED_LN_B),
                    last)
                .gradient(last);
          }
        };
    if (model.segments() > 0) {
      plan = plan.read(Site.typeEmbed());
    }
    return RelevanceEdits.in(plan, model);
  }

  private static Site every(WeightSite site) {
    return Site.of(site, Layers.ALL);
  }

  /** The tokens' shares, and all others by name. */
  static Scored of(Model model, Evaluation evaluation, Example example) {
    Architecture architecture = model.architecture();
    SequencedMap<String, Double> shares = new LinkedHashMap<>();
    Plan target = evaluation.plan();
    float @Nullable [] fromHead = HeadRelevance.of(model, target, example, shares);
    Plan plan = plan(evaluation.plan(), architecture);
    if (fromHead != null) {
      plan = RelevanceEdits.from(plan, architecture, fromHead);
    }
    try (Trace trace = model.run(plan, Inputs.of(example))) {
      double value = trace.loss().orElseThrow();
      Relevance relevance = new Relevance(trace, architecture, example.ids().length, shares);
      if (fromHead == null) {
        relevance.head(value);
      }
      for (int layer = 0; layer < architecture.layers(); layer++) {
        relevance.block(layer);
      }
      double[] scores = relevance.embeddings();
      double sum = 0;
      for (double score : scores) {
        sum += score;
      }
      for (double share : shares.values()) {
        sum += share;
      }
      return new Scored(
          evaluation.target(), value, scores, new Scored.Conservation(shares, sum - value), null);
    }
  }

  private void add(String name, double share) {
    HeadRelevance.add(shares, name, share);
  }

  // ---- parts ----

  /** Of a head that is one product of the last of the stream. */
  private void head(double value) {
    switch (model.style()) {
      case PRE_NORM -> {
        float[] normalized = value(Site.lnFinalNormalized());
        float[] gradient = gradient(Site.lnFinalNormalized());
        float[] gamma = value(Site.of(WeightSite.LN_FINAL_W));
        float[] beta = value(Site.of(WeightSite.LN_FINAL_B));
        double ofBeta = ofBeta(gradient, gamma, beta);
        add("LayerNorm biases", ofBeta);
        add("head constant", value - dot(normalized, gradient) - ofBeta);
      }
      case POST_NORM -> {
        Site last = Site.residPost(model.layers() - 1);
        add("head constant", value - dot(value(last), gradient(last)));
      }
    }
  }

  private void block(int layer) {
    add("MLP biases", rows(weight(WeightSite.B_OUT, layer), gradient(Site.mlpOut(layer)), 1));
    add("MLP biases", ofInput(layer));
    add("LayerNorm biases", ofNorm(WeightSite.LN1_W, WeightSite.LN1_B, Site.ln1Normalized(layer)));
    add("LayerNorm biases", ofNorm(WeightSite.LN2_W, WeightSite.LN2_B, Site.ln2Normalized(layer)));
    String attention = "attention biases";
    add(attention, rows(weight(WeightSite.B_O, layer), gradient(Site.attnOut(layer)), 1));
    add(attention, rows(weight(WeightSite.B_V, layer), gradient(Site.v(layer)), 0.5));
    add(attention, rows(weight(WeightSite.B_Q, layer), gradient(Site.q(layer)), 0.5));
    add(attention, rows(weight(WeightSite.B_K, layer), gradient(Site.k(layer)), 0.5));
    add(
        "softmax constants",
        0.5 * dot(value(Site.pattern(layer)), gradient(Site.pattern(layer)))
            - dot(value(Site.scores(layer)), gradient(Site.scores(layer))));
  }

  /** Of the first product's bias, whose gradient the identity rule gives. */
  private double ofInput(int layer) {
    float[] pre = value(Site.mlpPre(layer));
    float[] post = value(Site.mlpPost(layer));
    float[] dPost = gradient(Site.mlpPost(layer));
    float[] bias = weight(WeightSite.B_IN, layer);
    double sum = 0;
    for (int i = 0; i < pre.length; i++) {
      if (pre[i] != 0) {
        sum += bias[i % bias.length] * ((double) dPost[i] * post[i] / pre[i]);
      }
    }
    return sum;
  }

  private double ofNorm(WeightSite gamma, WeightSite beta, Site normalized) {
    int layer = normalized.layers().resolve(model.layers(), "saliency: lrp")[0];
    return ofBeta(gradient(normalized), weight(gamma, layer), weight(beta, layer));
  }

  /**
   * Of a LayerNorm's bias: its gradient is that of the normalised over the weight. Where a weight
   * is 0 nothing can be told from behind it: such shares are missing, and the gap shows it.
   */
  private static double ofBeta(float[] dNormalized, float[] gamma, float[] beta) {
    double sum = 0;
    for (int i = 0; i < dNormalized.length; i++) {
      int d = i % gamma.length;
      sum += gamma[d] == 0 ? 0 : (double) beta[d] * dNormalized[i] / gamma[d];
    }
    return sum;
  }

  /** Down to the tokens; BERT's LayerNorm of the sum, which no site opens, is taken by hand. */
  private double[] embeddings() {
    int D = model.dModel();
    float[] embed = value(Site.embed());
    float[] position = value(Site.posEmbed());
    float @Nullable [] segment = model.segments() > 0 ? value(Site.typeEmbed()) : null;
    double[] scores = new double[T];
    for (int t = 0; t < T; t++) {
      double[] gradient = new double[D];
      if (model.style() == BlockStyle.PRE_NORM) {
        float[] own = gradient(Site.embed());
        for (int i = 0; i < D; i++) {
          gradient[i] = own[t * D + i];
        }
      } else {
        gradient = belowNorm(t, embed, position, segment);
      }
      double ofPosition = 0;
      double ofSegment = 0;
      for (int i = 0; i < D; i++) {
        scores[t] += embed[t * D + i] * gradient[i];
        ofPosition += position[t * D + i] * gradient[i];
        ofSegment += segment == null ? 0 : segment[t * D + i] * gradient[i];
      }
      add("positions", ofPosition);
      if (segment != null) {
        add("segments", ofSegment);
      }
    }
    return scores;
  }

  private double[] belowNorm(int at, float[] embed, float[] position, float @Nullable [] segment) {
    int D = model.dModel();
    float[] gamma = value(Site.of(WeightSite.EMBED_LN_W));
    float[] beta = value(Site.of(WeightSite.EMBED_LN_B));
    float[] out = value(Site.embedOut());
    float[] dOut = gradient(Site.embedOut());
    double[] sum = new double[D];
    double mean = 0;
    for (int i = 0; i < D; i++) {
      sum[i] = (double) embed[at * D + i] + position[at * D + i];
      sum[i] += segment == null ? 0 : segment[at * D + i];
      mean += sum[i] / D;
    }
    // The scale from what was taken and given: (sum - mean) gamma = scale (out - beta).
    double squares = 0;
    double products = 0;
    double ofBeta = 0;
    for (int i = 0; i < D; i++) {
      double weighted = (sum[i] - mean) * gamma[i];
      squares += weighted * weighted;
      products += weighted * ((double) out[at * D + i] - beta[i]);
      ofBeta += (double) beta[i] * dOut[at * D + i];
    }
    add("LayerNorm biases", ofBeta);
    double scale = squares == 0 ? 1 : squares / products;
    double[] gradient = new double[D];
    double dMean = 0;
    for (int i = 0; i < D; i++) {
      gradient[i] = gamma[i] * (double) dOut[at * D + i] / scale;
      dMean += gradient[i] / D;
    }
    for (int i = 0; i < D; i++) {
      gradient[i] -= dMean;
    }
    return gradient;
  }

  // ---- numbers ----

  private float[] value(Site site) {
    return trace.value(site).toArray();
  }

  private float[] gradient(Site site) {
    return trace.gradient(site).toArray();
  }

  private float[] weight(WeightSite site, int layer) {
    return value(Site.of(site, layer));
  }

  /** A bias's products with every row of a gradient. */
  private static double rows(float[] bias, float[] gradient, double factor) {
    double sum = 0;
    for (int i = 0; i < gradient.length; i++) {
      sum += (double) bias[i % bias.length] * gradient[i];
    }
    return factor * sum;
  }

  /** Masked scores are minus infinity, and have no gradient. */
  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += b[i] == 0 ? 0 : (double) a[i] * b[i];
    }
    return sum;
  }
}
