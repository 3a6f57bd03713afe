package vitrine.bench.kernels;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import vitrine.kernels.Activation;
import vitrine.kernels.AdamStep;
import vitrine.kernels.Tensor;

/** What is done row by row or element by element: memory's speed is its roof. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@SuppressWarnings("NullAway.Init") // JMH calls the set-up
public class RowOps {
  private static final AdamStep STEP = new AdamStep(1e-4f, 0.9f, 0.999f, 1e-8f, 0.01f, 10, 1);
  private static final float EPS = 1e-5f;

  /** Rows x columns: of activations in a cache, and of more than any cache holds. */
  @Param({"128x3072", "8192x3072"})
  public String shape;

  private Machinery machinery;
  private Tensor x;
  private Tensor dOut;
  private Tensor out;
  private Tensor m;
  private Tensor v;
  private Tensor gamma;
  private Tensor beta;

  /** Allocates all of it. */
  @Setup
  public void fill(Machinery with) {
    machinery = with;
    int[] sizes = Cost.sizes(shape);
    x = with.random(sizes);
    dOut = with.random(sizes);
    out = with.empty(sizes);
    m = with.random(sizes);
    v = with.empty(sizes);
    machinery.kernels().fill(v, 1);
    gamma = with.random(sizes[1]);
    beta = with.random(sizes[1]);
  }

  @Benchmark
  public void layerNorm() {
    machinery.kernels().layerNorm(x, gamma, beta, EPS, out);
  }

  @Benchmark
  public void layerNormBackward() {
    machinery.kernels().layerNormBackward(x, gamma, EPS, dOut, out, null, null);
  }

  @Benchmark
  public void softmax() {
    machinery.kernels().softmax(x, out);
  }

  @Benchmark
  public void gelu() {
    machinery.kernels().activate(x, Activation.GELU, out);
  }

  @Benchmark
  public void geluTanh() {
    machinery.kernels().activate(x, Activation.GELU_TANH, out);
  }

  @Benchmark
  public void geluTanhBackward() {
    machinery.kernels().activateBackward(x, Activation.GELU_TANH, dOut, out);
  }

  @Benchmark
  public void adamW() {
    machinery.kernels().adamW(x, dOut, m, v, STEP);
  }
}
