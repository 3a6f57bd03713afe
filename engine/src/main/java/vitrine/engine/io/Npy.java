package vitrine.engine.io;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import vitrine.engine.InputException;
import vitrine.kernels.Tensor;
import vitrine.weights.AtomicFile;

/** Reads and writes numpy's {@code .npy} files (NEP 1, format versions 1.0, 2.0, 3.0). */
public final class Npy {
  private static final int CHUNK = 1 << 16;

  /** Gives the elements of an array to be written, piece by piece, in row-major order. */
  @FunctionalInterface
  public interface Source {
    /**
     * Puts elements {@code [offset, offset + length)} into {@code to[at..]}; as {@link
     * Tensor#download}.
     */
    void read(long offset, float[] to, int at, int length);
  }

  private Npy() {}

  // ---- writing ----

  /** Writes a tensor; see {@link #write(Path, long[], Source)}. */
  public static void write(Path file, Tensor tensor) {
    long[] shape = Arrays.stream(tensor.shape().toArray()).asLongStream().toArray();
    write(file, shape, tensor::download);
  }

  /**
   * Writes float32, little-endian, in C order, byte for byte as numpy does. The file appears whole
   * or not at all.
   *
   * @throws vitrine.weights.WeightsException when the file cannot be written, or the disk has no
   *     room for it
   */
  public static void write(Path file, long[] shape, Source source) {
    long size = 1;
    for (long length : shape) {
      size = Math.multiplyExact(size, length);
    }
    long elements = size;
    AtomicFile.requireRoom(file, size * Float.BYTES);
    AtomicFile.write(
        file,
        out -> {
          out.write(NpyHeader.bytes(shape));
          writeValues(out, elements, source);
        });
  }

  private static void writeValues(OutputStream out, long size, Source source) throws IOException {
    float[] piece = new float[(int) Math.min(CHUNK, size)];
    ByteBuffer bytes =
        ByteBuffer.allocate(piece.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (long offset = 0; offset < size; offset += piece.length) {
      int length = (int) Math.min(piece.length, size - offset);
      source.read(offset, piece, 0, length);
      bytes.asFloatBuffer().put(piece, 0, length);
      out.write(bytes.array(), 0, length * Float.BYTES);
    }
  }

  // ---- reading ----

  /**
   * Reads an array of floats, integers or booleans; each element becomes the nearest float32, and a
   * finite one that has none is refused.
   *
   * @throws InputException when the file is missing, not of the format, not of the size its header
   *     says, or too large for one Java array
   */
  public static NpyArray read(Path file) {
    return open(file, NpyReader::floats);
  }

  /**
   * As {@link #read}, with the digits of a double: float64 stays as it is.
   *
   * @throws InputException as there
   */
  public static NpyDoubles readDoubles(Path file) {
    return open(file, NpyReader::doubles);
  }

  /** Something that is read from the open file. */
  private interface Reading<T> {
    T of(NpyReader reader) throws IOException;
  }

  private static <T> T open(Path file, Reading<T> reading) {
    if (!Files.isRegularFile(file)) {
      throw new InputException("npy: " + file + ": no such file; expected an array file.");
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return reading.of(new NpyReader(file, channel));
    } catch (IOException failed) {
      throw new InputException(
          "npy: " + file + ": cannot be read: " + failed.getMessage() + "; expected an array file.",
          failed);
    }
  }
}
