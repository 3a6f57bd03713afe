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

  /**
   * A checkpoint with its floats in another type, each rounded to the nearest, ties to even; its
   * integers stay as they are. It reads from the source, which must stay open and is not closed
   * with it, and is for going through once: it holds one tensor at a time.
   *
   * <p>Reading from it a number that is finite and has no finite F16 is a {@link WeightsException}
   * of kind NO_CONVERSION.
   *
   * @param dtype F16, BF16 or F32
   */
  public static Checkpoint rounded(Checkpoint source, DType dtype) {
    return new RoundedCheckpoint(source, dtype);
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
