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
import vitrine.kernels.AttentionMask;
import vitrine.kernels.AttentionMask.Causality;
import vitrine.kernels.Tensor;

/** Attention of 12 heads of 64. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@SuppressWarnings("NullAway.Init") // JMH calls the set-up
public class Attentions {
  static final int HEADS = 12;
  static final int WIDTH = 64;
  private static final float SCALE = 0.125f;

  /** Batch x positions. */
  @Param({"1x128", "8x128", "1x512", "1x1024"})
  public String shape;

  @Param({"BIDIRECTIONAL", "CAUSAL"})
  public Causality causality;

  private Machinery machinery;
  private AttentionMask mask;
  private Tensor q;
  private Tensor k;
  private Tensor v;
  private Tensor out;
  private Tensor dQ;
  private Tensor dK;
  private Tensor dV;

  /** Allocates all of it. */
  @Setup
  public void fill(Machinery with) {
    machinery = with;
    int[] sizes = Cost.sizes(shape);
    int[] dims = {sizes[0], sizes[1], HEADS, WIDTH};
    mask = new AttentionMask(sizes[0], sizes[1], sizes[1], causality, null);
    q = with.random(dims);
    k = with.random(dims);
    v = with.random(dims);
    out = with.random(dims);
    dQ = with.empty(dims);
    dK = with.empty(dims);
    dV = with.empty(dims);
  }

  @Benchmark
  public void forward() {
    machinery.kernels().attention(q, k, v, mask, SCALE, out);
  }

  @Benchmark
  public void backward() {
    machinery.kernels().attentionBackward(q, k, v, mask, SCALE, out, dQ, dK, dV);
  }
}
