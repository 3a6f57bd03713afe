package vitrine.engine.io;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import vitrine.engine.InputException;
import vitrine.kernels.Tensor;
import vitrine.weights.AtomicFile;

/** Reads and writes numpy's {@code .npy} files (NEP 1, format versions 1.0, 2.0, 3.0). */
public final class Npy {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int LONGEST_HEADER = 1 << 20;
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
    if (!Files.isRegularFile(file)) {
      throw new InputException("npy: " + file + ": no such file; expected an array file.");
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return new NpyReader(file, channel).read();
    } catch (IOException failed) {
      throw new InputException(
          "npy: " + file + ": cannot be read: " + failed.getMessage() + "; expected an array file.",
          failed);
    }
  }

  private static final class NpyReader {
    private final Path file;
    private final FileChannel channel;

    NpyReader(Path file, FileChannel channel) {
      this.file = file;
      this.channel = channel;
    }

    NpyArray read() throws IOException {
      ByteBuffer magic = bytes(8, "its first 8 bytes");
      byte[] start = new byte[MAGIC.length];
      magic.get(start);
      if (!Arrays.equals(start, MAGIC)) {
        throw wrong("not an .npy file", "the first bytes \\x93NUMPY");
      }
      int version = magic.get();
      int minor = magic.get();
      if (version < 1 || version > 3 || minor != 0) {
        throw wrong("format version " + version + "." + minor, "1.0, 2.0 or 3.0");
      }
      NpyHeader header = header(version);
      long size =
          header
              .size()
              .filter(elements -> elements <= Long.MAX_VALUE / header.width())
              .orElseThrow(() -> wrong("shape " + header.shape(), "one that a file can hold"));
      long left = channel.size() - channel.position();
      if (left != size * header.width()) {
        throw wrong(
            left + " bytes of data",
            size * header.width()
                + " for shape "
                + header.shape()
                + " of "
                + header.width()
                + " bytes each");
      }
      if (size > Integer.MAX_VALUE - 8) {
        throw wrong(size + " elements", "fewer than 2^31");
      }
      long[] shape = header.shape().stream().mapToLong(Long::longValue).toArray();
      float[] stored = values(header, (int) size);
      return new NpyArray(
          shape, header.layout() == NpyHeader.Layout.ROW_MAJOR ? stored : rowMajor(stored, shape));
    }

    private NpyHeader header(int version) throws IOException {
      ByteBuffer field = bytes(version == 1 ? 2 : 4, "the length of its header");
      long length = version == 1 ? field.getShort() & 0xFFFFL : field.getInt() & 0xFFFFFFFFL;
      if (length > LONGEST_HEADER) {
        throw wrong("a header of " + length + " bytes", "at most " + LONGEST_HEADER);
      }
      byte[] text = bytes((int) length, "its header of " + length + " bytes").array();
      try {
        return NpyHeader.parse(new String(text, StandardCharsets.ISO_8859_1));
      } catch (NpyHeader.Malformed bad) {
        throw new InputException("npy: " + file + ": " + bad.getMessage() + ".", bad);
      }
    }

    private float[] values(NpyHeader header, int size) throws IOException {
      float[] values = new float[size];
      int width = header.width();
      for (int done = 0; done < size; ) {
        int count = Math.min(CHUNK, size - done);
        ByteBuffer bytes = bytes(count * width, "its data").order(header.byteOrder());
        for (int i = 0; i < count; i++) {
          values[done + i] = element(bytes, i * width, header);
          if (Float.isInfinite(values[done + i]) && width == 8 && isFinite(bytes, i * width)) {
            throw wrong("element " + (done + i), "numbers that fit float32");
          }
        }
        done += count;
      }
      return values;
    }

    private static float element(ByteBuffer bytes, int at, NpyHeader header) {
      return switch (header.kind()) {
        case FLOAT ->
            switch (header.width()) {
              case 2 -> Float.float16ToFloat(bytes.getShort(at));
              case 4 -> bytes.getFloat(at);
              default -> (float) bytes.getDouble(at);
            };
        case SIGNED ->
            switch (header.width()) {
              case 1 -> bytes.get(at);
              case 2 -> bytes.getShort(at);
              case 4 -> bytes.getInt(at);
              default -> bytes.getLong(at);
            };
        case UNSIGNED ->
            switch (header.width()) {
              case 1 -> bytes.get(at) & 0xFF;
              case 2 -> bytes.getShort(at) & 0xFFFF;
              case 4 -> bytes.getInt(at) & 0xFFFFFFFFL;
              default -> unsigned(bytes.getLong(at));
            };
        case BOOLEAN -> bytes.get(at) == 0 ? 0 : 1;
      };
    }

    /** Of eight bytes: whether they are a finite double. */
    private static boolean isFinite(ByteBuffer bytes, int at) {
      return Double.isFinite(bytes.getDouble(at));
    }

    /** Halving keeps the last bit sticky, so that rounding to float32 stays to the nearest. */
    private static float unsigned(long value) {
      return value >= 0 ? value : ((value >>> 1) | (value & 1)) * 2f;
    }

    /** An array whose first axis varies fastest, with its last axis varying fastest. */
    private static float[] rowMajor(float[] stored, long[] shape) {
      float[] values = new float[stored.length];
      long[] strides = new long[shape.length];
      long stride = 1;
      for (int axis = 0; axis < shape.length; axis++) {
        strides[axis] = stride;
        stride *= shape[axis];
      }
      long[] at = new long[shape.length];
      long from = 0;
      for (int i = 0; i < values.length; i++) {
        values[i] = stored[(int) from];
        for (int axis = shape.length - 1; axis >= 0; axis--) {
          from += strides[axis];
          if (++at[axis] < shape[axis]) {
            break;
          }
          from -= strides[axis] * shape[axis];
          at[axis] = 0;
        }
      }
      return values;
    }

    /** The next bytes, little-endian. */
    private ByteBuffer bytes(int count, String what) throws IOException {
      ByteBuffer bytes = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
      while (bytes.hasRemaining()) {
        if (channel.read(bytes) < 0) {
          throw wrong("ends within " + what, "a whole .npy file");
        }
      }
      return bytes.flip();
    }

    private InputException wrong(String actual, String expected) {
      return new InputException("npy: " + file + ": " + actual + "; expected " + expected + ".");
    }
  }
}
