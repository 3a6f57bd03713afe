package vitrine.app.commands;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import vitrine.engine.InputException;
import vitrine.engine.models.ModelFiles;
import vitrine.weights.CheckpointReport;
import vitrine.weights.WeightsException;

/**
 * What is at one path: its weights and, for a directory, what stands beside them.
 *
 * @param weights the report of the safetensors files
 * @param family config.json's model_type; null where there is no usable config
 * @param problems what makes the path unusable
 * @param notes oddities that do no harm to the weights
 */
record Inspection(
    CheckpointReport weights, @Nullable String family, List<Problem> problems, List<String> notes) {
  private static final String CONFIG = "config.json";

  /**
   * Something wrong.
   *
   * @param kind a {@link WeightsException.Kind}, or {@code CONFIG}
   * @param message one line
   */
  record Problem(String kind, String message) {}

  /** Looks at a file, an index of shards or a directory; whatever is wrong is in the result. */
  static Inspection of(Path path) {
    CheckpointReport weights = CheckpointReport.inspect(path);
    List<Problem> problems = new ArrayList<>();
    weights
        .problems()
        .forEach(problem -> problems.add(new Problem(problem.kind().name(), problem.message())));
    List<String> notes = new ArrayList<>(weights.notes());
    String family = null;
    if (Files.isDirectory(path) && problems.isEmpty()) {
      if (Files.exists(path.resolve(CONFIG))) {
        family = family(path, problems, notes);
      } else {
        notes.add("no " + CONFIG + ": weights alone, which no command can run");
      }
    }
    return new Inspection(weights, family, List.copyOf(problems), List.copyOf(notes));
  }

  private static @Nullable String family(Path path, List<Problem> problems, List<String> notes) {
    try (ModelFiles files = ModelFiles.open(path)) {
      try {
        if (files.tokenizer().isEmpty()) {
          notes.add("no tokenizer files: runs with --ids only");
        }
      } catch (InputException e) {
        notes.add(String.valueOf(e.getMessage()));
      }
      return files.config().path("model_type").asString("unknown");
    } catch (InputException e) {
      problems.add(new Problem("CONFIG", String.valueOf(e.getMessage())));
    } catch (WeightsException e) {
      problems.add(new Problem(e.kind().name(), e.getMessage()));
    }
    return null;
  }
}
