package vitrine.kernels.host;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import vitrine.kernels.Activation;
import vitrine.kernels.AttentionMask;
import vitrine.kernels.Kernels;
import vitrine.kernels.Region;
import vitrine.kernels.Shape;
import vitrine.kernels.Tensor;
import vitrine.kernels.Weight;
import vitrine.kernels.Workspace;

/**
 * {@link Kernels} in host memory: owns the slabs, checks arguments, moves data, and hands sums to
 * an arithmetic.
 */
public final class HostKernels implements Kernels {
  private final String name;
  private final Arithmetic arithmetic;
  private final SlabPool pool = new SlabPool();

  /**
   * @param name the backend's, as given to {@code --backend}
   * @param arithmetic closed together with this
   */
  public HostKernels(String name, Arithmetic arithmetic) {
    this.name = name;
    this.arithmetic = arithmetic;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String description() {
    return arithmetic.description();
  }

  // ---- ownership ----

  /** The tensor as what it must be: one that this backend made. */
  HostTensor own(String op, String operand, Tensor tensor) {
    Objects.requireNonNull(tensor, operand);
    if (tensor instanceof HostTensor host && host.owner().backend() == this) {
      Objects.requireNonNull(host.memory()); // alive
      return host;
    }
    throw foreign(op, operand, tensor, tensor.shape());
  }

  /** The tensor to write, where the op cannot write over what it reads. */
  private HostTensor result(String op, Tensor out, Tensor... inputs) {
    HostTensor host = own(op, "out", out);
    for (Tensor input : inputs) {
      if (own(op, "input", input).memory().address() == host.memory().address()) {
        throw Checks.error(op, "out", "one of the inputs", "another tensor");
      }
    }
    return host;
  }

  private HostWeight own(String op, Weight weight) {
    Objects.requireNonNull(weight, "w");
    if (weight instanceof HostWeight host) {
      own(op, "w", host.panels());
      return host;
    }
    throw foreign(op, "w", weight, Shape.of(weight.in(), weight.out()));
  }

  private IllegalArgumentException foreign(String op, String operand, Object value, Shape shape) {
    return Checks.error(
        op,
        operand,
        value.getClass().getSimpleName() + " " + shape + " of another backend",
        "one made by this " + name + " backend");
  }

  private @Nullable HostTensor bias(String op, @Nullable Tensor bias, int columns) {
    if (bias == null) {
      return null;
    }
    Checks.shape(op, "bias", bias.shape(), columns);
    return own(op, "bias", bias);
  }

  // ---- memory ----

  @Override
  public Workspace workspace() {
    return new HostWorkspace(this, pool);
  }

  @Override
  public Tensor upload(Workspace owner, Shape shape, MemorySegment values) {
    long bytes = shape.size() * Float.BYTES;
    if (values.byteSize() < bytes) {
      throw Checks.error("upload", "values", values.byteSize() + " bytes", bytes + " for " + shape);
    }
    HostTensor tensor = mine("upload", owner).allocate(shape);
    MemorySegment.copy(values, 0, tensor.memory(), 0, bytes);
    return tensor;
  }

  @Override
  public Weight pack(Workspace owner, MemorySegment values, int in, int out, Weight.Layout layout) {
    long bytes = 4L * in * out;
    if (in < 1 || out < 1 || values.byteSize() < bytes) {
      throw Checks.error(
          "pack", "values", values.byteSize() + " bytes", bytes + " for " + Shape.of(in, out));
    }
    int width = arithmetic.panelWidth(out);
    int panels = (out + width - 1) / width;
    HostTensor storage = mine("pack", owner).allocate(Shape.of(panels, in, width));
    HostWeight weight = new HostWeight(in, out, width, storage);
    if (values.isAccessibleBy(new Thread())) {
      arithmetic.forEach(panels, p -> weight.fillPanel(p, values, layout));
    } else {
      for (int p = 0; p < panels; p++) {
        weight.fillPanel(p, values, layout);
      }
    }
    return weight;
  }

  private HostWorkspace mine(String op, Workspace owner) {
    if (owner instanceof HostWorkspace host && host.backend() == this) {
      return host;
    }
    throw Checks.error(
        op, "owner", owner.getClass().getSimpleName(), "a workspace of this " + name + " backend");
  }

  // ---- element-wise and boxes ----

  @Override
  public void copy(Tensor x, Tensor out) {
    Checks.sameSize("copy", "out", out.shape(), x.shape());
    MemorySegment.copy(
        own("copy", "x", x).memory(),
        0,
        own("copy", "out", out).memory(),
        0,
        x.shape().size() * Float.BYTES);
  }

  @Override
  public void fill(Tensor x, float value) {
    arithmetic.fill(own("fill", "x", x), value);
  }

  @Override
  public void scale(Tensor x, float factor, Tensor out) {
    Checks.shape("scale", "out", out.shape(), x.shape());
    arithmetic.scale(own("scale", "x", x), factor, own("scale", "out", out));
  }

  @Override
  public void add(Tensor a, Tensor b, Tensor out) {
    Checks.shape("add", "b", b.shape(), a.shape());
    Checks.shape("add", "out", out.shape(), a.shape());
    arithmetic.add(own("add", "a", a), own("add", "b", b), own("add", "out", out));
  }

  @Override
  public void slice(Tensor x, Region region, Tensor out) {
    Checks.shape("slice", "out", out.shape(), region.shape(x.shape()));
    Boxes.gather(own("slice", "x", x), region, own("slice", "out", out));
  }

  @Override
  public void assign(Tensor x, Region region, Tensor values) {
    Checks.shape("assign", "values", values.shape(), region.shape(x.shape()));
    Boxes.scatter(own("assign", "x", x), region, own("assign", "values", values));
  }

  @Override
  public void meanOver(Tensor x, int axis, boolean[] counts, Tensor out) {
    String op = "meanOver";
    Shape shape = x.shape();
    Checks.shape(op, "out", out.shape(), shape);
    if (axis < 1 || axis >= shape.rank()) {
      throw Checks.error(op, "axis", axis, "1 to " + (shape.rank() - 1) + " for " + shape);
    }
    if (counts.length != (long) shape.dim(0) * shape.dim(axis)) {
      throw Checks.error(
          op, "counts", counts.length, Shape.of(shape.dim(0), shape.dim(axis)) + " flags");
    }
    arithmetic.meanOver(own(op, "x", x), axis, counts, result(op, out, x));
  }

  // ---- layers ----

  @Override
  public void gather(Tensor table, int[] ids, Tensor out) {
    String op = "gather";
    Checks.hasRows(op, "table", table.shape());
    int width = table.shape().dim(-1);
    Checks.rowsOf(op, "out", out.shape(), ids.length, width);
    Checks.ids(op, "ids", ids, ids.length, table.shape().rows());
    for (int id : ids) {
      if (id < 0) {
        throw Checks.error(op, "ids", id, "0 to " + (table.shape().rows() - 1));
      }
    }
    MemorySegment from = own(op, "table", table).memory();
    MemorySegment to = own(op, "out", out).memory();
    long bytes = 4L * width;
    for (int i = 0; i < ids.length; i++) {
      MemorySegment.copy(from, ids[i] * bytes, to, i * bytes, bytes);
    }
  }

  @Override
  public void linear(Tensor x, Weight w, @Nullable Tensor bias, Activation activation, Tensor out) {
    String op = "linear";
    if (x.shape().size() % w.in() != 0) {
      throw Checks.error(op, "x", x.shape(), "rows of " + w.in());
    }
    Checks.rowsOf(op, "out", out.shape(), x.shape().size() / w.in(), w.out());
    arithmetic.linear(
        own(op, "x", x), own(op, w), bias(op, bias, w.out()), activation, result(op, out, x));
  }

  @Override
  public void activate(Tensor x, Activation activation, Tensor out) {
    Checks.shape("activate", "out", out.shape(), x.shape());
    arithmetic.activate(own("activate", "x", x), activation, own("activate", "out", out));
  }

  @Override
  public void layerNorm(Tensor x, Tensor gamma, Tensor beta, float eps, Tensor out) {
    String op = "layerNorm";
    parameters(op, x, gamma, beta);
    Checks.shape(op, "out", out.shape(), x.shape());
    arithmetic.layerNorm(
        own(op, "x", x), own(op, "gamma", gamma), own(op, "beta", beta), eps, own(op, "out", out));
  }

  @Override
  public void addLayerNorm(Tensor a, Tensor b, Tensor gamma, Tensor beta, float eps, Tensor out) {
    String op = "addLayerNorm";
    parameters(op, a, gamma, beta);
    Checks.shape(op, "b", b.shape(), a.shape());
    Checks.shape(op, "out", out.shape(), a.shape());
    arithmetic.addLayerNorm(
        own(op, "a", a),
        own(op, "b", b),
        own(op, "gamma", gamma),
        own(op, "beta", beta),
        eps,
        own(op, "out", out));
  }

  private static void parameters(String op, Tensor x, Tensor gamma, Tensor beta) {
    Checks.hasRows(op, "x", x.shape());
    Checks.shape(op, "gamma", gamma.shape(), x.shape().dim(-1));
    Checks.shape(op, "beta", beta.shape(), x.shape().dim(-1));
  }

  @Override
  public void layerNormScale(Tensor x, float eps, Tensor out) {
    String op = "layerNormScale";
    Checks.hasRows(op, "x", x.shape());
    Checks.onePerRow(op, "out", out.shape(), x.shape());
    arithmetic.layerNormScale(own(op, "x", x), eps, own(op, "out", out));
  }

  @Override
  public void layerNormNormalize(Tensor x, Tensor scale, Tensor out) {
    String op = "layerNormNormalize";
    Checks.hasRows(op, "x", x.shape());
    Checks.onePerRow(op, "scale", scale.shape(), x.shape());
    Checks.shape(op, "out", out.shape(), x.shape());
    arithmetic.layerNormNormalize(own(op, "x", x), own(op, "scale", scale), own(op, "out", out));
  }

  @Override
  public void affine(Tensor x, Tensor gamma, Tensor beta, Tensor out) {
    String op = "affine";
    parameters(op, x, gamma, beta);
    Checks.shape(op, "out", out.shape(), x.shape());
    arithmetic.affine(
        own(op, "x", x), own(op, "gamma", gamma), own(op, "beta", beta), own(op, "out", out));
  }

  // ---- attention ----

  @Override
  public void attention(Tensor q, Tensor k, Tensor v, AttentionMask mask, float scale, Tensor out) {
    String op = "attention";
    Checks.attend(op, "k", q.shape(), k.shape(), mask);
    Checks.attend(op, "v", q.shape(), v.shape(), mask);
    Checks.shape(op, "out", out.shape(), q.shape());
    arithmetic.attention(
        own(op, "q", q), own(op, "k", k), own(op, "v", v), mask, scale, result(op, out, q, k, v));
  }

  @Override
  public void attentionScores(Tensor q, Tensor k, AttentionMask mask, float scale, Tensor out) {
    String op = "attentionScores";
    Checks.attend(op, "k", q.shape(), k.shape(), mask);
    Checks.shape(
        op, "out", out.shape(), mask.batch(), q.shape().dim(2), mask.queries(), mask.keys());
    arithmetic.attentionScores(own(op, "q", q), own(op, "k", k), mask, scale, own(op, "out", out));
  }

  @Override
  public void softmax(Tensor x, Tensor out) {
    Checks.hasRows("softmax", "x", x.shape());
    Checks.shape("softmax", "out", out.shape(), x.shape());
    arithmetic.softmax(own("softmax", "x", x), own("softmax", "out", out));
  }

  @Override
  public void attentionMix(Tensor pattern, Tensor v, Tensor out) {
    String op = "attentionMix";
    Shape p = pattern.shape();
    Checks.rank(op, "pattern", p, 4);
    Checks.rank(op, "v", v.shape(), 4);
    Checks.room(op, "v", v.shape(), p.dim(0), p.dim(3), p.dim(1));
    Checks.shape(op, "out", out.shape(), p.dim(0), p.dim(2), p.dim(1), v.shape().dim(3));
    arithmetic.attentionMix(own(op, "pattern", pattern), own(op, "v", v), own(op, "out", out));
  }

  @Override
  public void headResults(Tensor z, Weight w, Tensor out) {
    String op = "headResults";
    Shape s = z.shape();
    Checks.rank(op, "z", s, 4);
    if (s.dim(2) * s.dim(3) != w.in()) {
      throw Checks.error(op, "z", s, "H*K = " + w.in() + " as the weight has rows");
    }
    Checks.shape(op, "out", out.shape(), s.dim(0), s.dim(1), s.dim(2), w.out());
    arithmetic.headResults(own(op, "z", z), own(op, w), own(op, "out", out));
  }

  @Override
  public void sumHeads(Tensor results, @Nullable Tensor bias, Tensor out) {
    String op = "sumHeads";
    Shape s = results.shape();
    Checks.rank(op, "results", s, 4);
    Checks.shape(op, "out", out.shape(), s.dim(0), s.dim(1), s.dim(3));
    arithmetic.sumHeads(own(op, "results", results), bias(op, bias, s.dim(3)), own(op, "out", out));
  }

  // ---- losses ----

  @Override
  public void crossEntropy(Tensor logits, int[] targets, Tensor out) {
    String op = "crossEntropy";
    Checks.hasRows(op, "logits", logits.shape());
    Checks.ids(op, "targets", targets, logits.shape().rows(), logits.shape().dim(-1));
    Checks.shape(op, "out", out.shape(), targets.length);
    arithmetic.crossEntropy(own(op, "logits", logits), targets, own(op, "out", out));
  }

  @Override
  public void close() {
    arithmetic.close();
    pool.close();
  }
}
