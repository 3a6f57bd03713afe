package vitrine.kernels.simd;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * All memory, at its addresses.
 *
 * <p>Kernels take addresses of tensors that were found alive when their op began, and reach memory
 * through this one constant. A segment passed as an argument costs the compiler many times as much
 * at every access, and once segments of other kinds have gone through the same methods anywhere in
 * the program (a heap segment in a copy, a mapped file), vectors are left boxed: products ran at 10
 * to 17 GFLOP/s instead of 100. See ADR 0017. What bounds there are, ops check before they begin.
 */
final class Memory {
  @SuppressWarnings("restricted") // the JVM wants --enable-native-access, or says so
  static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;

  private Memory() {}

  static float get(long at) {
    return ALL.get(FLOAT, at);
  }

  static byte getByte(long at) {
    return ALL.get(ValueLayout.JAVA_BYTE, at);
  }

  static short getShort(long at) {
    return ALL.get(ValueLayout.JAVA_SHORT, at);
  }

  static void set(long at, float value) {
    ALL.set(FLOAT, at, value);
  }

  static void copy(long from, long to, long bytes) {
    MemorySegment.copy(ALL, from, ALL, to, bytes);
  }

  /** Copies {@code n} floats into an array, from element {@code at} of it on. */
  static void copy(long from, int n, float[] to, int at) {
    MemorySegment.copy(ALL, FLOAT, from, to, at, n);
  }

  static void zero(long at, long bytes) {
    ALL.asSlice(at, bytes).fill((byte) 0);
  }
}
