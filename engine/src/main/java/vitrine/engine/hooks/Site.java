package vitrine.engine.hooks;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import vitrine.engine.InputException;

/**
 * A place in a model: what, in which blocks, which part. The same value names it for reading,
 * editing and differentiating, on the command line, in file names and in code. The grammar is in
 * this package's description.
 *
 * @param target the activation or weight
 * @param layers the blocks; {@link Layers#NONE} exactly when the target stands outside them
 * @param slice the part
 */
public record Site(Target target, Layers layers, Slice slice) {

  public Site {
    Objects.requireNonNull(target, "target");
    Objects.requireNonNull(slice, "slice");
    if (target.perBlock() == layers.isNone()) {
      throw new IllegalArgumentException(
          "site: "
              + target.pattern()
              + (target.perBlock() ? ": no layers given" : ": stands outside the blocks"));
    }
  }

  /**
   * Reads a site.
   *
   * @throws InputException when there is no such site in any model, with the nearest names
   */
  public static Site parse(String text) {
    return SiteParser.parse(text);
  }

  /** A site outside the blocks, whole. */
  public static Site of(Target target) {
    return new Site(target, Layers.NONE, Slice.ALL);
  }

  /** A site of one block, whole. */
  public static Site of(Target target, int layer) {
    return new Site(target, Layers.of(layer), Slice.ALL);
  }

  /** A site of some blocks, whole. */
  public static Site of(Target target, Layers layers) {
    return new Site(target, layers, Slice.ALL);
  }

  /**
   * The canonical name; {@link #parse} reads it back. The name of its file, once the layer is
   * single.
   */
  public String name() {
    return toString();
  }

  @Override
  public String toString() {
    return (target.perBlock() ? "blocks." + layers + "." : "") + target.path() + slice;
  }

  /** The same place, whole. */
  public Site whole() {
    return new Site(target, layers, Slice.ALL);
  }

  /** The same place of other layers. */
  public Site at(Layers other) {
    return new Site(target, other, slice);
  }

  // ---- slices ----

  /** The part of one axis. */
  public Site with(Axis axis, Indices indices) {
    return new Site(target, layers, slice.with(axis, indices));
  }

  public Site head(int head) {
    return with(Axis.HEAD, Indices.of(head));
  }

  public Site heads(Indices heads) {
    return with(Axis.HEAD, heads);
  }

  public Site neuron(int neuron) {
    return with(Axis.NEURON, Indices.of(neuron));
  }

  public Site neurons(Indices neurons) {
    return with(Axis.NEURON, neurons);
  }

  public Site position(int position) {
    return with(Axis.POSITION, Indices.of(position));
  }

  public Site positions(Indices positions) {
    return with(Axis.POSITION, positions);
  }

  public Site query(int query) {
    return with(Axis.QUERY, Indices.of(query));
  }

  public Site key(int key) {
    return with(Axis.KEY, Indices.of(key));
  }

  public Site dim(int dim) {
    return with(Axis.DIM, Indices.of(dim));
  }

  public Site token(int id) {
    return with(Axis.TOKEN, Indices.of(id));
  }

  // ---- against a model ----

  /**
   * Refuses what this model does not have: the place, the layers, the axes, and indices of axes
   * whose length the model fixes. Positions wait for {@link #check(Architecture, int, int)}.
   */
  public void validate(Architecture architecture) {
    target
        .absence(architecture)
        .ifPresent(reason -> {
          throw new InputException(
              "site: "
                  + this
                  + ": not in this model ("
                  + architecture.family()
                  + "): "
                  + reason
                  + "; expected a site it has. Nearest: "
                  + Nearest.names(this, architecture)
                  + ".");
        });
    if (target.perBlock()) {
      var _ = blocks(architecture);
    }
    List<Axis> axes = architecture.axes(target);
    for (Slice.Part part : slice.parts()) {
      if (!axes.contains(part.axis())) {
        throw new InputException(
            "site: "
                + this
                + ": no axis '"
                + part.axis().keyword()
                + "'; expected a slice by "
                + axes.stream()
                    .filter(axis -> axis != Axis.ONE)
                    .map(Axis::keyword)
                    .collect(Collectors.joining(", "))
                + ".");
      }
      if (target instanceof WeightSite || !part.axis().dependsOnInputs()) {
        var _ = indices(part, architecture.length(target, part.axis()));
      }
    }
  }

  /**
   * Refuses positions that a run of this size does not have; to be called before anything is
   * computed.
   *
   * @param batch B
   * @param length T
   */
  public void check(Architecture architecture, int batch, int length) {
    Selection.region(this, architecture.axes(target), architecture.shape(target, batch, length));
  }

  /** This site once for each layer it means, each with its layer written as a plain number. */
  public List<Site> expand(Architecture architecture) {
    if (!target.perBlock()) {
      return List.of(this);
    }
    return Arrays.stream(blocks(architecture)).mapToObj(layer -> at(Layers.of(layer))).toList();
  }

  /**
   * The numbers of the blocks that are meant.
   *
   * @throws InputException when the model has no such block, with the nearest site that it has
   */
  public int[] blocks(Architecture architecture) {
    return layers.resolve(
        architecture.layers(),
        "site: " + this + ": layer",
        layer -> at(Layers.of(layer)).toString());
  }

  /**
   * The indices of one part of the slice.
   *
   * @param length of the axis
   * @throws InputException when there is no such index, with the nearest site that there is
   */
  public int[] indices(Slice.Part part, int length) {
    Axis axis = part.axis();
    return part.indices()
        .resolve(
            length,
            operand(axis),
            index -> new Site(target, layers, slice.replaced(axis, Indices.of(index))).toString());
  }

  /** Operation and operand of an error about one axis. */
  String operand(Axis axis) {
    return "site: " + this + ": " + axis.keyword();
  }

  // ---- one name for each tap ----

  public static Site embed() {
    return of(Tap.EMBED);
  }

  public static Site posEmbed() {
    return of(Tap.POS_EMBED);
  }

  public static Site typeEmbed() {
    return of(Tap.TYPE_EMBED);
  }

  public static Site embedOut() {
    return of(Tap.EMBED_OUT);
  }

  public static Site lnFinalScale() {
    return of(Tap.LN_FINAL_SCALE);
  }

  public static Site lnFinalNormalized() {
    return of(Tap.LN_FINAL_NORMALIZED);
  }

  public static Site pooled() {
    return of(Tap.POOLED);
  }

  public static Site logits() {
    return of(Tap.LOGITS);
  }

  public static Site logitsMlm() {
    return of(Tap.LOGITS_MLM);
  }

  public static Site logitsNsp() {
    return of(Tap.LOGITS_NSP);
  }

  public static Site logitsStart() {
    return of(Tap.LOGITS_START);
  }

  public static Site logitsEnd() {
    return of(Tap.LOGITS_END);
  }

  public static Site residPre(int layer) {
    return of(Tap.RESID_PRE, layer);
  }

  public static Site residPre(Layers layers) {
    return of(Tap.RESID_PRE, layers);
  }

  public static Site ln1Scale(int layer) {
    return of(Tap.LN1_SCALE, layer);
  }

  public static Site ln1Scale(Layers layers) {
    return of(Tap.LN1_SCALE, layers);
  }

  public static Site ln1Normalized(int layer) {
    return of(Tap.LN1_NORMALIZED, layer);
  }

  public static Site ln1Normalized(Layers layers) {
    return of(Tap.LN1_NORMALIZED, layers);
  }

  public static Site q(int layer) {
    return of(Tap.Q, layer);
  }

  public static Site q(Layers layers) {
    return of(Tap.Q, layers);
  }

  public static Site k(int layer) {
    return of(Tap.K, layer);
  }

  public static Site k(Layers layers) {
    return of(Tap.K, layers);
  }

  public static Site v(int layer) {
    return of(Tap.V, layer);
  }

  public static Site v(Layers layers) {
    return of(Tap.V, layers);
  }

  public static Site scores(int layer) {
    return of(Tap.SCORES, layer);
  }

  public static Site scores(Layers layers) {
    return of(Tap.SCORES, layers);
  }

  public static Site pattern(int layer) {
    return of(Tap.PATTERN, layer);
  }

  public static Site pattern(Layers layers) {
    return of(Tap.PATTERN, layers);
  }

  public static Site z(int layer) {
    return of(Tap.Z, layer);
  }

  public static Site z(Layers layers) {
    return of(Tap.Z, layers);
  }

  public static Site result(int layer) {
    return of(Tap.RESULT, layer);
  }

  public static Site result(Layers layers) {
    return of(Tap.RESULT, layers);
  }

  public static Site attnOut(int layer) {
    return of(Tap.ATTN_OUT, layer);
  }

  public static Site attnOut(Layers layers) {
    return of(Tap.ATTN_OUT, layers);
  }

  public static Site residMidRaw(int layer) {
    return of(Tap.RESID_MID_RAW, layer);
  }

  public static Site residMidRaw(Layers layers) {
    return of(Tap.RESID_MID_RAW, layers);
  }

  public static Site residMid(int layer) {
    return of(Tap.RESID_MID, layer);
  }

  public static Site residMid(Layers layers) {
    return of(Tap.RESID_MID, layers);
  }

  public static Site ln2Scale(int layer) {
    return of(Tap.LN2_SCALE, layer);
  }

  public static Site ln2Scale(Layers layers) {
    return of(Tap.LN2_SCALE, layers);
  }

  public static Site ln2Normalized(int layer) {
    return of(Tap.LN2_NORMALIZED, layer);
  }

  public static Site ln2Normalized(Layers layers) {
    return of(Tap.LN2_NORMALIZED, layers);
  }

  public static Site mlpPre(int layer) {
    return of(Tap.MLP_PRE, layer);
  }

  public static Site mlpPre(Layers layers) {
    return of(Tap.MLP_PRE, layers);
  }

  public static Site mlpPost(int layer) {
    return of(Tap.MLP_POST, layer);
  }

  public static Site mlpPost(Layers layers) {
    return of(Tap.MLP_POST, layers);
  }

  public static Site mlpOut(int layer) {
    return of(Tap.MLP_OUT, layer);
  }

  public static Site mlpOut(Layers layers) {
    return of(Tap.MLP_OUT, layers);
  }

  public static Site residPostRaw(int layer) {
    return of(Tap.RESID_POST_RAW, layer);
  }

  public static Site residPostRaw(Layers layers) {
    return of(Tap.RESID_POST_RAW, layers);
  }

  public static Site residPost(int layer) {
    return of(Tap.RESID_POST, layer);
  }

  public static Site residPost(Layers layers) {
    return of(Tap.RESID_POST, layers);
  }
}
