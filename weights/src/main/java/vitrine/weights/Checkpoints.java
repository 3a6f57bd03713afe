package vitrine.weights;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Ways to a {@link Checkpoint}. */
public final class Checkpoints {
  private Checkpoints() {}

  /** A checkpoint of float32 tensors made in memory; the arrays are not copied. */
  public static Checkpoint inMemory(Map<String, FloatTensor> tensors) {
    return new MemoryCheckpoint(tensors);
  }

  static boolean isIndex(Path file) {
    return file.toString().endsWith(".index.json");
  }

  /**
   * Opens a safetensors file, an index ({@code *.index.json}) with its shards, or a directory.
   *
   * <p>In a directory {@code model.safetensors} goes before {@code model.safetensors.index.json},
   * as in transformers.
   *
   * @throws WeightsException when there is no checkpoint, or when anything about it is malformed
   */
  public static Checkpoint open(Path path) {
    Path file = Files.isDirectory(path) ? CheckpointDirectory.find(path) : path;
    return isIndex(file) ? ShardedCheckpoint.open(file) : SafetensorsFile.open(file);
  }
}
