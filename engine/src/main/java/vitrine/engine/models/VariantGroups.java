package vitrine.engine.models;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import vitrine.engine.hooks.CompiledPlan;
import vitrine.engine.hooks.FusedStep;
import vitrine.engine.hooks.Stage;

/**
 * Which plans pass through the layers together: those that begin at the same step of the same block
 * and take apart the same steps, so that each takes the very steps that it takes alone.
 */
final class VariantGroups {
  private record Key(int start, Stage stage, Set<FusedStep> apart) {}

  private VariantGroups() {}

  /** In the order of each group's first plan; in a group, in the order given. */
  static List<Sweep.Group> of(List<CompiledPlan> plans, int layers) {
    Map<Key, List<Integer>> groups = new LinkedHashMap<>();
    for (int variant = 0; variant < plans.size(); variant++) {
      CompiledPlan plan = plans.get(variant);
      int start = Math.min(plan.lowestTap(), layers);
      Key key = new Key(start, plan.firstStage(start), plan.apart());
      groups.computeIfAbsent(key, _ -> new ArrayList<>()).add(variant);
    }
    return groups.entrySet().stream()
        .map(group -> new Sweep.Group(group.getKey().start(), group.getValue()))
        .toList();
  }
}
