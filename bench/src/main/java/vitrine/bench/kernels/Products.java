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
import vitrine.kernels.Into;
import vitrine.kernels.Precision;
import vitrine.kernels.Tensor;
import vitrine.kernels.Weight;

/** Products of rows with a matrix, and their gradients. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@SuppressWarnings("NullAway.Init") // JMH calls the set-up
public class Products {
  /** Rows x in x out: those of BERT-base and GPT-2, a decoded token's, and the vocabulary. */
  @Param({
    "1x768x768",
    "1x768x3072",
    "1x3072x768",
    "1x768x50257",
    "128x768x768",
    "128x768x3072",
    "128x3072x768",
    "1024x768x768",
    "1024x768x3072",
    "1024x3072x768",
    "1024x768x50257"
  })
  public String shape;

  private Machinery machinery;
  private Weight w;
  private Weight bf16;
  private Weight int8;
  private Weight dW;
  private Tensor x;
  private Tensor dX;
  private Tensor out;

  /** Allocates all of it. */
  @Setup
  public void fill(Machinery with) {
    machinery = with;
    int[] sizes = Cost.sizes(shape);
    w = with.weight(sizes[1], sizes[2], Precision.F32);
    bf16 = with.weight(sizes[1], sizes[2], Precision.BF16);
    int8 = with.weight(sizes[1], sizes[2], Precision.INT8);
    dW = with.zeros(w);
    x = with.random(sizes[0], sizes[1]);
    dX = with.empty(sizes[0], sizes[1]);
    out = with.random(sizes[0], sizes[2]);
  }

  @Benchmark
  public void forward() {
    machinery.kernels().linear(x, w, null, Activation.IDENTITY, out);
  }

  @Benchmark
  public void forwardBf16() {
    machinery.kernels().linear(x, bf16, null, Activation.IDENTITY, out);
  }

  @Benchmark
  public void forwardInt8() {
    machinery.kernels().linear(x, int8, null, Activation.IDENTITY, out);
  }

  @Benchmark
  public void dX() {
    machinery.kernels().linearBackwardInput(out, w, Into.REPLACE, dX);
  }

  @Benchmark
  public void dW() {
    machinery.kernels().linearBackwardWeight(x, out, dW);
  }
}
