package vitrine.interp.saliency;

import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Site;
import vitrine.engine.hooks.Trace;
import vitrine.engine.models.Model;

/** Attention rollout: how patterns of all layers follow one another. */
final class Rollouts {
  private Rollouts() {}

  /**
   * The row that the target is read from. Only that row is carried down, from the last layer to the
   * first: r (A_L + 1)/2 … (A_1 + 1)/2.
   *
   * @param plan that reads all patterns, with the target as its loss
   */
  static Scored of(Model model, Plan plan, Target target, Example example) {
    Architecture architecture = model.architecture();
    int T = example.ids().length;
    double[] row = new double[T];
    row[target.reader(architecture, example, model.facts().padding())] = 1;
    try (Trace trace = model.run(plan, Inputs.of(example))) {
      for (int layer = architecture.layers() - 1; layer >= 0; layer--) {
        row = before(row, trace.value(Site.pattern(layer)).toArray(), architecture.heads());
      }
      return new Scored(target, trace.loss().orElseThrow(), row, null, null);
    }
  }

  /**
   * @param patterns (H,T,T) row-major
   */
  private static double[] before(double[] row, float[] patterns, int H) {
    int T = row.length;
    double[] out = new double[T];
    for (int query = 0; query < T; query++) {
      if (row[query] == 0) {
        continue;
      }
      for (int key = 0; key < T; key++) {
        double sum = 0;
        for (int head = 0; head < H; head++) {
          sum += patterns[(head * T + query) * T + key];
        }
        out[key] += row[query] * 0.5 * sum / H;
      }
      out[query] += 0.5 * row[query];
    }
    return out;
  }
}
