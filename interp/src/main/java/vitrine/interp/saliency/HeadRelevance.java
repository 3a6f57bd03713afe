package vitrine.interp.saliency;

import java.util.Arrays;
import java.util.Objects;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Site;
import vitrine.engine.hooks.Tap;
import vitrine.engine.hooks.Trace;
import vitrine.engine.layers.LayerNorm;
import vitrine.engine.layers.Linear;
import vitrine.engine.layers.Pooler;
import vitrine.engine.layers.TaskHead;
import vitrine.engine.models.Model;
import vitrine.kernels.Activation;
import vitrine.kernels.Into;
import vitrine.kernels.Kernels;
import vitrine.kernels.Shape;
import vitrine.kernels.Tensor;
import vitrine.kernels.Workspace;

/**
 * Relevance through heads that have layers of their own, which no site opens: BERT's masked-word
 * head (a product, gelu, LayerNorm) and its pooler (a product, tanh).
 */
final class HeadRelevance {
  private final Model model;
  private final int D;
  private final float[] into;
  private final SequencedMap<String, Double> shares;

  private HeadRelevance(Model model, int length, SequencedMap<String, Double> shares) {
    this.model = model;
    this.D = model.architecture().dModel();
    this.into = new float[length * D];
    this.shares = shares;
  }

  /**
   * What flows from the head into the last of the stream, (T,D).
   *
   * @param shares gets those of the head's biases
   * @return null where the head is one product, which needs no rule
   */
  static float @Nullable [] of(
      Model model, Plan target, Example example, SequencedMap<String, Double> shares) {
    TaskHead head = model.head();
    Architecture architecture = model.architecture();
    TaskHead.MaskedToken masked =
        switch (head) {
          case TaskHead.MaskedToken only -> only;
          case TaskHead.Pretraining both -> both.masked();
          case TaskHead.None _,
              TaskHead.NextToken _,
              TaskHead.LastToken _,
              TaskHead.Pooled _,
              TaskHead.EachToken _,
              TaskHead.Span _ ->
              null;
        };
    Pooler pooler =
        switch (head) {
          case TaskHead.Pooled pooled -> pooled.pooler();
          case TaskHead.Pretraining both -> both.pooler();
          case TaskHead.None _,
              TaskHead.NextToken _,
              TaskHead.LastToken _,
              TaskHead.MaskedToken _,
              TaskHead.EachToken _,
              TaskHead.Span _ ->
              null;
        };
    if (masked == null && pooler == null) {
      return null;
    }
    Site last = Site.residPost(architecture.layers() - 1);
    Plan plan = target.read(last);
    if (masked != null) {
      plan = plan.read(Site.logits()).gradient(Site.logits());
    }
    if (pooler != null) {
      plan = plan.read(Site.pooled()).gradient(Site.pooled());
    }
    try (Trace trace = model.run(plan, Inputs.of(example))) {
      HeadRelevance relevance = new HeadRelevance(model, example.ids().length, shares);
      float[] x = trace.value(last).toArray();
      double accounted = 0;
      if (masked != null) {
        accounted += relevance.masked(masked, x, trace);
      }
      if (pooler != null) {
        accounted += relevance.pooled(pooler, x, trace);
      }
      // Biases of the last product; of a log-probability what its logarithm leaves.
      add(shares, "head constant", trace.loss().orElseThrow() - accounted);
      return relevance.into;
    }
  }

  static void add(SequencedMap<String, Double> shares, String name, double share) {
    shares.merge(name, share, Double::sum);
  }

  // ---- masked words ----

  /** What reaches the last product. */
  private double masked(TaskHead.MaskedToken head, float[] x, Trace trace) {
    float[] gradient = trace.gradient(Site.of(Tap.LOGITS)).toArray();
    int V = model.architecture().vocabulary();
    double reached = 0;
    for (int row = 0; row < gradient.length / V; row++) {
      if (anyIn(gradient, row * V, V)) {
        reached += row(head, x, row, Arrays.copyOfRange(gradient, row * V, (row + 1) * V));
      }
    }
    return reached;
  }

  private static boolean anyIn(float[] values, int from, int length) {
    for (int i = from; i < from + length; i++) {
      if (values[i] != 0) {
        return true;
      }
    }
    return false;
  }

  private double row(TaskHead.MaskedToken head, float[] x, int row, float[] dLogits) {
    double[] pre = product(head.transform(), x, row * D);
    double[] post = activated(pre, head.activation());
    LayerNorm norm = head.norm();
    float[] gamma = norm.gamma().toArray();
    float[] beta = norm.beta().toArray();
    double mean = 0;
    for (double each : post) {
      mean += each / D;
    }
    double variance = 0;
    for (double each : post) {
      variance += (each - mean) * (each - mean) / D;
    }
    double scale = Math.sqrt(variance + norm.eps());
    double[] dOut = back(head.unembed(), dLogits);
    double reached = 0;
    double ofBeta = 0;
    double dMean = 0;
    double[] dPost = new double[D];
    for (int i = 0; i < D; i++) {
      reached += ((post[i] - mean) / scale * gamma[i] + beta[i]) * dOut[i];
      ofBeta += beta[i] * dOut[i];
      dPost[i] = gamma[i] * dOut[i] / scale;
      dMean += dPost[i] / D;
    }
    double ofBias = 0;
    float[] bias = Objects.requireNonNull(head.transform().bias()).toArray();
    float[] dPre = new float[D];
    for (int i = 0; i < D; i++) {
      dPre[i] = (float) ((dPost[i] - dMean) * ratio(post[i], pre[i], head.activation()));
      ofBias += bias[i] * dPre[i];
    }
    add(shares, "head LayerNorm bias", ofBeta);
    add(shares, "head bias", ofBias);
    put(back(head.transform(), dPre), row);
    return reached;
  }

  // ---- the pooler ----

  private double pooled(Pooler pooler, float[] x, Trace trace) {
    float[] pooled = trace.value(Site.pooled()).toArray();
    float[] gradient = trace.gradient(Site.pooled()).toArray();
    if (!anyIn(gradient, 0, D)) {
      return 0;
    }
    double[] pre = product(pooler.dense(), x, 0);
    float[] bias = Objects.requireNonNull(pooler.dense().bias()).toArray();
    float[] dPre = new float[D];
    double reached = 0;
    double ofBias = 0;
    for (int i = 0; i < D; i++) {
      reached += (double) pooled[i] * gradient[i];
      dPre[i] = (float) (gradient[i] * ratio(pooled[i], pre[i], Activation.TANH));
      ofBias += bias[i] * dPre[i];
    }
    add(shares, "pooler bias", ofBias);
    put(back(pooler.dense(), dPre), 0);
    return reached;
  }

  // ---- arithmetic ----

  /** What an activation function gives over what it takes; its slope where that is nothing. */
  private static double ratio(double out, double in, Activation activation) {
    if (in != 0) {
      return out / in;
    }
    return switch (activation) {
      case IDENTITY, TANH -> 1;
      case GELU, GELU_TANH, QUICK_GELU, SILU -> 0.5;
      case RELU -> 0;
    };
  }

  private void put(double[] gradient, int row) {
    for (int i = 0; i < D; i++) {
      into[row * D + i] += (float) gradient[i];
    }
  }

  /** x W + b of one row. */
  private double[] product(Linear linear, float[] x, int from) {
    Kernels kernels = model.kernels();
    try (Workspace workspace = kernels.workspace()) {
      float[] row = Arrays.copyOfRange(x, from, from + D);
      Tensor in = kernels.upload(workspace, Shape.of(1, D), row);
      Tensor out = workspace.allocate(1, linear.weight().out());
      kernels.linear(in, linear.weight(), linear.bias(), Activation.IDENTITY, out);
      return doubles(out.toArray());
    }
  }

  /** d W^T of one row. */
  private double[] back(Linear linear, float[] gradient) {
    Kernels kernels = model.kernels();
    try (Workspace workspace = kernels.workspace()) {
      Tensor dOut = kernels.upload(workspace, Shape.of(1, gradient.length), gradient);
      Tensor dIn = workspace.allocate(1, linear.weight().in());
      kernels.linearBackwardInput(dOut, linear.weight(), Into.REPLACE, dIn);
      return doubles(dIn.toArray());
    }
  }

  private double[] activated(double[] pre, Activation activation) {
    Kernels kernels = model.kernels();
    float[] row = new float[pre.length];
    for (int i = 0; i < row.length; i++) {
      row[i] = (float) pre[i];
    }
    try (Workspace workspace = kernels.workspace()) {
      Tensor in = kernels.upload(workspace, Shape.of(1, row.length), row);
      kernels.activate(in, activation, in);
      return doubles(in.toArray());
    }
  }

  private static double[] doubles(float[] values) {
    double[] out = new double[values.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = values[i];
    }
    return out;
  }
}
