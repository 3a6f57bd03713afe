package vitrine.weights;

import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.Set;

/**
 * Named tensors, read when asked for: one file, the shards of a directory, or numbers made in
 * memory.
 *
 * <p>Everything may be called from several threads at once, {@link #close()} excepted. Reading
 * after it is an {@link IllegalStateException}; a name that is not there is a {@link
 * WeightsException}.
 */
public interface Checkpoint extends AutoCloseable {
  /** The tensors' names, in the order of their bytes (of the shards' names, then their bytes). */
  Set<String> names();

  /** What is known of a tensor without reading it. */
  TensorInfo info(String name);

  default boolean has(String name) {
    return names().contains(name);
  }

  /**
   * The free strings that whoever wrote the weights left with them, such as {@code format} = {@code
   * pt}.
   */
  Map<String, String> metadata();

  /**
   * Copies bytes of a tensor, as they are in the file (little-endian).
   *
   * @param offset the first byte wanted, counted from the tensor's first
   * @param to filled to its end
   */
  void readBytes(String name, long offset, MemorySegment to);

  /**
   * Decodes a whole tensor to float32 in native order. F32 is copied bit by bit; F16 and BF16 are
   * exact; F64 and integers are rounded to nearest, ties to even; BOOL is 0 or 1.
   *
   * @param to exactly 4 bytes an element
   * @throws WeightsException of kind NO_CONVERSION for a type that has no numbers here
   */
  default void readFloats(String name, MemorySegment to) {
    Decoder.of(this, name).floats(to);
  }

  /** A whole tensor as {@link #readFloats} decodes it. */
  default float[] floats(String name) {
    return Decoder.of(this, name).floats();
  }

  /** A whole tensor; every type with numbers but the 64-bit integers beyond 2^53 is exact. */
  default double[] doubles(String name) {
    return Decoder.of(this, name).doubles();
  }

  /**
   * A whole tensor of integers, exact. U64 is given in the long's 64 bits: see {@link
   * Long#toUnsignedString(long)}.
   *
   * @throws WeightsException of kind NO_CONVERSION for a type of floats, or one that has no numbers
   *     here
   */
  default long[] longs(String name) {
    return Decoder.of(this, name).longs();
  }

  /** A whole tensor's bytes, as they are in the file. */
  default byte[] rawBytes(String name) {
    return Decoder.of(this, name).bytes();
  }

  /**
   * The SHA-256, in hexadecimal, of all names, dtypes, shapes and bytes in the order of the names:
   * the same for the same tensors, however they are spread over files. Reads everything.
   */
  default String hash() {
    return ContentHash.of(this);
  }

  /** The size of all tensors' data in the file. */
  default long bytes() {
    return names().stream().mapToLong(name -> info(name).bytes()).sum();
  }

  @Override
  void close();
}
