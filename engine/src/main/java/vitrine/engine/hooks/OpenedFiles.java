package vitrine.engine.hooks;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import vitrine.engine.io.Npy;
import vitrine.engine.io.NpyArray;

/**
 * The files of edits, each read once: one may serve many layers, and many plans. Used by one
 * thread.
 */
public final class OpenedFiles {
  private final Map<Path, NpyArray> arrays = new HashMap<>();

  /** None so far. */
  public OpenedFiles() {}

  /**
   * @throws vitrine.engine.InputException when the file is missing or bad
   */
  NpyArray read(Path file) {
    return arrays.computeIfAbsent(file, Npy::read);
  }
}
