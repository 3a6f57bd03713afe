package vitrine.engine.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import vitrine.engine.InputException;

/** Reads what an open {@code .npy} file holds. */
final class NpyReader {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int LONGEST_HEADER = 1 << 20;
  private static final int CHUNK = 1 << 16;

  private final Path file;
  private final FileChannel channel;

  NpyReader(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /** The elements as float32. */
  NpyArray floats() throws IOException {
    NpyHeader header = start();
    float[] stored = values(header);
    if (header.layout() == NpyHeader.Layout.ROW_MAJOR) {
      return new NpyArray(shape(header), stored);
    }
    int[] places = places(shape(header), stored.length);
    float[] values = new float[stored.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = stored[places[i]];
    }
    return new NpyArray(shape(header), values);
  }

  /** The elements as float64. */
  NpyDoubles doubles() throws IOException {
    NpyHeader header = start();
    double[] stored = wideValues(header);
    if (header.layout() == NpyHeader.Layout.ROW_MAJOR) {
      return new NpyDoubles(shape(header), stored);
    }
    int[] places = places(shape(header), stored.length);
    double[] values = new double[stored.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = stored[places[i]];
    }
    return new NpyDoubles(shape(header), values);
  }

  private static long[] shape(NpyHeader header) {
    return header.shape().stream().mapToLong(Long::longValue).toArray();
  }

  /** All that stands before the elements, checked against the size of the file. */
  private NpyHeader start() throws IOException {
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
    return header;
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

  private float[] values(NpyHeader header) throws IOException {
    int size = header.size().orElseThrow().intValue();
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

  private double[] wideValues(NpyHeader header) throws IOException {
    int size = header.size().orElseThrow().intValue();
    double[] values = new double[size];
    int width = header.width();
    for (int done = 0; done < size; ) {
      int count = Math.min(CHUNK, size - done);
      ByteBuffer bytes = bytes(count * width, "its data").order(header.byteOrder());
      for (int i = 0; i < count; i++) {
        values[done + i] = wideElement(bytes, i * width, header);
      }
      done += count;
    }
    return values;
  }

  /** Of eight-byte integers the nearest double; all else fits. */
  private static double wideElement(ByteBuffer bytes, int at, NpyHeader header) {
    if (header.width() < Long.BYTES) {
      return header.kind() == NpyHeader.Kind.SIGNED && header.width() == Integer.BYTES
          ? bytes.getInt(at)
          : header.kind() == NpyHeader.Kind.UNSIGNED && header.width() == Integer.BYTES
              ? bytes.getInt(at) & 0xFFFFFFFFL
              : element(bytes, at, header);
    }
    return switch (header.kind()) {
      case FLOAT -> bytes.getDouble(at);
      case SIGNED -> bytes.getLong(at);
      case UNSIGNED, BOOLEAN -> {
        long value = bytes.getLong(at);
        // Halving keeps the last bit sticky, so that rounding stays to the nearest.
        yield value >= 0 ? value : ((value >>> 1) | (value & 1)) * 2.0;
      }
    };
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

  /** Where the elements stand, row by row, when the first axis varies fastest. */
  private static int[] places(long[] shape, int size) {
    int[] places = new int[size];
    long[] strides = new long[shape.length];
    long stride = 1;
    for (int axis = 0; axis < shape.length; axis++) {
      strides[axis] = stride;
      stride *= shape[axis];
    }
    long[] at = new long[shape.length];
    long from = 0;
    for (int i = 0; i < size; i++) {
      places[i] = (int) from;
      for (int axis = shape.length - 1; axis >= 0; axis--) {
        from += strides[axis];
        if (++at[axis] < shape[axis]) {
          break;
        }
        from -= strides[axis] * shape[axis];
        at[axis] = 0;
      }
    }
    return places;
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
