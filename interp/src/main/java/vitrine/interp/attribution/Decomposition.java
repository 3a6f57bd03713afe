package vitrine.interp.attribution;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Site;
import vitrine.engine.hooks.WeightSite;

/**
 * The parts of one number of one text. All is linear once the scales of the LayerNorms are taken
 * from the run: LN(x) = (x - mean(x)) / scale * w + b. So a direction d, of which the number is the
 * product with what a LayerNorm leaves, becomes
 *
 * <pre>
 *   d' = P (w * d) / scale,   P takes the mean out,   and b . d is the bias's own
 * </pre>
 *
 * <p>before it; below the last LayerNorm of a pre-norm model it never changes again, and each part
 * of the stream has its product with it. In a post-norm model it changes at every LayerNorm, on the
 * way down from the output to the embeddings.
 */
final class Decomposition {
  private final Architecture model;
  private final Reading reading;
  private final Set<Integer> neurons;
  private final Map<String, Double> parts = new LinkedHashMap<>();

  private Decomposition(Architecture model, Reading reading, Set<Integer> neurons) {
    this.model = model;
    this.reading = reading;
    this.neurons = neurons;
  }

  /**
   * The parts by their components' names.
   *
   * @param reading of a run by {@link Reading#plan}
   */
  static Map<String, Double> of(Architecture model, Reading reading, Set<Integer> neurons) {
    Decomposition decomposition = new Decomposition(model, reading, neurons);
    decomposition.run();
    return decomposition.parts;
  }

  private void run() {
    double target = reading.trace().loss().orElseThrow();
    Site last = Reading.last(model);
    double linear = 0;
    for (int t = 0; t < reading.trace().batch().length(); t++) {
      double[] direction = reading.gradient(last, t);
      if (isZero(direction)) {
        continue; // the output reads other positions
      }
      linear += dot(direction, reading.at(last, t));
      switch (model.style()) {
        case PRE_NORM -> preNorm(direction, t);
        case POST_NORM -> postNorm(direction, t);
      }
    }
    switch (model.style()) {
      case PRE_NORM -> {
        if (hasZero(reading.outside(WeightSite.LN_FINAL_W))) {
          parts.put(Components.LN_FINAL_BIAS, target - linear);
        }
      }
      // A head's bias, and what of it is not linear.
      case POST_NORM -> add(Components.OUTPUT, target - linear);
    }
  }

  private void preNorm(double[] direction, int t) {
    add(Components.LN_FINAL_BIAS, finalBias(direction));
    double[] d = centred(direction, reading.at(Site.lnFinalScale(), t)[0]);
    for (int layer = 0; layer < model.layers(); layer++) {
      mlp(d, layer, t);
      attention(d, layer, t);
    }
    embeddings(d, t);
  }

  /**
   * The direction before the LayerNorm's weight is w times the one behind it, so that one is had by
   * division. Where a weight is 0 it cannot be; then the bias is what else there is (GPT-2's heads
   * have none of their own).
   */
  private double finalBias(double[] direction) {
    float[] gamma = reading.outside(WeightSite.LN_FINAL_W);
    float[] beta = reading.outside(WeightSite.LN_FINAL_B);
    double sum = 0;
    for (int i = 0; i < gamma.length; i++) {
      sum += gamma[i] == 0 ? 0 : beta[i] * (direction[i] / gamma[i]);
    }
    return sum;
  }

  private static boolean hasZero(float[] values) {
    for (float value : values) {
      if (value == 0) {
        return true;
      }
    }
    return false;
  }

  private void postNorm(double[] direction, int t) {
    double[] d = direction;
    for (int layer = model.layers() - 1; layer >= 0; layer--) {
      add("ln2 bias " + layer, dot(reading.weight(WeightSite.LN2_B, layer), d));
      d = before(d, reading.weight(WeightSite.LN2_W, layer), scale(Site.ln2Scale(layer), t));
      mlp(d, layer, t);
      add("ln1 bias " + layer, dot(reading.weight(WeightSite.LN1_B, layer), d));
      d = before(d, reading.weight(WeightSite.LN1_W, layer), scale(Site.ln1Scale(layer), t));
      attention(d, layer, t);
    }
    float[] gamma = reading.outside(WeightSite.EMBED_LN_W);
    float[] beta = reading.outside(WeightSite.EMBED_LN_B);
    add(Components.EMBED_LN_BIAS, dot(beta, d));
    embeddings(before(d, gamma, embeddingScale(gamma, beta, t)), t);
  }

  private double scale(Site site, int t) {
    return reading.at(site, t)[0];
  }

  /** The scale of the embeddings' LayerNorm, which has no site, from what it took and gave. */
  private double embeddingScale(float[] gamma, float[] beta, int t) {
    double[] sum = reading.at(Site.embed(), t);
    addTo(sum, reading.at(Site.posEmbed(), t));
    if (model.segments() > 0) {
      addTo(sum, reading.at(Site.typeEmbed(), t));
    }
    double[] given = reading.at(Site.embedOut(), t);
    double[] taken = centred(sum, 1);
    double squares = 0;
    double products = 0;
    for (int i = 0; i < taken.length; i++) {
      double weighted = taken[i] * gamma[i];
      squares += weighted * weighted;
      products += weighted * (given[i] - beta[i]);
    }
    return squares == 0 ? 1 : squares / products;
  }

  private void embeddings(double[] d, int t) {
    add(Components.EMBED, dot(reading.at(Site.embed(), t), d));
    add(Components.POS_EMBED, dot(reading.at(Site.posEmbed(), t), d));
    if (model.segments() > 0) {
      add(Components.TYPE_EMBED, dot(reading.at(Site.typeEmbed(), t), d));
    }
  }

  private void attention(double[] d, int layer, int t) {
    int D = model.dModel();
    int K = model.dHead();
    double[] z = reading.at(Site.z(layer), t);
    float[] output = reading.weight(WeightSite.W_O, layer); // (H,K,D)
    for (int head = 0; head < model.heads(); head++) {
      double sum = 0;
      for (int k = 0; k < K; k++) {
        sum += z[head * K + k] * dot(output, (head * K + k) * D, d);
      }
      add("head " + layer + "." + head, sum);
    }
    add("attn bias " + layer, dot(reading.weight(WeightSite.B_O, layer), d));
  }

  private void mlp(double[] d, int layer, int t) {
    if (!neurons.contains(layer)) {
      add("mlp " + layer, dot(reading.at(Site.mlpOut(layer), t), d));
      return;
    }
    double[] post = reading.at(Site.mlpPost(layer), t);
    float[] output = reading.weight(WeightSite.W_OUT, layer); // (M,D)
    for (int neuron = 0; neuron < post.length; neuron++) {
      add("neuron " + layer + "." + neuron, post[neuron] * dot(output, neuron * d.length, d));
    }
    add("mlp bias " + layer, dot(reading.weight(WeightSite.B_OUT, layer), d));
  }

  private void add(String name, double value) {
    parts.merge(name, value, Double::sum);
  }

  /** The direction before a LayerNorm's weight, scale and mean. */
  private static double[] before(double[] d, float[] gamma, double scale) {
    double[] weighted = new double[d.length];
    for (int i = 0; i < d.length; i++) {
      weighted[i] = d[i] * gamma[i];
    }
    return centred(weighted, scale);
  }

  private static double[] centred(double[] values, double scale) {
    double mean = 0;
    for (double value : values) {
      mean += value / values.length;
    }
    double[] centred = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      centred[i] = (values[i] - mean) / scale;
    }
    return centred;
  }

  private static void addTo(double[] sum, double[] more) {
    for (int i = 0; i < sum.length; i++) {
      sum[i] += more[i];
    }
  }

  private static boolean isZero(double[] values) {
    for (double value : values) {
      if (value != 0) {
        return false;
      }
    }
    return true;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private static double dot(float[] a, double[] b) {
    return dot(a, 0, b);
  }

  private static double dot(float[] a, int offset, double[] b) {
    double sum = 0;
    for (int i = 0; i < b.length; i++) {
      sum += a[offset + i] * b[i];
    }
    return sum;
  }
}
