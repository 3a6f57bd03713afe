package vitrine.bench.kernels;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import vitrine.kernels.Backends;
import vitrine.kernels.Kernels;
import vitrine.kernels.Precision;
import vitrine.kernels.Tensor;
import vitrine.kernels.Weight;
import vitrine.kernels.Workspace;

/** A backend with memory, and random tensors in it. */
@State(Scope.Benchmark)
@SuppressWarnings("NullAway.Init") // JMH sets parameters and calls the set-up
public class Machinery {
  /** Of the backend; the benchmark itself runs in one thread. */
  @Param({"1", "2"})
  public int threads;

  @Param("simd")
  public String backend;

  private final SplittableRandom random = new SplittableRandom(1);
  private Kernels kernels;
  private Workspace workspace;

  /** Opens what the parameters say. */
  @Setup
  public void open() {
    kernels = Backends.open(backend, threads, note -> {});
    workspace = kernels.workspace();
  }

  @TearDown
  public void close() {
    workspace.close();
    kernels.close();
  }

  Kernels kernels() {
    return kernels;
  }

  Tensor empty(int... dims) {
    return workspace.allocate(dims);
  }

  Tensor random(int... dims) {
    Tensor tensor = workspace.allocate(dims);
    try (Arena arena = Arena.ofConfined()) {
      Tensor uploaded = kernels.upload(workspace, tensor.shape(), numbers(arena, tensor));
      kernels.copy(uploaded, tensor);
      workspace.release(uploaded);
    }
    return tensor;
  }

  private MemorySegment numbers(Arena arena, Tensor like) {
    return numbers(arena, like.shape().size());
  }

  private MemorySegment numbers(Arena arena, long count) {
    MemorySegment values = arena.allocate(ValueLayout.JAVA_FLOAT, count);
    for (long i = 0; i < count; i++) {
      values.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) random.nextDouble(-1, 1));
    }
    return values;
  }

  Weight weight(int in, int out, Precision precision) {
    try (Arena arena = Arena.ofConfined()) {
      return kernels.pack(
          workspace, numbers(arena, (long) in * out), in, out, Weight.Layout.IN_OUT, precision);
    }
  }

  Weight zeros(Weight like) {
    return kernels.zeros(workspace, like);
  }
}
