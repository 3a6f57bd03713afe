package vitrine.engine.hooks;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import vitrine.engine.io.Npy;
import vitrine.engine.io.NpyArray;

/**
 * The files of edits, each read once: one may serve many layers, and many plans. What is stored in
 * memory under a file's name goes before the file. Used by one thread.
 */
public final class OpenedFiles {
  private final Map<Path, NpyArray> arrays = new HashMap<>();
  private final StoredValues stored;

  /** None so far. */
  public OpenedFiles() {
    this(new StoredValues());
  }

  /** None so far but these. */
  public OpenedFiles(StoredValues stored) {
    this.stored = stored;
  }

  /** Whether there is such a file, or what takes its place. */
  boolean has(Path file) {
    return stored.find(file) != null || Files.exists(file);
  }

  /**
   * @throws vitrine.engine.InputException when the file is missing or bad
   */
  NpyArray read(Path file) {
    NpyArray inMemory = stored.find(file);
    return inMemory == null ? arrays.computeIfAbsent(file, Npy::read) : inMemory;
  }
}
