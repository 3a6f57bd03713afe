package vitrine.kernels.host;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import vitrine.kernels.Precision;

/** How one number lies in memory, in native order and from any address. */
public enum Element {
  /** What every backend computes on. */
  FLOAT32(Float.BYTES),
  /**
   * For plain loops only, where a gradient is to be held against differences of results: those are
   * lost in the rounding of 24 bits.
   */
  FLOAT64(Double.BYTES),
  /** The upper half of a float32; in matrices only. */
  BFLOAT16(Short.BYTES),
  /** A whole number, to be scaled; in matrices only. */
  INT8(Byte.BYTES);

  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED;
  static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
  static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

  private final int bytes;

  Element(int bytes) {
    this.bytes = bytes;
  }

  /** What matrices of that precision are made of, on a backend whose tensors are made of this. */
  Element of(Precision precision) {
    return switch (precision) {
      case F32 -> this;
      case BF16 -> BFLOAT16;
      case INT8 -> INT8;
    };
  }

  /** What a matrix made of this has kept of its numbers. */
  Precision precision() {
    return switch (this) {
      case FLOAT32, FLOAT64 -> Precision.F32;
      case BFLOAT16 -> Precision.BF16;
      case INT8 -> Precision.INT8;
    };
  }

  /** Of one number. */
  int bytes() {
    return bytes;
  }

  double get(MemorySegment x, long index) {
    return switch (this) {
      case FLOAT32 -> x.getAtIndex(FLOAT, index);
      case FLOAT64 -> x.getAtIndex(DOUBLE, index);
      case BFLOAT16 -> Float.intBitsToFloat(x.getAtIndex(SHORT, index) << 16);
      case INT8 -> x.get(BYTE, index);
    };
  }

  /** Rounds, if need be. */
  void set(MemorySegment x, long index, double value) {
    switch (this) {
      case FLOAT32 -> x.setAtIndex(FLOAT, index, (float) value);
      case FLOAT64 -> x.setAtIndex(DOUBLE, index, value);
      case BFLOAT16 -> x.setAtIndex(SHORT, index, upperHalf((float) value));
      case INT8 -> x.set(BYTE, index, (byte) Math.rint(value));
    }
  }

  /**
   * A float32 rounded to its upper 16 bits, to the nearest, ties to even. What is beyond the
   * largest becomes infinite, as in float32 itself; NaN stays NaN.
   */
  static short upperHalf(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      return (short) ((bits >>> 16) | (1 << 6)); // quiet: its upper half alone may be infinity's
    }
    int tie = (bits >>> 16) & 1;
    return (short) ((bits + 0x7fff + tie) >>> 16);
  }

  /**
   * {@code to[toAt + i] = from[at + i]} for i below n, {@code from} having elements of this kind.
   */
  void copy(MemorySegment from, long at, Element kind, MemorySegment to, long toAt, long n) {
    if (kind == this) {
      MemorySegment.copy(from, at * bytes, to, toAt * bytes, n * bytes);
    } else {
      for (long i = 0; i < n; i++) {
        move(from, at + i, kind, to, toAt + i);
      }
    }
  }

  /** {@code to[toAt] = from[at]}. */
  void move(MemorySegment from, long at, Element kind, MemorySegment to, long toAt) {
    if (this == FLOAT32 && kind == FLOAT32) {
      to.setAtIndex(FLOAT, toAt, from.getAtIndex(FLOAT, at)); // all its bits, NaN's too
    } else {
      kind.set(to, toAt, get(from, at));
    }
  }
}
