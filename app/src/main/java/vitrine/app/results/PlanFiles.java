package vitrine.app.results;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Plan;
import vitrine.interp.ablation.AblationResult;
import vitrine.weights.AtomicFile;

/**
 * What repeats an ablation by runs: a file for each variant's plan, and one for the texts that ran
 * together. {@code vitrine run --plan DIR/plans/L0H1.json --input DIR/texts.0.jsonl} gives the bits
 * of that variant.
 */
public final class PlanFiles {
  private PlanFiles() {}

  /**
   * Writes them.
   *
   * @param directory there already
   */
  public static void write(AblationResult result, Path directory) throws IOException {
    Path plans = Files.createDirectories(directory.resolve("plans"));
    for (AblationResult.Planned each : result.plans()) {
      String name = each.variant().name().replace(' ', '-');
      for (int i = 0; i < each.plans().size(); i++) {
        String ending = each.plans().size() == 1 ? ".json" : "." + i + ".json";
        Plan plan = each.plans().get(i);
        AtomicFile.write(plans.resolve(name + ending), plan.toJson() + "\n");
      }
    }
    List<List<Integer>> portions = result.portions();
    for (int i = 0; i < portions.size(); i++) {
      List<Example> together =
          portions.get(i).stream().map(result.texts().inputs().examples()::get).toList();
      AtomicFile.write(directory.resolve("texts." + i + ".jsonl"), ExampleLine.all(together));
    }
  }
}
