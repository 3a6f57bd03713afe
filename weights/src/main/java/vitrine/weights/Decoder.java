package vitrine.weights;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import vitrine.weights.WeightsException.Kind;

/**
 * Turns one tensor's little-endian bytes into Java's numbers, a piece at a time, so that no second
 * copy of a large tensor is ever held.
 */
final class Decoder {
  /** A multiple of every element's size. */
  private static final int PIECE = 1 << 20;

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat NATIVE_FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final ValueLayout.OfDouble NATIVE_DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED;
  private static final ValueLayout.OfLong NATIVE_LONG = ValueLayout.JAVA_LONG_UNALIGNED;

  /** Decodes {@code count} elements at the start of {@code from} into the start of {@code to}. */
  private interface Piece {
    void decode(MemorySegment from, MemorySegment to, int count);
  }

  private final Checkpoint source;
  private final TensorInfo tensor;
  private final long elements;

  private Decoder(Checkpoint source, TensorInfo tensor) {
    this.source = source;
    this.tensor = tensor;
    this.elements = tensor.elements();
  }

  static Decoder of(Checkpoint source, String name) {
    return new Decoder(source, source.info(name));
  }

  byte[] bytes() {
    byte[] values = new byte[arrayLength(tensor.bytes(), Byte.BYTES)];
    source.readBytes(tensor.name(), 0, MemorySegment.ofArray(values));
    return values;
  }

  float[] floats() {
    requireNumbers("float");
    float[] values = new float[arrayLength(elements, Float.BYTES)];
    floats(MemorySegment.ofArray(values));
    return values;
  }

  void floats(MemorySegment to) {
    requireNumbers("float");
    if (to.byteSize() != Math.multiplyExact(elements, Float.BYTES)) {
      throw new IllegalArgumentException(
          "read tensor: %s: a segment of %d bytes; expected %d"
              .formatted(Quote.of(tensor.name()), to.byteSize(), elements * Float.BYTES));
    }
    if (tensor.dtype() == DType.F32 && ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN) {
      source.readBytes(tensor.name(), 0, to);
    } else {
      pieces(to, Float.BYTES, this::decodeFloats);
    }
  }

  double[] doubles() {
    requireNumbers("double");
    double[] values = new double[arrayLength(elements, Double.BYTES)];
    pieces(MemorySegment.ofArray(values), Double.BYTES, this::decodeDoubles);
    return values;
  }

  long[] longs() {
    if (tensor.dtype().kind() != DType.Kind.INTEGER) {
      throw noConversion("long");
    }
    long[] values = new long[arrayLength(elements, Long.BYTES)];
    pieces(MemorySegment.ofArray(values), Long.BYTES, this::decodeLongs);
    return values;
  }

  private void pieces(MemorySegment to, int width, Piece piece) {
    int size = tensor.dtype().bits() / 8;
    MemorySegment scratch = MemorySegment.ofArray(new byte[(int) Math.min(PIECE, tensor.bytes())]);
    int most = PIECE / size;
    for (long done = 0; done < elements; done += most) {
      int count = (int) Math.min(most, elements - done);
      MemorySegment from = scratch.asSlice(0, (long) count * size);
      source.readBytes(tensor.name(), done * size, from);
      piece.decode(from, to.asSlice(done * width, (long) count * width), count);
    }
  }

  private void decodeFloats(MemorySegment from, MemorySegment to, int count) {
    switch (tensor.dtype()) {
      case F32 -> MemorySegment.copy(from, FLOAT, 0, to, NATIVE_FLOAT, 0, count);
      case F16 -> {
        for (int i = 0; i < count; i++) {
          to.setAtIndex(NATIVE_FLOAT, i, Float.float16ToFloat(from.getAtIndex(SHORT, i)));
        }
      }
      case BF16 -> {
        // As an int: the payload of a NaN stays as it is.
        for (int i = 0; i < count; i++) {
          to.setAtIndex(ValueLayout.JAVA_INT_UNALIGNED, i, from.getAtIndex(SHORT, i) << 16);
        }
      }
      case F64 -> {
        for (int i = 0; i < count; i++) {
          to.setAtIndex(NATIVE_FLOAT, i, (float) Double.longBitsToDouble(from.getAtIndex(LONG, i)));
        }
      }
      case U64 -> {
        for (int i = 0; i < count; i++) {
          to.setAtIndex(NATIVE_FLOAT, i, unsignedToFloat(from.getAtIndex(LONG, i)));
        }
      }
      case BOOL, U8, I8, U16, I16, U32, I32, I64 -> {
        for (int i = 0; i < count; i++) {
          to.setAtIndex(NATIVE_FLOAT, i, (float) integer(from, i));
        }
      }
      case F4, F6_E2M3, F6_E3M2, F8_E5M2, F8_E4M3, F8_E8M0, F8_E4M3FNUZ, F8_E5M2FNUZ, C64 ->
          throw noConversion("float");
    }
  }

  private void decodeDoubles(MemorySegment from, MemorySegment to, int count) {
    switch (tensor.dtype()) {
      case F32 -> {
        for (int i = 0; i < count; i++) {
          to.setAtIndex(NATIVE_DOUBLE, i, from.getAtIndex(FLOAT, i));
        }
      }
      case F16 -> {
        for (int i = 0; i < count; i++) {
          to.setAtIndex(NATIVE_DOUBLE, i, Float.float16ToFloat(from.getAtIndex(SHORT, i)));
        }
      }
      case BF16 -> {
        for (int i = 0; i < count; i++) {
          to.setAtIndex(NATIVE_DOUBLE, i, Float.intBitsToFloat(from.getAtIndex(SHORT, i) << 16));
        }
      }
      case F64 -> {
        for (int i = 0; i < count; i++) {
          to.setAtIndex(NATIVE_LONG, i, from.getAtIndex(LONG, i));
        }
      }
      case U64 -> {
        for (int i = 0; i < count; i++) {
          to.setAtIndex(NATIVE_DOUBLE, i, unsignedToDouble(from.getAtIndex(LONG, i)));
        }
      }
      case BOOL, U8, I8, U16, I16, U32, I32, I64 -> {
        for (int i = 0; i < count; i++) {
          to.setAtIndex(NATIVE_DOUBLE, i, (double) integer(from, i));
        }
      }
      case F4, F6_E2M3, F6_E3M2, F8_E5M2, F8_E4M3, F8_E8M0, F8_E4M3FNUZ, F8_E5M2FNUZ, C64 ->
          throw noConversion("double");
    }
  }

  private void decodeLongs(MemorySegment from, MemorySegment to, int count) {
    for (int i = 0; i < count; i++) {
      to.setAtIndex(NATIVE_LONG, i, integer(from, i));
    }
  }

  /** One element of an integer type; U64 in the long's bits. */
  private long integer(MemorySegment from, long i) {
    return switch (tensor.dtype()) {
      case BOOL -> from.get(JAVA_BYTE, i) == 0 ? 0 : 1;
      case U8 -> Byte.toUnsignedLong(from.get(JAVA_BYTE, i));
      case I8 -> from.get(JAVA_BYTE, i);
      case U16 -> Short.toUnsignedLong(from.getAtIndex(SHORT, i));
      case I16 -> from.getAtIndex(SHORT, i);
      case U32 -> Integer.toUnsignedLong(from.getAtIndex(INT, i));
      case I32 -> from.getAtIndex(INT, i);
      case I64, U64 -> from.getAtIndex(LONG, i);
      case F4,
          F6_E2M3,
          F6_E3M2,
          F8_E5M2,
          F8_E4M3,
          F8_E8M0,
          F8_E4M3FNUZ,
          F8_E5M2FNUZ,
          F16,
          BF16,
          F32,
          C64,
          F64 ->
          throw noConversion("long");
    };
  }

  /**
   * Halved with the lost bit kept as a sticky one, so that the only rounding is the conversion's
   * own.
   */
  private static float unsignedToFloat(long bits) {
    return bits >= 0 ? (float) bits : (float) ((bits >>> 1) | (bits & 1)) * 2;
  }

  private static double unsignedToDouble(long bits) {
    return bits >= 0 ? (double) bits : (double) ((bits >>> 1) | (bits & 1)) * 2;
  }

  private void requireNumbers(String wanted) {
    if (tensor.dtype().kind() == DType.Kind.OPAQUE) {
      throw noConversion(wanted);
    }
  }

  private WeightsException noConversion(String wanted) {
    return new WeightsException(
        Kind.NO_CONVERSION,
        "read tensor: %s: %s cannot be decoded to %s; expected %s. Convert the checkpoint to another dtype first."
            .formatted(
                Quote.of(tensor.name()),
                tensor.dtype(),
                wanted,
                wanted.equals("long")
                    ? "an integer type"
                    : "F16, BF16, F32, F64 or an integer type"));
  }

  /** Refuses before the JVM would: an array's limit, and the memory it was given. */
  private int arrayLength(long length, int width) {
    long memory = Runtime.getRuntime().maxMemory();
    if (length > Integer.MAX_VALUE - 8 || length > memory / width) {
      throw new WeightsException(
          Kind.TOO_LARGE,
          "read tensor: %s: shape %s needs an array of %d values; expected at most %d. Read it in pieces."
              .formatted(
                  Quote.of(tensor.name()),
                  Quote.plain(tensor.shape().toString()),
                  length,
                  Math.min(Integer.MAX_VALUE - 8, memory / width)));
    }
    return (int) length;
  }
}
