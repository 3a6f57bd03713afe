package vitrine.interp.patching;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import vitrine.engine.InputException;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Head;
import vitrine.engine.hooks.Loss;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Selection;
import vitrine.engine.hooks.Site;
import vitrine.engine.hooks.Trace;
import vitrine.engine.models.Model;
import vitrine.interp.metrics.Measurement;
import vitrine.interp.metrics.Metric;
import vitrine.interp.metrics.MetricRules;
import vitrine.kernels.Region;
import vitrine.kernels.Shape;

/**
 * Attribution patching (Nanda 2023, "Attribution Patching: Activation Patching At Industrial
 * Scale"; Syed, Rager and Conmy 2023, "Attribution Patching Outperforms Automated Circuit
 * Discovery"): the first-order estimate of what each patch would do,
 *
 * <pre>  m(patched) - m(base)  ~  sum over the component of (a_source - a_base) * dm/da at a_base
 * </pre>
 *
 * <p>for all components of all sites at once: one forward pass of either prompt, and one backward
 * pass of the one that is patched.
 *
 * <p>What it does not tell: anything beyond the first order. Where a softmax is saturated or a
 * LayerNorm's scale changes much its estimate is far off, which is why it is reported with its
 * correlation to the exact sweep when both are asked for.
 */
final class GradientEstimate {
  private final Model model;
  private final Direction direction;

  GradientEstimate(Model model, Direction direction) {
    this.model = model;
    this.direction = direction;
  }

  /**
   * What is estimated.
   *
   * @param clean the metric of the clean prompt as it is
   * @param corrupted likewise
   * @param changes of the patched run's metric, one a component, by target
   */
  record Estimate(double clean, double corrupted, List<double[]> changes) {
    Estimate {
      changes = List.copyOf(changes);
    }
  }

  /** The plans of one prompt's run: what is read, and for the patched one the gradients too. */
  static Plan plan(Model model, Metric metric, List<Site> sites) {
    return Plan.of(model.architecture())
        .read(sites.toArray(Site[]::new))
        .loss(loss(metric, model.architecture()));
  }

  /**
   * Two forward passes and one backward pass.
   *
   * @param components by target
   * @throws InputException when the metric has no gradient
   */
  Estimate of(PromptPair pair, List<List<PatchTarget.Component>> components) {
    List<Site> sites =
        components.stream()
            .flatMap(List::stream)
            .map(each -> each.site().whole())
            .distinct()
            .toList();
    Plan read = plan(model, pair.metric(), sites);
    Plan differentiate = read.gradient(sites.toArray(Site[]::new));
    try (Trace source = model.run(read, pair.inputs(direction.source()));
        Trace base = model.run(differentiate, pair.inputs(direction.base()))) {
      // What an exact sweep refuses of the pair is refused here too, such as a position.
      var _ = Measurement.of(pair.metric(), model.architecture(), base.batch());
      Form form = Form.of(pair.metric(), loss(pair.metric(), model.architecture()));
      double from = form.metric(source.loss().orElseThrow());
      double at = form.metric(base.loss().orElseThrow());
      double slope = form.slope(base.loss().orElseThrow());
      Products products = new Products(model.architecture(), source, base, slope);
      List<double[]> changes =
          components.stream()
              .map(of -> of.stream().mapToDouble(each -> products.sum(each.site())).toArray())
              .toList();
      boolean baseIsClean = direction.base() == Direction.Run.CLEAN;
      return new Estimate(baseIsClean ? at : from, baseIsClean ? from : at, changes);
    }
  }

  /**
   * The loss whose gradient a metric's is, but for its {@link Form}.
   *
   * @throws InputException when there is none
   */
  static Loss loss(Metric metric, Architecture model) {
    boolean byToken = model.head().scoresVocabulary() || model.head() == Head.TOKENS;
    return switch (metric) {
      case Metric.OfLoss of -> MetricRules.loss(of, model);
      case Metric.Logit logit ->
          byToken ? Loss.logit(logit.position(), logit.token()) : Loss.classLogit(logit.token());
      case Metric.Difference diff ->
          byToken
              ? Loss.difference(diff.position(), diff.token(), diff.minus())
              : Loss.classDifference(diff.token(), diff.minus());
      case Metric.Probability of ->
          byToken ? Loss.logProbability(of.position(), of.token()) : Loss.label(of.token());
      case Metric.Rank _, Metric.Divergence _, Metric.Agreement _ ->
          throw new InputException(
              "patch: --method: attribution of %s: it has no gradient here; expected logit, diff, prob or loss. Use --method exact"
                  .formatted(metric));
    };
  }

  /** What a metric is of the loss that stands for it. */
  private enum Form {
    ITSELF,
    /** Of the logarithm of a probability. */
    EXPONENTIAL,
    /** Of a cross-entropy, which is less that logarithm. */
    EXPONENTIAL_OF_LESS;

    static Form of(Metric metric, Loss loss) {
      if (!(metric instanceof Metric.Probability)) {
        return ITSELF;
      }
      return loss instanceof Loss.Label ? EXPONENTIAL_OF_LESS : EXPONENTIAL;
    }

    double metric(double loss) {
      return switch (this) {
        case ITSELF -> loss;
        case EXPONENTIAL -> Math.exp(loss);
        case EXPONENTIAL_OF_LESS -> Math.exp(-loss);
      };
    }

    /** dm/dloss. */
    double slope(double loss) {
      return switch (this) {
        case ITSELF -> 1;
        case EXPONENTIAL -> metric(loss);
        case EXPONENTIAL_OF_LESS -> -metric(loss);
      };
    }
  }

  /** (a_source - a_base) * dm/da of whole sites, summed over parts of them. */
  private static final class Products {
    private final Architecture architecture;
    private final Map<Site, double[]> products = new HashMap<>();
    private final Map<Site, Shape> shapes = new HashMap<>();

    Products(Architecture architecture, Trace source, Trace base, double slope) {
      this.architecture = architecture;
      for (Trace.Read gradient : base.gradients()) {
        float[] from = source.value(gradient.site()).toArray();
        float[] to = base.value(gradient.site()).toArray();
        float[] d = gradient.value().toArray();
        double[] product = new double[d.length];
        for (int i = 0; i < d.length; i++) {
          // Masked scores are minus infinity in both runs.
          product[i] = from[i] == to[i] ? 0 : slope * d[i] * ((double) from[i] - to[i]);
        }
        products.put(gradient.site(), product);
        shapes.put(gradient.site(), gradient.value().shape());
      }
    }

    double sum(Site part) {
      Shape shape = Objects.requireNonNull(shapes.get(part.whole()));
      Region region = Selection.region(part, architecture.axes(part.target()), shape);
      int[][] indices = new int[shape.rank()][];
      for (int axis = 0; axis < indices.length; axis++) {
        indices[axis] = region.indices(axis, shape);
      }
      return sum(Objects.requireNonNull(products.get(part.whole())), shape, indices, 0, 0);
    }

    private static double sum(
        double[] product, Shape shape, int[][] indices, int axis, int before) {
      double sum = 0;
      for (int index : indices[axis]) {
        int at = before * shape.dim(axis) + index;
        sum +=
            axis == indices.length - 1 ? product[at] : sum(product, shape, indices, axis + 1, at);
      }
      return sum;
    }
  }
}
