package vitrine.kernels.host;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import vitrine.kernels.Activation;
import vitrine.kernels.AdamStep;
import vitrine.kernels.AttentionMask;
import vitrine.kernels.Into;
import vitrine.kernels.Kernels;
import vitrine.kernels.KeyValues;
import vitrine.kernels.Precision;
import vitrine.kernels.Shape;
import vitrine.kernels.Tensor;
import vitrine.kernels.Weight;
import vitrine.kernels.Workspace;

/**
 * {@link Kernels} in host memory: owns the slabs, checks arguments, moves data, and hands sums to
 * an arithmetic. The forward ops stand in the superclass, memory and the backward ops here.
 */
public final class HostKernels extends HostForward {
  private final BackwardArithmetic backward;
  private final SlabPool pool = new SlabPool();

  /**
   * @param name the backend's, as given to {@code --backend}
   * @param arithmetic closed together with this
   */
  public HostKernels(String name, Arithmetic arithmetic) {
    this(name, arithmetic, Element.FLOAT32);
  }

  /**
   * @param element what tensors are made of; an arithmetic that reads memory itself supposes floats
   */
  public HostKernels(String name, Arithmetic arithmetic, Element element) {
    super(name, arithmetic, element);
    this.backward = arithmetic.backward();
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
    Element.FLOAT32.copy(values, 0, element(), tensor.memory(), 0, shape.size());
    return tensor;
  }

  @Override
  public Weight pack(
      Workspace owner,
      MemorySegment values,
      int in,
      int out,
      Weight.Layout layout,
      Precision precision) {
    long bytes = 4L * in * out;
    if (in < 1 || out < 1 || values.byteSize() < bytes) {
      throw Checks.error(
          "pack", "values", values.byteSize() + " bytes", bytes + " for " + Shape.of(in, out));
    }
    HostWeight weight = weight(mine("pack", owner), in, out, precision);
    if (values.isAccessibleBy(new Thread())) {
      arithmetic.forEach(
          weight.panelCount(), p -> weight.fillPanel(p, values, Element.FLOAT32, layout));
    } else {
      for (int p = 0; p < weight.panelCount(); p++) {
        weight.fillPanel(p, values, Element.FLOAT32, layout);
      }
    }
    return weight;
  }

  /** A matrix of unspecified contents. */
  private HostWeight weight(HostWorkspace owner, int in, int out, Precision precision) {
    int width = arithmetic.panelWidth(out);
    int panels = (out + width - 1) / width;
    return new HostWeight(
        in,
        out,
        width,
        owner.allocate(Shape.of(panels, in, width), element().of(precision)),
        precision == Precision.INT8 ? owner.allocate(Shape.of(panels * width)) : null);
  }

  @Override
  public Weight zeros(Workspace owner, Weight like) {
    own("zeros", "like", like, Precision.F32);
    HostWeight weight = weight(mine("zeros", owner), like.in(), like.out(), Precision.F32);
    arithmetic.fill(weight.panels(), 0);
    return weight;
  }

  @Override
  public void repack(Tensor values, Weight.Layout layout, Weight w) {
    HostWeight weight = own("repack", w);
    HostTensor from = own("repack", "values", values, shape(w, layout));
    apart("repack", "w", weight.panels(), values);
    MemorySegment numbers = from.memory();
    arithmetic.forEach(weight.panelCount(), p -> weight.fillPanel(p, numbers, element(), layout));
  }

  @Override
  public void unpack(Weight w, Weight.Layout layout, Into into, Tensor out) {
    HostWeight weight = own("unpack", w);
    HostTensor to = own("unpack", "out", out, shape(w, layout));
    apart("unpack", "out", to, weight.panels());
    arithmetic.forEach(weight.panelCount(), p -> weight.readPanel(p, layout, into, to));
  }

  private static Shape shape(Weight w, Weight.Layout layout) {
    return switch (layout) {
      case IN_OUT -> Shape.of(w.in(), w.out());
      case OUT_IN -> Shape.of(w.out(), w.in());
    };
  }

  @Override
  public KeyValues keyValues(Workspace owner, int batch, int capacity, int heads, int size) {
    if (batch < 1 || capacity < 1 || heads < 1 || size < 1) {
      Shape asked = Shape.of(batch, capacity, heads, size);
      throw Checks.error("keyValues", "size", asked, "at least 1 of each");
    }
    int width = arithmetic.panelWidth(capacity);
    return new HostKeyValues(mine("keyValues", owner), batch, capacity, heads, size, width);
  }

  private HostWorkspace mine(String op, Workspace owner) {
    if (owner instanceof HostWorkspace host && host.backend() == this) {
      return host;
    }
    throw Checks.error(
        op,
        "owner",
        owner.getClass().getSimpleName(),
        "a workspace of this " + name() + " backend");
  }

  // ---- element-wise ----

  @Override
  public void dropout(Tensor x, float probability, long key, Tensor out) {
    String op = "dropout";
    if (!(probability >= 0 && probability < 1)) {
      throw Checks.error(op, "probability", probability, "at least 0 and below 1");
    }
    backward.dropout(own(op, "x", x), probability, key, own(op, "out", out, x.shape()));
  }

  @Override
  public void meanOverBackward(Tensor x, int axis, boolean[] counts, Tensor dOut, Tensor dX) {
    String op = "meanOverBackward";
    Shape shape = x.shape();
    Checks.counts(op, shape, axis, counts);
    HostTensor to = apart(op, "dX", own(op, "dX", dX, shape), x, dOut);
    backward.meanOverBackward(own(op, "x", x), axis, counts, own(op, "dOut", dOut, shape), to);
  }

  // ---- layers ----

  @Override
  public void gatherBackward(Tensor dOut, int[] ids, Tensor dTable) {
    String op = "gatherBackward";
    Checks.hasRows(op, "dTable", dTable.shape());
    Checks.rowsOf(op, "dOut", dOut.shape(), ids.length, dTable.shape().dim(-1));
    Checks.rowIds(op, ids, dTable.shape().rows());
    HostTensor to = apart(op, "dTable", own(op, "dTable", dTable), dOut);
    backward.gatherBackward(own(op, "dOut", dOut), ids, to);
  }

  @Override
  public void gatherColumnsBackward(Tensor dOut, int[] ids, Weight dW) {
    String op = "gatherColumnsBackward";
    Checks.rowsOf(op, "dOut", dOut.shape(), ids.length, dW.in());
    Checks.rowIds(op, ids, dW.out());
    HostWeight to = own(op, "dW", dW, Precision.F32);
    apart(op, "dW", to.panels(), dOut);
    backward.gatherColumnsBackward(own(op, "dOut", dOut), ids, to);
  }

  @Override
  public void linearBackwardInput(Tensor dOut, Weight w, Into into, Tensor dX) {
    String op = "linearBackwardInput";
    long rows = Checks.rows(op, "dOut", dOut.shape(), w.out());
    Checks.rowsOf(op, "dX", dX.shape(), rows, w.in());
    HostWeight weight = own(op, w);
    HostTensor to = apart(op, "dX", own(op, "dX", dX), dOut, weight.panels());
    backward.linearBackwardInput(own(op, "dOut", dOut), weight, into, to);
  }

  @Override
  public void linearBackwardWeight(Tensor x, Tensor dOut, Weight dW) {
    String op = "linearBackwardWeight";
    long rows = Checks.rows(op, "x", x.shape(), dW.in());
    Checks.rowsOf(op, "dOut", dOut.shape(), rows, dW.out());
    HostWeight to = own(op, "dW", dW, Precision.F32);
    apart(op, "dW", to.panels(), x, dOut);
    backward.linearBackwardWeight(own(op, "x", x), own(op, "dOut", dOut), to);
  }

  @Override
  public void sumRows(Tensor x, Tensor out) {
    String op = "sumRows";
    Checks.rank(op, "out", out.shape(), 1);
    Checks.hasRows(op, "out", out.shape());
    long _ = Checks.rows(op, "x", x.shape(), out.shape().dim(0));
    backward.sumRows(own(op, "x", x), result(op, out, x));
  }

  @Override
  public void activateBackward(Tensor x, Activation activation, Tensor dOut, Tensor dX) {
    String op = "activateBackward";
    HostTensor to = apart(op, "dX", own(op, "dX", dX, x.shape()), x);
    backward.activateBackward(own(op, "x", x), activation, own(op, "dOut", dOut, x.shape()), to);
  }

  @Override
  public void layerNormBackward(
      Tensor x,
      Tensor gamma,
      float eps,
      Tensor dOut,
      Tensor dX,
      @Nullable Tensor dGamma,
      @Nullable Tensor dBeta) {
    String op = "layerNormBackward";
    Checks.hasRows(op, "x", x.shape());
    Shape row = Shape.of(x.shape().dim(-1));
    HostTensor to = apart(op, "dX", own(op, "dX", dX, x.shape()), x, gamma);
    backward.layerNormBackward(
        own(op, "x", x),
        own(op, "gamma", gamma, row),
        eps,
        own(op, "dOut", dOut, x.shape()),
        to,
        gammaBeta(op, dGamma, dBeta, row, x, gamma, dOut, dX));
  }

  @Override
  public void layerNormScaleBackward(Tensor x, float eps, Tensor dScale, Tensor dX) {
    String op = "layerNormScaleBackward";
    Checks.hasRows(op, "x", x.shape());
    Checks.onePerRow(op, "dScale", dScale.shape(), x.shape());
    HostTensor to = apart(op, "dX", own(op, "dX", dX, x.shape()), x, dScale);
    backward.layerNormScaleBackward(own(op, "x", x), eps, own(op, "dScale", dScale), to);
  }

  @Override
  public void layerNormNormalizeBackward(
      Tensor x, Tensor scale, Tensor dOut, Tensor dX, Tensor dScale) {
    String op = "layerNormNormalizeBackward";
    Checks.hasRows(op, "x", x.shape());
    Checks.onePerRow(op, "scale", scale.shape(), x.shape());
    Checks.onePerRow(op, "dScale", dScale.shape(), x.shape());
    HostTensor toX = apart(op, "dX", own(op, "dX", dX, x.shape()), x, scale);
    HostTensor toScale = apart(op, "dScale", own(op, "dScale", dScale), x, scale, dOut, dX);
    backward.layerNormNormalizeBackward(
        own(op, "x", x), own(op, "scale", scale), own(op, "dOut", dOut, x.shape()), toX, toScale);
  }

  @Override
  public void affineBackward(
      Tensor x,
      Tensor gamma,
      Tensor dOut,
      Tensor dX,
      @Nullable Tensor dGamma,
      @Nullable Tensor dBeta) {
    String op = "affineBackward";
    Checks.hasRows(op, "x", x.shape());
    Shape row = Shape.of(x.shape().dim(-1));
    HostTensor to = apart(op, "dX", own(op, "dX", dX, x.shape()), x, gamma);
    backward.affineBackward(
        own(op, "x", x),
        own(op, "gamma", gamma, row),
        own(op, "dOut", dOut, x.shape()),
        to,
        gammaBeta(op, dGamma, dBeta, row, x, gamma, dOut, dX));
  }

  /** The gradients to gamma and beta, which are both wanted or both not. */
  private BackwardArithmetic.@Nullable GammaBeta gammaBeta(
      String op, @Nullable Tensor dGamma, @Nullable Tensor dBeta, Shape row, Tensor... others) {
    if (dGamma == null && dBeta == null) {
      return null;
    }
    if (dGamma == null || dBeta == null) {
      throw Checks.error(
          op, dGamma == null ? "dGamma" : "dBeta", "null", "dGamma and dBeta, or neither");
    }
    HostTensor toGamma = apart(op, "dGamma", own(op, "dGamma", dGamma, row), others);
    HostTensor toBeta = apart(op, "dBeta", own(op, "dBeta", dBeta, row), others);
    apart(op, "dBeta", toBeta, dGamma);
    return new BackwardArithmetic.GammaBeta(toGamma, toBeta);
  }

  // ---- attention ----

  @Override
  public void attentionBackward(
      Tensor q,
      Tensor k,
      Tensor v,
      AttentionMask mask,
      float scale,
      Tensor dOut,
      Tensor dQ,
      Tensor dK,
      Tensor dV) {
    String op = "attentionBackward";
    Shape shape = q.shape();
    Checks.attend(op, "k", shape, k.shape(), mask);
    if (mask.queries() != mask.keys()) {
      throw Checks.error(
          op, "mask", mask.queries() + " queries, " + mask.keys() + " keys", "as many of both");
    }
    HostTensor toQ = apart(op, "dQ", own(op, "dQ", dQ, shape), q, k, v, dOut);
    HostTensor toK = apart(op, "dK", own(op, "dK", dK, shape), q, k, v, dOut, dQ);
    HostTensor toV = apart(op, "dV", own(op, "dV", dV, shape), q, k, v, dOut, dQ, dK);
    backward.attentionBackward(
        own(op, "q", q),
        own(op, "k", k, shape),
        own(op, "v", v, shape),
        mask,
        scale,
        own(op, "dOut", dOut, shape),
        toQ,
        toK,
        toV);
  }

  @Override
  public void attentionScoresBackward(
      Tensor dScores, Tensor q, Tensor k, AttentionMask mask, float scale, Tensor dQ, Tensor dK) {
    String op = "attentionScoresBackward";
    Checks.attend(op, "k", q.shape(), k.shape(), mask);
    Shape square = Shape.of(mask.batch(), q.shape().dim(2), mask.queries(), mask.keys());
    HostTensor toQ = apart(op, "dQ", own(op, "dQ", dQ, q.shape()), q, k, dScores);
    HostTensor toK = apart(op, "dK", own(op, "dK", dK, k.shape()), q, k, dScores, dQ);
    backward.attentionScoresBackward(
        own(op, "dScores", dScores, square),
        own(op, "q", q),
        own(op, "k", k),
        mask,
        scale,
        toQ,
        toK);
  }

  @Override
  public void softmaxBackward(Tensor y, Tensor dOut, Tensor dX) {
    String op = "softmaxBackward";
    Checks.hasRows(op, "y", y.shape());
    HostTensor to = apart(op, "dX", own(op, "dX", dX, y.shape()), y);
    backward.softmaxBackward(own(op, "y", y), own(op, "dOut", dOut, y.shape()), to);
  }

  @Override
  public void attentionMixBackward(
      Tensor pattern, Tensor v, Tensor dOut, Tensor dPattern, Tensor dV) {
    String op = "attentionMixBackward";
    Shape p = pattern.shape();
    Checks.mix(op, p, v.shape(), "dOut", dOut.shape());
    HostTensor toPattern =
        apart(op, "dPattern", own(op, "dPattern", dPattern, p), pattern, v, dOut);
    HostTensor toV = apart(op, "dV", own(op, "dV", dV, v.shape()), pattern, v, dOut, dPattern);
    backward.attentionMixBackward(
        own(op, "pattern", pattern), own(op, "v", v), own(op, "dOut", dOut), toPattern, toV);
  }

  @Override
  public void headResultsBackwardInput(Tensor dOut, Weight w, Tensor dZ) {
    String op = "headResultsBackwardInput";
    Shape s = dZ.shape();
    Checks.heads(op, "dZ", s, w);
    Shape results = Shape.of(s.dim(0), s.dim(1), s.dim(2), w.out());
    HostWeight weight = own(op, w);
    HostTensor to = apart(op, "dZ", own(op, "dZ", dZ), dOut, weight.panels());
    backward.headResultsBackwardInput(own(op, "dOut", dOut, results), weight, to);
  }

  @Override
  public void headResultsBackwardWeight(Tensor z, Tensor dOut, Weight dW) {
    String op = "headResultsBackwardWeight";
    Shape s = z.shape();
    Checks.heads(op, "z", s, dW);
    Shape results = Shape.of(s.dim(0), s.dim(1), s.dim(2), dW.out());
    HostWeight to = own(op, "dW", dW, Precision.F32);
    apart(op, "dW", to.panels(), z, dOut);
    backward.headResultsBackwardWeight(own(op, "z", z), own(op, "dOut", dOut, results), to);
  }

  @Override
  public void sumHeadsBackward(Tensor dOut, Tensor dResults) {
    String op = "sumHeadsBackward";
    Shape s = dResults.shape();
    Checks.rank(op, "dResults", s, 4);
    Checks.shape(op, "dOut", dOut.shape(), s.dim(0), s.dim(1), s.dim(3));
    HostTensor to = apart(op, "dResults", own(op, "dResults", dResults), dOut);
    MemorySegment from = own(op, "dOut", dOut).memory();
    int heads = s.dim(2);
    long bytes = (long) s.dim(3) * element().bytes();
    for (int row = 0; row < to.rows(); row++) { // B * T * H
      MemorySegment.copy(from, row / heads * bytes, to.memory(), row * bytes, bytes);
    }
  }

  // ---- losses and optimization ----

  @Override
  public void crossEntropyBackward(Tensor logits, int[] targets, float factor, Tensor dLogits) {
    String op = "crossEntropyBackward";
    Checks.hasRows(op, "logits", logits.shape());
    Checks.ids(op, "targets", targets, logits.shape().rows(), logits.shape().dim(-1));
    HostTensor to = own(op, "dLogits", dLogits, logits.shape());
    backward.crossEntropyBackward(own(op, "logits", logits), targets, factor, to);
  }

  @Override
  public double sumOfSquares(Tensor x) {
    return backward.sumOfSquares(own("sumOfSquares", "x", x));
  }

  @Override
  public void adamW(Tensor x, Tensor gradient, Tensor m, Tensor v, AdamStep step) {
    String op = "adamW";
    HostTensor changed = apart(op, "x", own(op, "x", x), gradient, m, v);
    HostTensor mean = apart(op, "m", own(op, "m", m, x.shape()), gradient, v);
    HostTensor square = apart(op, "v", own(op, "v", v, x.shape()), gradient);
    backward.adamW(changed, own(op, "gradient", gradient, x.shape()), mean, square, step);
  }

  @Override
  public void close() {
    arithmetic.close();
    pool.close();
  }
}
