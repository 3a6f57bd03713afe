package vitrine.app.training;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.NavigableSet;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import vitrine.app.terminal.OneLine;
import vitrine.engine.InputException;
import vitrine.engine.models.Model;
import vitrine.engine.training.ModelWriter;
import vitrine.engine.training.SideFiles;
import vitrine.engine.training.TrainingEvent;

/**
 * Models as they were on the way, a model directory each: {@code OUT/snapshots/step-N}. Step 0 is
 * before the first. A training that is resumed from before a snapshot makes it again, of the same
 * bits.
 */
public final class Snapshots {
  /** Their folder in a training's directory. */
  public static final String FOLDER = "snapshots";

  private final NavigableSet<Integer> steps;
  private final Path folder;
  private final Consumer<String> notes;

  /**
   * @param steps after which steps; may be none
   * @param out the training's directory
   * @param notes told of steps that there will be no snapshot of
   */
  public Snapshots(List<Integer> steps, Path out, Consumer<String> notes) {
    this.steps = new TreeSet<>(steps);
    this.folder = out.resolve(FOLDER);
    this.notes = notes;
  }

  /**
   * Saves the model where its step is one of those.
   *
   * @param config of the model
   * @param files that it is saved with
   * @throws InputException when the folder cannot be made
   * @throws vitrine.weights.WeightsException when a file cannot be written
   */
  public void after(TrainingEvent event, Model model, JsonNode config, SideFiles files) {
    switch (event) {
      case TrainingEvent.Started started -> {
        tell("passed already", steps.headSet(started.step(), false), folder);
        tell("beyond the last step", steps.tailSet(started.steps(), false), null);
        if (started.step() == 0) {
          save(0, model, config, files);
        }
      }
      case TrainingEvent.Step step -> save(step.step(), model, config, files);
      default -> {}
    }
  }

  private void tell(String why, SortedSet<Integer> left, @Nullable Path unless) {
    String missing =
        left.stream()
            .filter(step -> unless == null || !Files.exists(at(step)))
            .map(String::valueOf)
            .collect(Collectors.joining(", "));
    if (!missing.isEmpty()) {
      notes.accept("no snapshot of step " + missing + ": " + why);
    }
  }

  private Path at(int step) {
    return folder.resolve("step-" + step);
  }

  private void save(int step, Model model, JsonNode config, SideFiles files) {
    if (!steps.contains(step)) {
      return;
    }
    try {
      Files.createDirectories(at(step));
    } catch (IOException e) {
      throw new InputException(
          "train: snapshots: %s: cannot be made (%s); expected a directory that can be written. Choose another --out"
              .formatted(OneLine.operand(at(step).toString()), e.getMessage()),
          e);
    }
    ModelWriter.write(at(step), model, config, files);
  }
}
