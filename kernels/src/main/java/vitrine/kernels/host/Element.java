package vitrine.kernels.host;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** How one number lies in memory, in native order and from any address. */
public enum Element {
  /** What every backend computes on. */
  FLOAT32(Float.BYTES),
  /**
   * For plain loops only, where a gradient is to be held against differences of results: those are
   * lost in the rounding of 24 bits.
   */
  FLOAT64(Double.BYTES);

  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED;

  private final int bytes;

  Element(int bytes) {
    this.bytes = bytes;
  }

  /** Of one number. */
  int bytes() {
    return bytes;
  }

  double get(MemorySegment x, long index) {
    return this == FLOAT32 ? x.getAtIndex(FLOAT, index) : x.getAtIndex(DOUBLE, index);
  }

  /** Rounds, if need be. */
  void set(MemorySegment x, long index, double value) {
    if (this == FLOAT32) {
      x.setAtIndex(FLOAT, index, (float) value);
    } else {
      x.setAtIndex(DOUBLE, index, value);
    }
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
