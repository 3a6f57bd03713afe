package vitrine.tests.backends;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import vitrine.kernels.Activation;
import vitrine.kernels.AdamStep;
import vitrine.kernels.AttentionMask;
import vitrine.kernels.Backends;
import vitrine.kernels.Into;
import vitrine.kernels.Kernels;
import vitrine.kernels.KeyValues;
import vitrine.kernels.Precision;
import vitrine.kernels.Region;
import vitrine.kernels.Shape;
import vitrine.kernels.Tensor;
import vitrine.kernels.Weight;
import vitrine.kernels.Workspace;
import vitrine.tests.backends.OpaqueMemory.OpaqueTensor;
import vitrine.tests.backends.OpaqueMemory.OpaqueWeight;
import vitrine.tests.backends.OpaqueMemory.OpaqueWorkspace;
import vitrine.tests.backends.OpaqueMemory.Visit;

/**
 * A stand-in for a device: numbers lie scrambled in memory of its own, only uploads and downloads
 * pass the border, and both are counted. What it computes, {@code scalar} computes, on numbers
 * unscrambled for the length of one op.
 */
public final class OpaqueKernels implements Kernels {
  private final Kernels inner = Backends.open("scalar", 1, note -> {});
  private final OpaqueMemory memory = new OpaqueMemory(inner);

  /** How many times the host has sent numbers. */
  public long uploads() {
    return memory.uploads.get();
  }

  /** How many times the host has asked for numbers. */
  public long downloads() {
    return memory.downloads.get();
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

  @Override
  public Workspace workspace() {
    return memory.new OpaqueWorkspace();
  }

  @Override
  public Tensor upload(Workspace owner, Shape shape, MemorySegment values) {
    OpaqueTensor tensor = memory.own("upload", owner).allocate(shape);
    memory.uploads.incrementAndGet();
    for (int i = 0; i < tensor.scrambled.length; i++) {
      tensor.write(i, values.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i));
    }
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
    OpaqueWorkspace mine = memory.own("pack", owner);
    memory.uploads.incrementAndGet();
    return memory
    .new OpaqueWeight(inner.pack(mine.weights, values, in, out, layout, precision), mine);
  }

  @Override
  public Weight zeros(Workspace owner, Weight like) {
    OpaqueWorkspace mine = memory.own("zeros", owner);
    Weight hidden = memory.own("zeros", like);
    return memory.new OpaqueWeight(inner.zeros(mine.weights, hidden), mine);
  }

  @Override
  public void repack(Tensor values, Weight.Layout layout, Weight w) {
    Weight weight = memory.own("repack", w);
    run("repack", List.of(), v -> inner.repack(v.in(values), layout, weight));
  }

  @Override
  public void unpack(Weight w, Weight.Layout layout, Into into, Tensor out) {
    Weight weight = memory.own("unpack", w);
    run("unpack", out, v -> inner.unpack(weight, layout, into, v.in(out)));
  }

  private void run(String op, Tensor out, Consumer<Visit> body) {
    run(op, List.of(out), body);
  }

  private void run(String op, List<Tensor> results, Consumer<Visit> body) {
    try (Visit visit = memory.new Visit(op)) {
      body.accept(visit);
      results.forEach(visit::bringBack);
    }
  }

  /** Those that are wanted. */
  private static List<Tensor> wanted(@Nullable Tensor... results) {
    return Arrays.stream(results).filter(Objects::nonNull).toList();
  }

  // ---- forward ----

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
  public void gatherColumns(Weight w, int[] ids, Tensor out) {
    Weight weight = memory.own("gatherColumns", w);
    run("gatherColumns", out, v -> inner.gatherColumns(weight, ids, v.in(out)));
  }

  @Override
  public void linear(Tensor x, Weight w, @Nullable Tensor bias, Activation activation, Tensor out) {
    Weight weight = memory.own("linear", w);
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
  public KeyValues keyValues(Workspace owner, int batch, int capacity, int heads, int size) {
    OpaqueWorkspace mine = memory.own("keyValues", owner);
    return memory.new OpaqueKeyValues(inner.keyValues(mine.weights, batch, capacity, heads, size));
  }

  @Override
  public void appendKeyValues(Tensor k, Tensor v, int position, KeyValues past) {
    KeyValues hidden = memory.own("appendKeyValues", past);
    run(
        "appendKeyValues",
        List.of(),
        visit -> inner.appendKeyValues(visit.in(k), visit.in(v), position, hidden));
  }

  @Override
  public void attentionCached(
      Tensor q, KeyValues past, AttentionMask mask, float scale, Tensor out) {
    KeyValues hidden = memory.own("attentionCached", past);
    run(
        "attentionCached",
        out,
        visit -> inner.attentionCached(visit.in(q), hidden, mask, scale, visit.in(out)));
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
    Weight weight = memory.own("headResults", w);
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

  // ---- backward and training ----

  @Override
  public void dropout(Tensor x, float probability, long key, Tensor out) {
    run("dropout", out, v -> inner.dropout(v.in(x), probability, key, v.in(out)));
  }

  @Override
  public void meanOverBackward(Tensor x, int axis, boolean[] counts, Tensor dOut, Tensor dX) {
    run(
        "meanOverBackward",
        dX,
        v -> inner.meanOverBackward(v.in(x), axis, counts, v.in(dOut), v.in(dX)));
  }

  @Override
  public void gatherBackward(Tensor dOut, int[] ids, Tensor dTable) {
    run("gatherBackward", dTable, v -> inner.gatherBackward(v.in(dOut), ids, v.in(dTable)));
  }

  @Override
  public void gatherColumnsBackward(Tensor dOut, int[] ids, Weight dW) {
    Weight weight = memory.own("gatherColumnsBackward", dW);
    run(
        "gatherColumnsBackward",
        List.of(),
        v -> inner.gatherColumnsBackward(v.in(dOut), ids, weight));
  }

  @Override
  public void linearBackwardInput(Tensor dOut, Weight w, Into into, Tensor dX) {
    Weight weight = memory.own("linearBackwardInput", w);
    run(
        "linearBackwardInput",
        dX,
        v -> inner.linearBackwardInput(v.in(dOut), weight, into, v.in(dX)));
  }

  @Override
  public void linearBackwardWeight(Tensor x, Tensor dOut, Weight dW) {
    Weight weight = memory.own("linearBackwardWeight", dW);
    run(
        "linearBackwardWeight",
        List.of(),
        v -> inner.linearBackwardWeight(v.in(x), v.in(dOut), weight));
  }

  @Override
  public void sumRows(Tensor x, Tensor out) {
    run("sumRows", out, v -> inner.sumRows(v.in(x), v.in(out)));
  }

  @Override
  public void activateBackward(Tensor x, Activation activation, Tensor dOut, Tensor dX) {
    run(
        "activateBackward",
        dX,
        v -> inner.activateBackward(v.in(x), activation, v.in(dOut), v.in(dX)));
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
    run(
        "layerNormBackward",
        wanted(dX, dGamma, dBeta),
        v ->
            inner.layerNormBackward(
                v.in(x), v.in(gamma), eps, v.in(dOut), v.in(dX), v.maybe(dGamma), v.maybe(dBeta)));
  }

  @Override
  public void layerNormScaleBackward(Tensor x, float eps, Tensor dScale, Tensor dX) {
    run(
        "layerNormScaleBackward",
        dX,
        v -> inner.layerNormScaleBackward(v.in(x), eps, v.in(dScale), v.in(dX)));
  }

  @Override
  public void layerNormNormalizeBackward(
      Tensor x, Tensor scale, Tensor dOut, Tensor dX, Tensor dScale) {
    run(
        "layerNormNormalizeBackward",
        List.of(dX, dScale),
        v ->
            inner.layerNormNormalizeBackward(
                v.in(x), v.in(scale), v.in(dOut), v.in(dX), v.in(dScale)));
  }

  @Override
  public void affineBackward(
      Tensor x,
      Tensor gamma,
      Tensor dOut,
      Tensor dX,
      @Nullable Tensor dGamma,
      @Nullable Tensor dBeta) {
    run(
        "affineBackward",
        wanted(dX, dGamma, dBeta),
        v ->
            inner.affineBackward(
                v.in(x), v.in(gamma), v.in(dOut), v.in(dX), v.maybe(dGamma), v.maybe(dBeta)));
  }

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
    run(
        "attentionBackward",
        List.of(dQ, dK, dV),
        visit ->
            inner.attentionBackward(
                visit.in(q),
                visit.in(k),
                visit.in(v),
                mask,
                scale,
                visit.in(dOut),
                visit.in(dQ),
                visit.in(dK),
                visit.in(dV)));
  }

  @Override
  public void attentionScoresBackward(
      Tensor dScores, Tensor q, Tensor k, AttentionMask mask, float scale, Tensor dQ, Tensor dK) {
    run(
        "attentionScoresBackward",
        List.of(dQ, dK),
        v ->
            inner.attentionScoresBackward(
                v.in(dScores), v.in(q), v.in(k), mask, scale, v.in(dQ), v.in(dK)));
  }

  @Override
  public void softmaxBackward(Tensor y, Tensor dOut, Tensor dX) {
    run("softmaxBackward", dX, v -> inner.softmaxBackward(v.in(y), v.in(dOut), v.in(dX)));
  }

  @Override
  public void attentionMixBackward(
      Tensor pattern, Tensor v, Tensor dOut, Tensor dPattern, Tensor dV) {
    run(
        "attentionMixBackward",
        List.of(dPattern, dV),
        visit ->
            inner.attentionMixBackward(
                visit.in(pattern), visit.in(v), visit.in(dOut), visit.in(dPattern), visit.in(dV)));
  }

  @Override
  public void headResultsBackwardInput(Tensor dOut, Weight w, Tensor dZ) {
    Weight weight = memory.own("headResultsBackwardInput", w);
    run(
        "headResultsBackwardInput",
        dZ,
        v -> inner.headResultsBackwardInput(v.in(dOut), weight, v.in(dZ)));
  }

  @Override
  public void headResultsBackwardWeight(Tensor z, Tensor dOut, Weight dW) {
    Weight weight = memory.own("headResultsBackwardWeight", dW);
    run(
        "headResultsBackwardWeight",
        List.of(),
        v -> inner.headResultsBackwardWeight(v.in(z), v.in(dOut), weight));
  }

  @Override
  public void sumHeadsBackward(Tensor dOut, Tensor dResults) {
    run("sumHeadsBackward", dResults, v -> inner.sumHeadsBackward(v.in(dOut), v.in(dResults)));
  }

  @Override
  public void crossEntropyBackward(Tensor logits, int[] targets, float factor, Tensor dLogits) {
    run(
        "crossEntropyBackward",
        dLogits,
        v -> inner.crossEntropyBackward(v.in(logits), targets, factor, v.in(dLogits)));
  }

  @Override
  public void adamW(Tensor x, Tensor gradient, Tensor m, Tensor v, AdamStep step) {
    run(
        "adamW",
        List.of(x, m, v),
        visit -> inner.adamW(visit.in(x), visit.in(gradient), visit.in(m), visit.in(v), step));
  }

  @Override
  public double sumOfSquares(Tensor x) {
    memory.downloads.incrementAndGet();
    try (Visit visit = memory.new Visit("sumOfSquares")) {
      return inner.sumOfSquares(visit.in(x));
    }
  }

  @Override
  public void close() {
    inner.close();
  }
}
