package vitrine.engine.training;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import vitrine.engine.InputException;

/**
 * Where a training leaves what it needs to go on:
 *
 * <pre>
 * OUT/metrics.jsonl                       a line for each step and each evaluation
 * OUT/checkpoint/training.safetensors     the last checkpoint
 * OUT/checkpoint/best-STEP.safetensors    the weights of the best evaluation, where they are kept
 * </pre>
 *
 * <p>The trained model is saved beside them ({@link ModelWriter}).
 */
public final class RunDirectory implements AutoCloseable {
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
   * A place for a new training.
   *
   * @param directory made, with its parents, if it is not there
   * @throws InputException when it is a file, is not empty or cannot be made
   */
  public static RunDirectory create(Path directory) {
    try {
      if (Files.exists(directory, LinkOption.NOFOLLOW_LINKS) && !Files.isDirectory(directory)) {
        throw new InputException(
            "train: " + directory + ": a file; expected a directory. Choose another --out.");
      }
      if (Files.isDirectory(directory) && !isEmpty(directory)) {
        throw new InputException(
            "train: "
                + directory
                + ": not empty; expected a new or an empty directory. Choose another --out, or"
                + " resume the training that is in it.");
      }
      Files.createDirectories(directory.resolve(FOLDER));
    } catch (IOException e) {
      throw failed(directory, e);
    }
    return new RunDirectory(directory, MetricsFile.open(directory.resolve(METRICS)));
  }

  /**
   * The place of a training that goes on.
   *
   * @throws InputException when it holds no checkpoint
   */
  public static RunDirectory resume(Path directory) {
    if (!canResume(directory)) {
      throw new InputException(
          "resume: "
              + directory
              + ": no "
              + FOLDER
              + "/"
              + CHECKPOINT
              + "; expected the directory of a training that has begun.");
    }
    RunDirectory run = new RunDirectory(directory, MetricsFile.open(directory.resolve(METRICS)));
    try {
      run.sweep();
    } catch (IOException e) {
      run.close();
      throw failed(directory, e);
    }
    return run;
  }

  /** Whether there is a training in a directory that can go on. */
  public static boolean canResume(Path directory) {
    return Files.isRegularFile(directory.resolve(FOLDER).resolve(CHECKPOINT));
  }

  private static boolean isEmpty(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.findAny().isEmpty();
    }
  }

  /** Removes what a killed process was writing. */
  private void sweep() throws IOException {
    for (Path each : list(root.resolve(FOLDER))) {
      if (String.valueOf(each.getFileName()).matches("\\.[0-9a-f-]{36}\\.tmp")) {
        Files.deleteIfExists(each);
      }
    }
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

  /** Removes the weights of all steps but one; nothing asks for them any more. */
  void keepBest(int step) {
    try {
      for (Path each : list(root.resolve(FOLDER))) {
        String name = String.valueOf(each.getFileName());
        if (name.startsWith(BEST) && !name.equals(BEST + step + ENDING)) {
          Files.deleteIfExists(each);
        }
      }
    } catch (IOException e) {
      throw failed(root, e);
    }
  }

  MetricsFile metrics() {
    return metrics;
  }

  /**
   * Removes the checkpoint, once the trained model is saved. The training cannot be resumed
   * afterwards.
   */
  public void removeCheckpoint() {
    try {
      Files.deleteIfExists(checkpoint());
      for (Path each : list(root.resolve(FOLDER))) {
        Files.deleteIfExists(each);
      }
      Files.deleteIfExists(root.resolve(FOLDER));
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
