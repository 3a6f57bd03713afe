package vitrine.app.results;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Labels;
import vitrine.engine.hooks.Plan;
import vitrine.interp.ablation.AblationResult;
import vitrine.interp.io.Json;
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
      String lines =
          portions.get(i).stream()
              .map(text -> line(result.texts().inputs().examples().get(text)) + "\n")
              .collect(Collectors.joining());
      AtomicFile.write(directory.resolve("texts." + i + ".jsonl"), lines);
    }
  }

  /** An example as {@code --input} reads it. */
  private static String line(Example example) {
    ObjectNode line = Json.object();
    line.set("ids", Json.array(example.ids()));
    int[] types = example.typeIds();
    if (types != null) {
      line.set("type_ids", Json.array(types));
    }
    boolean[] mask = example.mask();
    if (mask != null) {
      int[] flags = new int[mask.length];
      for (int i = 0; i < flags.length; i++) {
        flags[i] = mask[i] ? 1 : 0;
      }
      line.set("mask", Json.array(flags));
    }
    put(line, example.labels());
    return Json.line(line);
  }

  private static void put(ObjectNode line, @Nullable Labels labels) {
    switch (labels) {
      case Labels.One one -> line.set("labels", Json.number(one.value()));
      case Labels.Many many -> line.set("labels", Json.array(many.values()));
      case null -> {}
    }
  }
}
