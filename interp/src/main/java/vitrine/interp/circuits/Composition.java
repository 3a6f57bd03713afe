package vitrine.interp.circuits;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.ejml.data.DMatrixRMaj;
import vitrine.engine.InputException;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Layers;
import vitrine.engine.hooks.Plan;
import vitrine.engine.models.Model;
import vitrine.engine.models.ModelFiles;
import vitrine.interp.PlannedRun;
import vitrine.interp.Provenance;
import vitrine.kernels.Activation;
import vitrine.kernels.Kernels;
import vitrine.kernels.Shape;
import vitrine.kernels.Tensor;
import vitrine.kernels.Weight;
import vitrine.kernels.Workspace;

/**
 * How much of what each head writes each later head reads, by the weights alone (Elhage et al.
 * 2021, "Which attention heads compose?"). With W_QK = W_Q W_K^T and W_OV = W_V W_O of rows, and
 * the Frobenius norm |.|, of a head 1 below a head 2:
 *
 * <pre>
 *   Q: |W_OV1 W_QK2|   / (|W_OV1| |W_QK2|)     in what it looks for
 *   K: |W_OV1 W_QK2^T| / (|W_OV1| |W_QK2|)     in where it is looked at
 *   V: |W_OV1 W_OV2|   / (|W_OV1| |W_OV2|)     in what it moves
 * </pre>
 *
 * <p>Two random matrices of such shapes have about 1 / sqrt(D): {@link RandomMatrices} draws some,
 * and what matters is how far above them a score lies.
 *
 * <p>No D by D matrix is made: with W_V = q r, q orthonormal, |W_V W_O X| = |r W_O X|, and likewise
 * on the other side, so that each score is the norm of a K by K block of one product of layers.
 *
 * <p>What it does not tell: whether the two are ever active together, and what other parts of the
 * stream say. A head that is zero composes with nothing: not a number.
 */
public final class Composition {
  /** How one head reads another. */
  public enum Kind {
    QUERY("q"),
    KEY("k"),
    VALUE("v");

    private final String key;

    Kind(String key) {
      this.key = key;
    }

    /** Its name in JSON, tables and arrays. */
    public String key() {
      return key;
    }
  }

  private Composition() {}

  /**
   * The scores of all pairs.
   *
   * @param source where the model came from, for the record
   * @param seed decides the random matrices
   * @param version of the program that asks, for the record
   * @throws InputException when the model has a single layer
   */
  public static CompositionResult run(Model model, ModelFiles source, long seed, String version) {
    Architecture architecture = model.architecture();
    int L = architecture.layers();
    int H = architecture.heads();
    if (L < 2) {
      throw new InputException(
          "heads: composition: a model of one layer; expected two or more: only a later head can read what a head writes.");
    }
    List<Side> sides = new ArrayList<>();
    for (int layer = 0; layer < L; layer++) {
      sides.add(Side.of(HeadWeights.read(model, layer)));
    }
    Map<Kind, double[]> scores = new EnumMap<>(Kind.class);
    for (Kind kind : Kind.values()) {
      double[] all = new double[L * H * L * H];
      Arrays.fill(all, Double.NaN);
      for (int reader = 1; reader < L; reader++) {
        fill(model.kernels(), sides, reader, kind, architecture, all);
      }
      scores.put(kind, all);
    }
    // For the record: they were read a layer at a time.
    Plan plan = HeadWeights.added(Plan.of(architecture), architecture, Layers.ALL).seed(seed);
    return new CompositionResult(
        PlannedRun.ofWeights(plan),
        Provenance.of(source, model, version, plan),
        L,
        H,
        scores,
        RandomMatrices.baseline(architecture.dModel(), architecture.dHead(), seed),
        HeadWeights.treatment(architecture.style()));
  }

  /** All pairs of the heads of one layer with those below. */
  private static void fill(
      Kernels kernels,
      List<Side> sides,
      int reader,
      Kind kind,
      Architecture architecture,
      double[] scores) {
    int H = architecture.heads();
    int K = architecture.dHead();
    int D = architecture.dModel();
    Factor reading = sides.get(reader).reading(kind);
    try (Workspace workspace = kernels.workspace()) {
      Weight matrix =
          kernels.pack(
              workspace, MemorySegment.ofArray(reading.values()), D, H * K, Weight.Layout.OUT_IN);
      for (int writer = 0; writer < reader; writer++) {
        Factor writing = sides.get(writer).writing();
        Tensor rows = kernels.upload(workspace, Shape.of(H * K, D), writing.values());
        Tensor product = workspace.allocate(H * K, H * K);
        kernels.linear(rows, matrix, null, Activation.IDENTITY, product);
        float[] blocks = product.toArray();
        workspace.release(rows);
        workspace.release(product);
        for (int from = 0; from < H; from++) {
          for (int to = 0; to < H; to++) {
            double norm = writing.norms()[from] * reading.norms()[to];
            scores[((writer * H + from) * sides.size() + reader) * H + to] =
                norm == 0 ? Double.NaN : block(blocks, from, to, H, K) / norm;
          }
        }
      }
    }
  }

  /** The norm of one head's block of a product of two layers. */
  private static double block(float[] product, int from, int to, int H, int K) {
    double squares = 0;
    for (int row = 0; row < K; row++) {
      int start = (from * K + row) * H * K + to * K;
      for (int column = 0; column < K; column++) {
        squares += (double) product[start + column] * product[start + column];
      }
    }
    return Math.sqrt(squares);
  }

  /**
   * One side of a layer's products.
   *
   * @param values of head after head, K rows of D each
   * @param norms one a head: of its whole circuit
   */
  @SuppressWarnings("ArrayRecordComponent") // made and used here
  private record Factor(float[] values, double[] norms) {
    static Factor of(List<DMatrixRMaj> rows) {
      int size = rows.getFirst().data.length;
      float[] values = new float[rows.size() * size];
      for (int head = 0; head < rows.size(); head++) {
        System.arraycopy(Matrices.floats(rows.get(head)), 0, values, head * size, size);
      }
      return new Factor(values, rows.stream().mapToDouble(Matrices::norm).toArray());
    }
  }

  /** What a layer writes, and how it reads. */
  private record Side(Factor writing, Factor queries, Factor keys, Factor values) {
    static Side of(HeadWeights heads) {
      List<DMatrixRMaj> writing = new ArrayList<>();
      List<DMatrixRMaj> queries = new ArrayList<>();
      List<DMatrixRMaj> keys = new ArrayList<>();
      List<DMatrixRMaj> values = new ArrayList<>();
      for (int head = 0; head < heads.q().size(); head++) {
        DMatrixRMaj rQ = triangle(heads.q().get(head));
        DMatrixRMaj rK = triangle(heads.k().get(head));
        DMatrixRMaj rV = triangle(heads.v().get(head));
        DMatrixRMaj rO = triangle(Matrices.transposed(heads.o().get(head)));
        writing.add(Matrices.times(rV, heads.o().get(head)));
        queries.add(Matrices.timesTransposed(rK, heads.q().get(head)));
        keys.add(Matrices.timesTransposed(rQ, heads.k().get(head)));
        values.add(Matrices.timesTransposed(rO, heads.v().get(head)));
      }
      return new Side(Factor.of(writing), Factor.of(queries), Factor.of(keys), Factor.of(values));
    }

    private static DMatrixRMaj triangle(DMatrixRMaj a) {
      return Matrices.Orthogonal.of(a).r();
    }

    Factor reading(Kind kind) {
      return switch (kind) {
        case QUERY -> queries;
        case KEY -> keys;
        case VALUE -> values;
      };
    }
  }
}
