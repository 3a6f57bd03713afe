package vitrine.kernels.host;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import vitrine.kernels.Activation;
import vitrine.kernels.AttentionMask;
import vitrine.kernels.Kernels;
import vitrine.kernels.KeyValues;
import vitrine.kernels.Precision;
import vitrine.kernels.Region;
import vitrine.kernels.Shape;
import vitrine.kernels.Tensor;
import vitrine.kernels.Weight;

/** The half of {@link HostKernels} that a forward pass needs: checks, and who computes. */
abstract sealed class HostForward implements Kernels permits HostKernels {
  private final String name;
  private final Element element;
  final Arithmetic arithmetic;

  HostForward(String name, Arithmetic arithmetic, Element element) {
    this.name = name;
    this.arithmetic = arithmetic;
    this.element = element;
  }

  /** What tensors are made of. */
  final Element element() {
    return element;
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
  final HostTensor own(String op, String operand, Tensor tensor) {
    Objects.requireNonNull(tensor, operand);
    if (tensor instanceof HostTensor host && host.owner().backend() == this) {
      Objects.requireNonNull(host.memory()); // alive
      return host;
    }
    throw foreign(op, operand, tensor, tensor.shape());
  }

  /** The tensor to write, where the op cannot write over what it reads. */
  final HostTensor result(String op, Tensor out, Tensor... inputs) {
    return apart(op, "out", own(op, "out", out), inputs);
  }

  /** The tensor to write, none of the others being it. */
  final HostTensor apart(String op, String operand, HostTensor written, Tensor... others) {
    for (Tensor other : others) {
      if (own(op, "operand", other).memory().address() == written.memory().address()) {
        throw Checks.error(op, operand, "one of the other operands", "a tensor of its own");
      }
    }
    return written;
  }

  /** The tensor, of that shape. */
  final HostTensor own(String op, String operand, Tensor tensor, Shape shape) {
    Checks.shape(op, operand, tensor.shape(), shape);
    return own(op, operand, tensor);
  }

  final HostWeight own(String op, Weight weight) {
    Objects.requireNonNull(weight, "w");
    if (weight instanceof HostWeight host) {
      own(op, "w", host.panels());
      return host;
    }
    throw foreign(op, "w", weight, Shape.of(weight.in(), weight.out()));
  }

  /** The matrix, of that precision. */
  final HostWeight own(String op, String operand, Weight weight, Precision precision) {
    if (weight.precision() != precision) {
      throw Checks.error(op, operand, weight.precision(), precision.toString());
    }
    return own(op, weight);
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

  // ---- element-wise and boxes ----

  @Override
  public void copy(Tensor x, Tensor out) {
    Checks.sameSize("copy", "out", out.shape(), x.shape());
    MemorySegment.copy(
        own("copy", "x", x).memory(),
        0,
        own("copy", "out", out).memory(),
        0,
        x.shape().size() * element.bytes());
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
    Checks.counts(op, shape, axis, counts);
    arithmetic.meanOver(own(op, "x", x), axis, counts, result(op, out, x));
  }

  // ---- layers ----

  @Override
  public void gather(Tensor table, int[] ids, Tensor out) {
    String op = "gather";
    Checks.hasRows(op, "table", table.shape());
    int width = table.shape().dim(-1);
    Checks.rowsOf(op, "out", out.shape(), ids.length, width);
    Checks.rowIds(op, ids, table.shape().rows());
    MemorySegment from = own(op, "table", table).memory();
    MemorySegment to = own(op, "out", out).memory();
    long bytes = (long) width * element.bytes();
    for (int i = 0; i < ids.length; i++) {
      MemorySegment.copy(from, ids[i] * bytes, to, i * bytes, bytes);
    }
  }

  @Override
  public void gatherColumns(Weight w, int[] ids, Tensor out) {
    String op = "gatherColumns";
    Checks.rowsOf(op, "out", out.shape(), ids.length, w.in());
    Checks.rowIds(op, ids, w.out());
    HostWeight weight = own(op, w);
    arithmetic.gatherColumns(weight, ids, result(op, out, weight.panels()));
  }

  @Override
  public void linear(Tensor x, Weight w, @Nullable Tensor bias, Activation activation, Tensor out) {
    String op = "linear";
    long rows = Checks.rows(op, "x", x.shape(), w.in());
    Checks.rowsOf(op, "out", out.shape(), rows, w.out());
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

  static void parameters(String op, Tensor x, Tensor gamma, Tensor beta) {
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
  public void appendKeyValues(Tensor k, Tensor v, int position, KeyValues past) {
    String op = "appendKeyValues";
    HostKeyValues room = own(op, past);
    Checks.rank(op, "k", k.shape(), 4);
    int count = k.shape().dim(1);
    Shape rows = Shape.of(room.batch(), count, room.heads(), room.size());
    if (position < 0 || position > room.capacity() - count) {
      throw Checks.error(
          op, "position", position + " and " + count + " more", "at most " + room.capacity());
    }
    arithmetic.appendKeyValues(own(op, "k", k, rows), own(op, "v", v, rows), position, room);
  }

  @Override
  public void attentionCached(
      Tensor q, KeyValues past, AttentionMask mask, float scale, Tensor out) {
    String op = "attentionCached";
    HostKeyValues room = own(op, past);
    Shape shape = Shape.of(room.batch(), mask.queries(), room.heads(), room.size());
    if (mask.batch() != room.batch() || mask.keys() > room.capacity()) {
      throw Checks.error(
          op,
          "mask",
          mask.batch() + " x " + mask.keys() + " keys",
          room.batch() + " x at most " + room.capacity());
    }
    HostTensor query = own(op, "q", q, shape);
    Checks.shape(op, "out", out.shape(), shape);
    arithmetic.attentionCached(query, room, mask, scale, result(op, out, q));
  }

  private HostKeyValues own(String op, KeyValues past) {
    Objects.requireNonNull(past, "past");
    if (past instanceof HostKeyValues host) {
      own(op, "past", host.keys());
      return host;
    }
    throw foreign(op, "past", past, Shape.of(past.batch(), past.capacity(), past.heads()));
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
    Checks.mix(op, p, v.shape(), "out", out.shape());
    arithmetic.attentionMix(own(op, "pattern", pattern), own(op, "v", v), own(op, "out", out));
  }

  @Override
  public void headResults(Tensor z, Weight w, Tensor out) {
    String op = "headResults";
    Shape s = z.shape();
    Checks.heads(op, "z", s, w);
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
}
