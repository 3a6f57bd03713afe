package vitrine.tests.backends;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import vitrine.kernels.Activation;
import vitrine.kernels.AttentionMask;
import vitrine.kernels.Backends;
import vitrine.kernels.Kernels;
import vitrine.kernels.Region;
import vitrine.kernels.Shape;
import vitrine.kernels.Tensor;
import vitrine.kernels.Weight;
import vitrine.kernels.Workspace;

/**
 * A stand-in for a device: numbers lie scrambled in memory of its own, only uploads and downloads
 * pass the border, and both are counted. What it computes, {@code scalar} computes, on numbers
 * unscrambled for the length of one op.
 */
public final class OpaqueKernels implements Kernels {
  private static final int SCRAMBLE = 0x5bd1e995;

  private final Kernels inner = Backends.open("scalar", 1, note -> {});
  private final AtomicLong uploads = new AtomicLong();
  private final AtomicLong downloads = new AtomicLong();

  /** How many times the host has sent numbers. */
  public long uploads() {
    return uploads.get();
  }

  /** How many times the host has asked for numbers. */
  public long downloads() {
    return downloads.get();
  }

  @Override
  public String name() {
    return "opaque";
  }

  @Override
  public String description() {
    return "memory out of the host's reach (for tests)";
  }

  // ---- memory ----

  /** Numbers on the "device". */
  private final class OpaqueTensor implements Tensor {
    private final OpaqueWorkspace owner;
    private final Shape shape;
    private final int[] scrambled;
    private boolean released;

    OpaqueTensor(OpaqueWorkspace owner, Shape shape) {
      this.owner = owner;
      this.shape = shape;
      this.scrambled = new int[Math.toIntExact(shape.size())];
    }

    @Override
    public Shape shape() {
      return shape;
    }

    void requireAlive() {
      if (released || !owner.open) {
        throw new IllegalStateException(
            "tensor " + shape + ": used after it was " + (released ? "released" : "closed"));
      }
    }

    void write(int at, float value) {
      scrambled[at] = Float.floatToRawIntBits(value) ^ (SCRAMBLE + at);
    }

    float read(int at) {
      return Float.intBitsToFloat(scrambled[at] ^ (SCRAMBLE + at));
    }

    @Override
    public void download(long offset, float[] to, int at, int length) {
      requireAlive();
      downloads.incrementAndGet();
      for (int i = 0; i < length; i++) {
        to[at + i] = read(Math.toIntExact(offset) + i);
      }
    }
  }

  /** A matrix on the "device". */
  private final class OpaqueWeight implements Weight {
    private final Weight hidden;
    private final OpaqueWorkspace owner;

    OpaqueWeight(Weight hidden, OpaqueWorkspace owner) {
      this.hidden = hidden;
      this.owner = owner;
    }

    @Override
    public int in() {
      return hidden.in();
    }

    @Override
    public int out() {
      return hidden.out();
    }

    @Override
    public float[] toArray() {
      downloads.incrementAndGet();
      return hidden.toArray();
    }
  }

  /** Counts what is allocated; the garbage collector does the rest. */
  private final class OpaqueWorkspace implements Workspace {
    private final Workspace weights = inner.workspace();
    private long bytesInUse;
    private long peakBytes;
    private boolean open = true;

    OpaqueKernels backend() {
      return OpaqueKernels.this;
    }

    @Override
    public OpaqueTensor allocate(Shape shape) {
      if (!open) {
        throw new IllegalStateException("workspace: allocate: the workspace has been closed");
      }
      bytesInUse += shape.size() * Float.BYTES;
      peakBytes = Math.max(peakBytes, bytesInUse());
      return new OpaqueTensor(this, shape);
    }

    @Override
    public void release(Tensor tensor) {
      OpaqueTensor mine = own("release", tensor);
      if (!mine.owner.equals(this)) {
        throw new IllegalArgumentException("release: tensor of another workspace");
      }
      mine.released = true;
      bytesInUse -= mine.shape.size() * Float.BYTES;
    }

    @Override
    public long bytesInUse() {
      return bytesInUse + weights.bytesInUse();
    }

    @Override
    public long peakBytes() {
      return Math.max(peakBytes, bytesInUse());
    }

    @Override
    public void close() {
      open = false;
      bytesInUse = 0;
      weights.close();
    }
  }

  private OpaqueTensor own(String op, Tensor tensor) {
    if (tensor instanceof OpaqueTensor mine && mine.owner.backend().equals(this)) {
      mine.requireAlive();
      return mine;
    }
    throw new IllegalArgumentException(op + ": tensor " + tensor.shape() + " of another backend");
  }

  private Weight own(String op, Weight weight) {
    if (weight instanceof OpaqueWeight mine && mine.owner.backend().equals(this)) {
      return mine.hidden;
    }
    throw new IllegalArgumentException(op + ": weight of another backend");
  }

  private OpaqueWorkspace own(String op, Workspace workspace) {
    if (workspace instanceof OpaqueWorkspace mine && mine.backend().equals(this)) {
      return mine;
    }
    throw new IllegalArgumentException(op + ": workspace of another backend");
  }

  @Override
  public Workspace workspace() {
    return new OpaqueWorkspace();
  }

  @Override
  public Tensor upload(Workspace owner, Shape shape, MemorySegment values) {
    OpaqueTensor tensor = own("upload", owner).allocate(shape);
    uploads.incrementAndGet();
    for (int i = 0; i < tensor.scrambled.length; i++) {
      tensor.write(i, values.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i));
    }
    return tensor;
  }

  @Override
  public Weight pack(Workspace owner, MemorySegment values, int in, int out, Weight.Layout layout) {
    OpaqueWorkspace mine = own("pack", owner);
    uploads.incrementAndGet();
    return new OpaqueWeight(inner.pack(mine.weights, values, in, out, layout), mine);
  }

  // ---- how an op runs ----

  /** The tensors of one op, unscrambled where {@code scalar} can read them. */
  private final class Visit implements AutoCloseable {
    private final String op;
    private final Workspace workspace = inner.workspace();
    private final List<OpaqueTensor> outside = new ArrayList<>();
    private final List<Tensor> inside = new ArrayList<>();

    Visit(String op) {
      this.op = op;
    }

    /** The tensor inside; one that comes twice is one tensor there too. */
    Tensor in(Tensor tensor) {
      OpaqueTensor mine = own(op, tensor);
      int known = outside.indexOf(mine);
      if (known >= 0) {
        return inside.get(known);
      }
      float[] values = new float[mine.scrambled.length];
      for (int i = 0; i < values.length; i++) {
        values[i] = mine.read(i);
      }
      Tensor copy = inner.upload(workspace, mine.shape, values);
      outside.add(mine);
      inside.add(copy);
      return copy;
    }

    @Nullable Tensor maybe(@Nullable Tensor tensor) {
      return tensor == null ? null : in(tensor);
    }

    @Override
    public void close() {
      workspace.close();
    }

    void bringBack(Tensor result) {
      OpaqueTensor to = own(op, result);
      float[] values = in(result).toArray();
      for (int i = 0; i < values.length; i++) {
        to.write(i, values[i]);
      }
    }
  }

  private void run(String op, Tensor out, Consumer<Visit> body) {
    try (Visit visit = new Visit(op)) {
      body.accept(visit);
      visit.bringBack(out);
    }
  }

  // ---- the ops ----

  @Override
  public void copy(Tensor x, Tensor out) {
    run("copy", out, v -> inner.copy(v.in(x), v.in(out)));
  }

  @Override
  public void fill(Tensor x, float value) {
    run("fill", x, v -> inner.fill(v.in(x), value));
  }

  @Override
  public void scale(Tensor x, float factor, Tensor out) {
    run("scale", out, v -> inner.scale(v.in(x), factor, v.in(out)));
  }

  @Override
  public void add(Tensor a, Tensor b, Tensor out) {
    run("add", out, v -> inner.add(v.in(a), v.in(b), v.in(out)));
  }

  @Override
  public void slice(Tensor x, Region region, Tensor out) {
    run("slice", out, v -> inner.slice(v.in(x), region, v.in(out)));
  }

  @Override
  public void assign(Tensor x, Region region, Tensor values) {
    run("assign", x, v -> inner.assign(v.in(x), region, v.in(values)));
  }

  @Override
  public void meanOver(Tensor x, int axis, boolean[] counts, Tensor out) {
    run("meanOver", out, v -> inner.meanOver(v.in(x), axis, counts, v.in(out)));
  }

  @Override
  public void gather(Tensor table, int[] ids, Tensor out) {
    run("gather", out, v -> inner.gather(v.in(table), ids, v.in(out)));
  }

  @Override
  public void linear(Tensor x, Weight w, @Nullable Tensor bias, Activation activation, Tensor out) {
    Weight weight = own("linear", w);
    run("linear", out, v -> inner.linear(v.in(x), weight, v.maybe(bias), activation, v.in(out)));
  }

  @Override
  public void activate(Tensor x, Activation activation, Tensor out) {
    run("activate", out, v -> inner.activate(v.in(x), activation, v.in(out)));
  }

  @Override
  public void layerNorm(Tensor x, Tensor gamma, Tensor beta, float eps, Tensor out) {
    run("layerNorm", out, v -> inner.layerNorm(v.in(x), v.in(gamma), v.in(beta), eps, v.in(out)));
  }

  @Override
  public void addLayerNorm(Tensor a, Tensor b, Tensor gamma, Tensor beta, float eps, Tensor out) {
    run(
        "addLayerNorm",
        out,
        v -> inner.addLayerNorm(v.in(a), v.in(b), v.in(gamma), v.in(beta), eps, v.in(out)));
  }

  @Override
  public void layerNormScale(Tensor x, float eps, Tensor out) {
    run("layerNormScale", out, v -> inner.layerNormScale(v.in(x), eps, v.in(out)));
  }

  @Override
  public void layerNormNormalize(Tensor x, Tensor scale, Tensor out) {
    run("layerNormNormalize", out, v -> inner.layerNormNormalize(v.in(x), v.in(scale), v.in(out)));
  }

  @Override
  public void affine(Tensor x, Tensor gamma, Tensor beta, Tensor out) {
    run("affine", out, v -> inner.affine(v.in(x), v.in(gamma), v.in(beta), v.in(out)));
  }

  @Override
  public void attention(Tensor q, Tensor k, Tensor v, AttentionMask mask, float scale, Tensor out) {
    run(
        "attention",
        out,
        visit ->
            inner.attention(visit.in(q), visit.in(k), visit.in(v), mask, scale, visit.in(out)));
  }

  @Override
  public void attentionScores(Tensor q, Tensor k, AttentionMask mask, float scale, Tensor out) {
    run(
        "attentionScores",
        out,
        v -> inner.attentionScores(v.in(q), v.in(k), mask, scale, v.in(out)));
  }

  @Override
  public void softmax(Tensor x, Tensor out) {
    run("softmax", out, v -> inner.softmax(v.in(x), v.in(out)));
  }

  @Override
  public void attentionMix(Tensor pattern, Tensor v, Tensor out) {
    run(
        "attentionMix",
        out,
        visit -> inner.attentionMix(visit.in(pattern), visit.in(v), visit.in(out)));
  }

  @Override
  public void headResults(Tensor z, Weight w, Tensor out) {
    Weight weight = own("headResults", w);
    run("headResults", out, v -> inner.headResults(v.in(z), weight, v.in(out)));
  }

  @Override
  public void sumHeads(Tensor results, @Nullable Tensor bias, Tensor out) {
    run("sumHeads", out, v -> inner.sumHeads(v.in(results), v.maybe(bias), v.in(out)));
  }

  @Override
  public void crossEntropy(Tensor logits, int[] targets, Tensor out) {
    run("crossEntropy", out, v -> inner.crossEntropy(v.in(logits), targets, v.in(out)));
  }

  @Override
  public void close() {
    inner.close();
  }
}
