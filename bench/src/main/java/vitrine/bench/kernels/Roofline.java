package vitrine.bench.kernels;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What the machine can do at most: the two lines of the roof. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Roofline {
  private static final VectorSpecies<Float> LANES = FloatVector.SPECIES_PREFERRED;
  private static final int STEPS = 4096;

  /** Independent sums: enough for two units that take four cycles a sum, and for as many spare. */
  private static final int SUMS = 12;

  /** Larger than any cache: 64 MiB an array. */
  private static final int LENGTH = 1 << 24;

  static final double FMA_FLOPS = 2.0 * STEPS * SUMS * LANES.length();
  static final double COPY_BYTES = 2.0 * Float.BYTES * LENGTH;
  static final double TRIAD_BYTES = 3.0 * Float.BYTES * LENGTH;

  /** Arrays of a thread of its own. */
  @State(Scope.Thread)
  public static class Arrays {
    private final Arena arena = Arena.ofConfined();
    final MemorySegment a = arena.allocate((long) LENGTH * Float.BYTES, 64);
    final MemorySegment b = arena.allocate((long) LENGTH * Float.BYTES, 64);
    final MemorySegment c = arena.allocate((long) LENGTH * Float.BYTES, 64);

    /** Touches every page. */
    @Setup
    public void fill() {
      a.fill((byte) 1);
      b.fill((byte) 1);
      c.fill((byte) 1);
    }

    @TearDown
    public void free() {
      arena.close();
    }
  }

  /** Multiplications with additions in registers, nothing else. */
  @Benchmark
  public float fma() {
    FloatVector x = FloatVector.broadcast(LANES, 0.999f);
    FloatVector y = FloatVector.broadcast(LANES, 0.001f);
    FloatVector s0 = x;
    FloatVector s1 = x;
    FloatVector s2 = x;
    FloatVector s3 = x;
    FloatVector s4 = x;
    FloatVector s5 = x;
    FloatVector s6 = x;
    FloatVector s7 = x;
    FloatVector s8 = x;
    FloatVector s9 = x;
    FloatVector s10 = x;
    FloatVector s11 = x;
    for (int step = 0; step < STEPS; step++) {
      s0 = s0.fma(x, y);
      s1 = s1.fma(x, y);
      s2 = s2.fma(x, y);
      s3 = s3.fma(x, y);
      s4 = s4.fma(x, y);
      s5 = s5.fma(x, y);
      s6 = s6.fma(x, y);
      s7 = s7.fma(x, y);
      s8 = s8.fma(x, y);
      s9 = s9.fma(x, y);
      s10 = s10.fma(x, y);
      s11 = s11.fma(x, y);
    }
    FloatVector low = s0.add(s1).add(s2).add(s3).add(s4).add(s5);
    FloatVector high = s6.add(s7).add(s8).add(s9).add(s10).add(s11);
    return low.add(high).lane(0);
  }

  /** a = b. */
  @Benchmark
  public MemorySegment copy(Arrays arrays) {
    return arrays.a.copyFrom(arrays.b);
  }

  /** a = b + s c (McCalpin 1995). */
  @Benchmark
  public float triad(Arrays arrays) {
    FloatVector s = FloatVector.broadcast(LANES, 3);
    for (long i = 0; i < (long) LENGTH * Float.BYTES; i += LANES.vectorByteSize()) {
      FloatVector b = FloatVector.fromMemorySegment(LANES, arrays.b, i, ByteOrder.nativeOrder());
      FloatVector c = FloatVector.fromMemorySegment(LANES, arrays.c, i, ByteOrder.nativeOrder());
      c.fma(s, b).intoMemorySegment(arrays.a, i, ByteOrder.nativeOrder());
    }
    return 0;
  }
}
