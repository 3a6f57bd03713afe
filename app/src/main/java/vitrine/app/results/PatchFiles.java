package vitrine.app.results;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import vitrine.engine.hooks.Edit;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Site;
import vitrine.interp.io.Json;
import vitrine.interp.patching.Direction;
import vitrine.interp.patching.Patched;
import vitrine.interp.patching.PromptPair;
import vitrine.weights.AtomicFile;

/**
 * What repeats a patching by runs. {@code read.json} is the plan that reads what is put elsewhere;
 * of each pair a directory has both prompts and a plan for each component, whose edits name the
 * directories that runs by {@code read.json} are to make beside them:
 *
 * <pre>
 * vitrine run --plan DIR/read.json --input DIR/pair.0/clean.jsonl --out DIR/pair.0/clean
 * vitrine run --plan DIR/pair.0/plans/COMPONENT.json --input DIR/pair.0/corrupted.jsonl --out OUT
 * </pre>
 */
public final class PatchFiles {
  /** Characters; file systems have room for 255 bytes. */
  private static final int LONGEST_NAME = 120;

  private PatchFiles() {}

  /**
   * Writes them.
   *
   * @param directory made if it is not there
   */
  public static void write(Patched result, Path directory) throws IOException {
    Files.createDirectories(directory);
    AtomicFile.write(directory.resolve("read.json"), Json.line(result.provenance().plan()) + "\n");
    for (int pair = 0; pair < result.pairs().size(); pair++) {
      Path own = directory.resolve("pair." + pair);
      Path plans = Files.createDirectories(own.resolve("plans"));
      PromptPair prompts = result.pairs().get(pair);
      AtomicFile.write(
          own.resolve(Direction.Run.CLEAN.label() + ".jsonl"), ExampleLine.of(prompts.clean()));
      AtomicFile.write(
          own.resolve(Direction.Run.CORRUPTED.label() + ".jsonl"),
          ExampleLine.of(prompts.corrupted()));
      int place = 0;
      for (Map.Entry<String, Plan> plan : result.plans(pair).entrySet()) {
        AtomicFile.write(
            plans.resolve(fileName(plan.getKey(), place++) + ".json"),
            within(own, plan.getValue()).toJson() + "\n");
      }
    }
  }

  /** A site of many chosen neurons has a name that is too long for a file. */
  private static String fileName(String name, int place) {
    return name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME) + "~" + place;
  }

  /** The plan with directories in that one. */
  private static Plan within(Path directory, Plan plan) {
    Plan moved = Plan.empty().read(plan.reads().toArray(Site[]::new)).seed(plan.seed());
    for (Plan.EditOf each : plan.edits()) {
      Edit edit =
          each.edit() instanceof Edit.From from
              ? Edit.from(directory.resolve(from.directory()))
              : each.edit();
      moved = moved.edit(each.site(), edit);
    }
    return moved;
  }
}
