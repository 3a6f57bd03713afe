package vitrine.interp.saliency;

import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Site;

/** The methods that differentiate the target. */
final class Gradients {
  private Gradients() {}

  /** The size of each token's gradient. */
  static Scored norm(Method.Norm norm, Evaluation evaluation, Example example, Site site) {
    Evaluation.Point point = evaluation.at(example, site);
    double[] scores = new double[example.ids().length];
    int width = point.gradient().length / scores.length;
    for (int t = 0; t < scores.length; t++) {
      double sum = 0;
      for (int i = t * width; i < (t + 1) * width; i++) {
        double d = point.gradient()[i];
        sum += norm == Method.Norm.L1 ? Math.abs(d) : d * d;
      }
      scores[t] = norm == Method.Norm.L1 ? sum : Math.sqrt(sum);
    }
    return new Scored(evaluation.target(), point.value(), scores, null, null);
  }

  /** Each token's product of value and gradient. */
  static Scored timesInput(Evaluation evaluation, Example example, Site site) {
    Evaluation.Point point = evaluation.at(example, site);
    double[] gradient = new double[point.gradient().length];
    for (int i = 0; i < gradient.length; i++) {
      gradient[i] = point.gradient()[i];
    }
    return new Scored(
        evaluation.target(),
        point.value(),
        products(point.at(), new float[gradient.length], gradient, example.ids().length),
        null,
        null);
  }

  /** By the straight way from a baseline. */
  static Scored integrated(
      Method.IntegratedGradients method,
      Evaluation evaluation,
      Example example,
      Site site,
      Specials specials) {
    Evaluation.Point point = evaluation.at(example, site);
    float[] embedded = Baselines.embedded(method.baseline(), evaluation, example, specials);
    float[] from = site.equals(Site.embed()) ? embedded : evaluation.read(example, site, embedded);
    double baseline = evaluation.value(example, site, from);
    Way way = new Way(evaluation, example, site, from, point, point.value() - baseline);
    return switch (method.steps()) {
      case Steps.Fixed(int count) ->
          way.scored(method.rule(), count, baseline, Scored.Reached.NOT_ASKED);
      case Steps.Until(double tolerance, int most) -> {
        int steps = Steps.Until.FIRST;
        while (true) {
          Scored scored = way.scored(method.rule(), steps, baseline, Scored.Reached.YES);
          Scored.Account account = scored.account();
          if (account != null && Math.abs(account.gap()) <= tolerance * Math.abs(way.whole())) {
            yield scored;
          }
          if (2 * steps > most) {
            yield way.reached(scored, Scored.Reached.NO);
          }
          steps *= 2;
        }
      }
    };
  }

  /**
   * The straight way between two values of a site.
   *
   * @param from where it begins
   * @param to where it ends, with what the target is there
   * @param whole what is to be explained
   */
  private record Way(
      Evaluation evaluation,
      Example example,
      Site site,
      @SuppressWarnings("ArrayRecordComponent") float[] from,
      Evaluation.Point to,
      double whole) {
    Scored scored(PathRule rule, int steps, double baseline, Scored.Reached reached) {
      PathRule.Nodes nodes = rule.nodes(steps);
      double[] mean = new double[from.length];
      evaluation.gradients(
          example,
          site,
          nodes.at().length,
          i -> point(nodes.at()[i]),
          (index, _, gradient) -> {
            for (int i = 0; i < mean.length; i++) {
              mean[i] += nodes.weights()[index] * gradient[i];
            }
          });
      double[] scores = products(to.at(), from, mean, example.ids().length);
      double sum = 0;
      for (double score : scores) {
        sum += score;
      }
      return new Scored(
          evaluation.target(),
          to.value(),
          scores,
          new Scored.Completeness(baseline, steps, sum - whole, reached),
          null);
    }

    Scored reached(Scored scored, Scored.Reached reached) {
      return scored.account() instanceof Scored.Completeness(double base, int n, double gap, _)
          ? new Scored(
              scored.target(),
              scored.value(),
              scored.scores(),
              new Scored.Completeness(base, n, gap, reached),
              null)
          : scored;
    }

    private float[] point(double share) {
      float[] point = new float[from.length];
      for (int i = 0; i < point.length; i++) {
        point[i] = (float) (from[i] + share * ((double) to.at()[i] - from[i]));
      }
      return point;
    }
  }

  /** Of each token, the product of what differs with a gradient; summed in double. */
  private static double[] products(float[] to, float[] from, double[] gradient, int length) {
    double[] scores = new double[length];
    int width = to.length / length;
    for (int t = 0; t < length; t++) {
      for (int i = t * width; i < (t + 1) * width; i++) {
        scores[t] += ((double) to[i] - from[i]) * gradient[i];
      }
    }
    return scores;
  }
}
