package vitrine.interp;

import java.util.List;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Plan;

/**
 * One of the runs that a result was made of: {@code run --plan} over these texts gives its bits.
 *
 * @param plan what was read, edited and differentiated
 * @param texts that ran together, in this order
 */
public record PlannedRun(Plan plan, List<Example> texts) {
  public PlannedRun {
    texts = List.copyOf(texts);
  }

  /** One text after the other by the same plan. */
  public static List<PlannedRun> oneByOne(Plan plan, Inputs texts) {
    return texts.examples().stream().map(text -> new PlannedRun(plan, List.of(text))).toList();
  }

  /** Over a single token, which is as good as any where weights alone are read. */
  public static List<PlannedRun> ofWeights(Plan plan) {
    return oneByOne(plan, Inputs.of(0));
  }
}
