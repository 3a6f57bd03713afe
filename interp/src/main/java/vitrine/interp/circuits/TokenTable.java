package vitrine.interp.circuits;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.ejml.data.DMatrixRMaj;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Architecture.BlockStyle;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Site;
import vitrine.engine.hooks.Trace;
import vitrine.engine.hooks.WeightSite;
import vitrine.engine.models.Model;
import vitrine.kernels.Activation;
import vitrine.kernels.Kernels;
import vitrine.kernels.Shape;
import vitrine.kernels.Tensor;
import vitrine.kernels.Weight;
import vitrine.kernels.Workspace;

/**
 * The ends of a circuit: every token as it goes in, and what a direction of the stream says of
 * every token.
 *
 * <p>In: a token's embedding alone, without a position, as the first LayerNorm on its way leaves
 * it: less its mean, divided by its scale, and for BERT times that LayerNorm's weight. Out: the
 * product with the unembedding, for GPT-2 with the final LayerNorm's weight and mean folded into
 * it. Where a model does not score the vocabulary, and for BERT, whose head has a layer of its own
 * in between, the product with the token embeddings stands for it.
 */
final class TokenTable implements AutoCloseable {
  private final Kernels kernels;
  private final Workspace workspace;
  private final Tensor in;
  private final Weight out;
  private final int D;
  private final int V;
  private final float[] rows;

  private TokenTable(Model model, float[] rows, float[] out, Weight.Layout layout) {
    this.kernels = model.kernels();
    this.workspace = kernels.workspace();
    this.D = model.architecture().dModel();
    this.V = model.architecture().vocabulary();
    this.rows = rows;
    this.in = kernels.upload(workspace, Shape.of(V, D), rows);
    this.out = kernels.pack(workspace, MemorySegment.ofArray(out), D, V, layout);
  }

  /** How many bytes of the heap and of native memory it takes at least. */
  static long bytes(Architecture model) {
    return 4L * Float.BYTES * model.vocabulary() * model.dModel();
  }

  /** What has to be read. */
  static Plan plan(Architecture model) {
    return added(Plan.of(model), model);
  }

  /** A plan that reads also what is needed. */
  static Plan added(Plan to, Architecture model) {
    Plan plan = to.read(Site.of(WeightSite.W_E));
    return switch (model.style()) {
      case POST_NORM -> plan.read(Site.of(WeightSite.EMBED_LN_W));
      case PRE_NORM ->
          model.head().scoresVocabulary()
              ? plan.read(Site.of(WeightSite.W_U), Site.of(WeightSite.LN_FINAL_W))
              : plan.read(Site.of(WeightSite.LN_FINAL_W));
    };
  }

  /** How the ends are to be read, for results. */
  static String treatment(Architecture model) {
    String out =
        model.style() == BlockStyle.PRE_NORM && model.head().scoresVocabulary()
            ? "what is said is the product with the unembedding and the final LayerNorm's weight"
            : "what is said is the product with the token embeddings, without the head's own layers";
    return "A token goes in as its embedding alone, normalised, without a position; " + out + ".";
  }

  /** The table of a model; for that the model runs once over a single token. */
  static TokenTable of(Model model) {
    Architecture architecture = model.architecture();
    int D = architecture.dModel();
    try (Trace trace = model.run(plan(architecture), Inputs.of(0))) {
      float[] embeddings = trace.value(Site.of(WeightSite.W_E)).toArray();
      boolean preNorm = architecture.style() == BlockStyle.PRE_NORM;
      float[] last = preNorm ? trace.value(Site.of(WeightSite.LN_FINAL_W)).toArray() : ones(D);
      boolean own = preNorm && architecture.head().scoresVocabulary();
      float[] out = own ? trace.value(Site.of(WeightSite.W_U)).toArray() : embeddings.clone();
      fold(out, last, own ? out.length / D : 1);
      normalise(
          embeddings, preNorm ? ones(D) : trace.value(Site.of(WeightSite.EMBED_LN_W)).toArray());
      return new TokenTable(
          model, embeddings, out, own ? Weight.Layout.IN_OUT : Weight.Layout.OUT_IN);
    }
  }

  private static float[] ones(int count) {
    float[] ones = new float[count];
    Arrays.fill(ones, 1);
    return ones;
  }

  /**
   * Times the LayerNorm's weight, dimension by dimension.
   *
   * @param stride how many numbers lie together that belong to one dimension
   */
  private static void fold(float[] matrix, float[] weight, int stride) {
    for (int i = 0; i < matrix.length; i++) {
      matrix[i] *= weight[i / stride % weight.length];
    }
  }

  /** Each row less its mean, over its standard deviation, times the weight; a zero row stays. */
  private static void normalise(float[] rows, float[] weight) {
    int D = weight.length;
    for (int start = 0; start < rows.length; start += D) {
      double mean = 0;
      for (int i = 0; i < D; i++) {
        mean += rows[start + i] / (double) D;
      }
      double variance = 0;
      for (int i = 0; i < D; i++) {
        double distance = rows[start + i] - mean;
        variance += distance * distance / D;
      }
      double scale = variance == 0 ? 1 : Math.sqrt(variance);
      for (int i = 0; i < D; i++) {
        rows[start + i] = (float) ((rows[start + i] - mean) / scale * weight[i]);
      }
    }
  }

  /** Some tokens as they go in, (n,D). */
  DMatrixRMaj tokens(int... ids) {
    DMatrixRMaj some = new DMatrixRMaj(ids.length, D);
    for (int i = 0; i < ids.length; i++) {
      for (int d = 0; d < D; d++) {
        some.set(i, d, rows[ids[i] * D + d]);
      }
    }
    return some;
  }

  /**
   * All tokens, as they go in, times these columns.
   *
   * @param columns (D,n)
   * @return (V,n), row by row
   */
  float[] in(DMatrixRMaj columns) {
    try (Workspace own = kernels.workspace()) {
      Weight weight =
          kernels.pack(
              own,
              MemorySegment.ofArray(Matrices.floats(columns)),
              D,
              columns.numCols,
              Weight.Layout.IN_OUT);
      Tensor product = own.allocate(V, columns.numCols);
      kernels.linear(in, weight, null, Activation.IDENTITY, product);
      return product.toArray();
    }
  }

  /**
   * What these directions of the stream, less their mean, say of every token.
   *
   * @param directions (n,D)
   * @return (n,V), row by row
   */
  float[] out(DMatrixRMaj directions) {
    try (Workspace own = kernels.workspace()) {
      Tensor x = kernels.upload(own, Shape.of(directions.numRows, D), Matrices.floats(directions));
      Tensor product = own.allocate(directions.numRows, V);
      kernels.linear(x, out, null, Activation.IDENTITY, product);
      return product.toArray();
    }
  }

  /** V. */
  int size() {
    return V;
  }

  @Override
  public void close() {
    workspace.close();
  }
}
