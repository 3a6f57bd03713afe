package vitrine.kernels;

import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Whether a backend computes about as fast as it should.
 *
 * <p>A JVM that first compiles the vector kernels by its quick compiler, busy with other things,
 * may leave them there for good, 60 to 140 times slower and without a word. One product, timed,
 * shows it.
 *
 * @param gflops the best of many products, in 10^9 floating-point operations a second
 * @param floor what a backend that works exceeds on any machine
 */
public record SelfCheck(double gflops, double floor) {
  /** Long enough to be compiled while everything else at a start is. */
  private static final long PATIENCE_NANOS = 6_000_000_000L;

  /** Without a better time for so long, the JVM is done with the kernels. */
  private static final long SETTLED_NANOS = 500_000_000L;

  /** Options with which kernels are slow, whatever else is given. */
  private static final List<String> SLOW =
      List.of(
          "-Xint",
          "-XX:TieredStopAtLevel=",
          "-XX:CompilationMode=quick-only",
          "-XX:UseAVX=0",
          "-XX:UseSSE=",
          "-XX:-EnableVectorSupport",
          "-XX:MaxVectorSize=");

  private static final int ROWS = 48;
  private static final int SIZE = 384;

  /** Times products of (48,384) with (384,384) on the backend: a second or two when all is well. */
  public static SelfCheck run(Kernels kernels, double floor) {
    float[] ones = new float[SIZE * SIZE];
    Arrays.fill(ones, 1);
    long start = System.nanoTime();
    long best = Long.MAX_VALUE;
    try (Workspace workspace = kernels.workspace()) {
      Weight w =
          kernels.pack(workspace, MemorySegment.ofArray(ones), SIZE, SIZE, Weight.Layout.IN_OUT);
      Tensor x = workspace.allocate(ROWS, SIZE);
      kernels.fill(x, 1);
      Tensor out = workspace.allocate(ROWS, SIZE);
      long now = start;
      long improved = start;
      while (now - start < PATIENCE_NANOS
          && (gflops(best) < floor || now - improved < SETTLED_NANOS)) {
        long begin = System.nanoTime();
        kernels.linear(x, w, null, Activation.IDENTITY, out);
        now = System.nanoTime();
        if (now - begin < 0.95 * best) {
          improved = now;
        }
        best = Math.min(best, now - begin);
      }
      if (out.get(ROWS - 1, SIZE - 1) != SIZE) {
        throw new IllegalStateException(
            "self-check: a sum of " + SIZE + " ones: " + out.get(ROWS - 1, SIZE - 1));
      }
    }
    return new SelfCheck(gflops(best), floor);
  }

  private static double gflops(long nanos) {
    return 2.0 * ROWS * SIZE * SIZE / nanos;
  }

  public boolean passed() {
    return gflops >= floor;
  }

  /** One line for people, with the cure where one is needed. */
  public String summary() {
    String speed = String.format(Locale.ROOT, "%.3g GFLOP/s", gflops);
    return passed()
        ? speed
        : String.format(
            Locale.ROOT,
            "WARNING: %s; expected at least %.0f: %s",
            speed,
            floor,
            cure(
                System.getProperty("java.vm.info", ""),
                ManagementFactory.getRuntimeMXBean().getInputArguments()));
  }

  /**
   * What is wrong with the JVM, and what to do.
   *
   * @param mode what the JVM says of how it runs, as {@code java -version} shows it
   * @param options that the JVM was started with
   */
  static String cure(String mode, List<String> options) {
    // Of an option given twice, the last counts.
    for (String option : options.reversed()) {
      if (SLOW.stream().anyMatch(option::startsWith)) {
        return "the JVM was told to compile less well; start java without " + option;
      }
    }
    if (mode.contains("interpreted")) {
      return "the JVM compiles nothing; start java without -Xint";
    }
    if (mode.contains("emulated-client")) {
      return "the JVM's optimizing compiler is off; start java without -XX:TieredStopAtLevel";
    }
    // Leaves the quick compiler out. Not the default: docs/adr/0013.
    return "the JVM has not compiled the kernels; start java with -XX:CompilationMode=high-only";
  }
}
