package vitrine.engine.training;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import vitrine.engine.InputException;
import vitrine.weights.AtomicFile;

/**
 * Where a training leaves what it needs to go on:
 *
 * <pre>
 * OUT/recipe.json                         what the training is done with; what begins with it can go on
 * OUT/metrics.jsonl                       a line for each step and each evaluation
 * OUT/checkpoint/training.safetensors     the last checkpoint
 * OUT/checkpoint/best-STEP.safetensors    the weights of the best evaluation, where they are kept
 * </pre>
 *
 * <p>The trained model is saved beside them ({@link ModelWriter}).
 */
public final class RunDirectory implements AutoCloseable {
  /** The file that says what a training is done with. */
  public static final String RECIPE = "recipe.json";

  private static final String FOLDER = "checkpoint";
  private static final String CHECKPOINT = "training.safetensors";
  private static final String METRICS = "metrics.jsonl";
  private static final String BEST = "best-";
  private static final String ENDING = ".safetensors";

  private final Path root;
  private final MetricsFile metrics;

  private RunDirectory(Path root, MetricsFile metrics) {
    this.root = root;
    this.metrics = metrics;
  }

  /**
   * A place for a new training. Where it cannot be made, what was made of it is gone again.
   *
   * @param directory made, with its parents, if it is not there
   * @param recipe what the training is done with, in the form that who resumes it reads
   * @throws InputException when it is a file, is not free or cannot be made
   * @throws vitrine.weights.WeightsException when the recipe cannot be written
   */
  public static RunDirectory create(Path directory, String recipe) {
    requireFree(directory);
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw failed(directory, e);
    }
    RunDirectory run = new RunDirectory(directory, MetricsFile.open(directory.resolve(METRICS)));
    try {
      requireFree(directory); // another process may have begun and ended meanwhile
    } catch (InputException e) {
      run.close();
      throw e;
    }
    try {
      run.begin(recipe);
    } catch (RuntimeException e) {
      try (run) {
        run.discard();
      } catch (RuntimeException left) {
        e.addSuppressed(left);
      }
      throw e;
    }
    return run;
  }

  /** From when the recipe is there, the training can be resumed. */
  private void begin(String recipe) {
    try {
      sweep();
      AtomicFile.write(root.resolve(RECIPE), recipe);
      Files.createDirectories(root.resolve(FOLDER));
    } catch (IOException e) {
      throw failed(root, e);
    }
  }

  private static void requireFree(Path directory) {
    if (Files.exists(directory, LinkOption.NOFOLLOW_LINKS) && !Files.isDirectory(directory)) {
      throw new InputException(
          "train: " + directory + ": a file; expected a directory. Choose another --out.");
    }
    if (!isFree(directory)) {
      throw new InputException(
          "train: "
              + directory
              + ": not empty; expected a new or an empty directory. Choose another --out, or"
              + " resume the training that is in it.");
    }
  }

  /**
   * Whether a new training may begin in a directory: there is none, or nothing in it but what a
   * training leaves that was killed before it had begun.
   */
  public static boolean isFree(Path directory) {
    if (!Files.exists(directory)) {
      return true;
    }
    try {
      for (Path each : list(directory)) {
        String name = String.valueOf(each.getFileName());
        boolean begun = name.equals(METRICS) && Files.isRegularFile(each) && Files.size(each) == 0;
        if (!begun && !isPart(each)) {
          return false;
        }
      }
      return true;
    } catch (IOException e) {
      throw failed(directory, e);
    }
  }

  /**
   * The place of a training that goes on.
   *
   * @throws InputException when it holds none
   */
  public static RunDirectory resume(Path directory) {
    if (!canResume(directory)) {
      throw new InputException(
          "resume: "
              + directory
              + ": neither "
              + RECIPE
              + " nor "
              + FOLDER
              + "/"
              + CHECKPOINT
              + "; expected the directory of a training that has begun.");
    }
    Path metrics = directory.resolve(METRICS);
    boolean stepped = Files.isRegularFile(directory.resolve(FOLDER).resolve(CHECKPOINT));
    RunDirectory run =
        new RunDirectory(
            directory, stepped ? MetricsFile.reopen(metrics) : MetricsFile.open(metrics));
    try {
      Files.createDirectories(directory.resolve(FOLDER));
      run.sweep();
    } catch (IOException e) {
      run.close();
      throw failed(directory, e);
    }
    return run;
  }

  /**
   * Whether there is a training in a directory that can go on: from its checkpoint or, where it was
   * killed before the first, from the start that its recipe decides.
   */
  public static boolean canResume(Path directory) {
    return Files.isRegularFile(directory.resolve(RECIPE))
        || Files.isRegularFile(directory.resolve(FOLDER).resolve(CHECKPOINT));
  }

  /** Removes what a killed process was writing, of the model too. */
  private void sweep() throws IOException {
    for (Path folder : List.of(root, root.resolve(FOLDER))) {
      if (Files.isDirectory(folder)) {
        for (Path each : list(folder)) {
          if (isPart(each)) {
            Files.deleteIfExists(each);
          }
        }
      }
    }
  }

  /** Whether that is what {@link AtomicFile} writes to. */
  private static boolean isPart(Path file) {
    return String.valueOf(file.getFileName()).matches("\\.[0-9a-f-]{36}\\.tmp");
  }

  private static List<Path> list(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.toList();
    }
  }

  public Path path() {
    return root;
  }

  /** The last checkpoint. */
  Path checkpoint() {
    return root.resolve(FOLDER).resolve(CHECKPOINT);
  }

  /** The weights after a step. */
  Path best(int step) {
    return root.resolve(FOLDER).resolve(BEST + step + ENDING);
  }

  /** Removes the weights of all steps but these; nothing asks for them any more. */
  void keepBest(Set<Integer> steps) {
    Set<String> kept = steps.stream().map(step -> BEST + step + ENDING).collect(Collectors.toSet());
    try {
      for (Path each : list(root.resolve(FOLDER))) {
        String name = String.valueOf(each.getFileName());
        if (name.startsWith(BEST) && !kept.contains(name)) {
          Files.deleteIfExists(each);
        }
      }
    } catch (IOException e) {
      throw failed(root, e);
    }
  }

  /** What the last evaluation after a step measured; empty where there was none. */
  public Optional<Evaluation> evaluation(int step) {
    return metrics.evaluation(step);
  }

  MetricsFile metrics() {
    return metrics;
  }

  /** Whether the training has come to its first checkpoint: before that, nothing of it is lost. */
  public boolean hasCheckpoint() {
    return Files.isRegularFile(checkpoint());
  }

  /** Removes all that was begun here, so that the directory is free again. */
  public void discard() {
    try {
      sweep();
      if (Files.isDirectory(root.resolve(FOLDER))) {
        for (Path each : list(root.resolve(FOLDER))) {
          Files.deleteIfExists(each);
        }
      }
      Files.deleteIfExists(root.resolve(FOLDER));
      Files.deleteIfExists(root.resolve(RECIPE));
      Files.deleteIfExists(root.resolve(METRICS));
    } catch (IOException e) {
      throw failed(root, e);
    }
  }

  private static InputException failed(Path directory, IOException e) {
    return new InputException(
        "train: "
            + directory
            + ": cannot be written: "
            + e.getMessage()
            + "; expected a place for a directory, with room. Choose another --out.",
        e);
  }

  @Override
  public void close() {
    metrics.close();
  }
}
