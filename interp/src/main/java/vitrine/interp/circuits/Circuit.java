package vitrine.interp.circuits;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.jspecify.annotations.Nullable;
import vitrine.engine.InputException;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Indices;
import vitrine.engine.hooks.Layers;
import vitrine.engine.hooks.Plan;
import vitrine.engine.models.Model;
import vitrine.engine.models.ModelFiles;
import vitrine.interp.Provenance;

/**
 * The two circuits of a head (Elhage et al. 2021, "Attention Heads are Independent and Additive"),
 * of tokens e as {@link TokenTable} has them:
 *
 * <pre>
 *   QK: e W_Q W_K^T e'^T / sqrt(K)   how much a token looks for a token e'
 *   OV: e W_V W_O W_U                what is said of every token where e is looked at
 * </pre>
 *
 * <p>Both are V by V. Here are their rows for chosen tokens; the largest terms of their singular
 * value decompositions, each with the tokens that are read and written most by it ({@link LowRank};
 * Millidge and Black 2022); and of OV whether its eigenvalues are positive, as of a head that says
 * what it looks at.
 *
 * <p>What it does not tell: what a head does with what earlier heads have written, which is all
 * that matters to some, such as an induction head's keys; positions; biases.
 */
public final class Circuit {
  /**
   * What is shown.
   *
   * @param layers of the heads
   * @param heads of each of them; null for all
   * @param tokens whose rows are shown, by id; may be none
   * @param terms how many of a decomposition
   * @param top how many tokens of each
   * @param seed for the record; nothing here is random
   */
  public record Spec(
      Layers layers, @Nullable Indices heads, List<Integer> tokens, int terms, int top, long seed) {
    public Spec {
      tokens = List.copyOf(tokens);
    }
  }

  private Circuit() {}

  /** How many bytes the tables of tokens take at least. */
  public static long bytes(Architecture model) {
    return TokenTable.bytes(model);
  }

  /**
   * Reads the weights; computes some V by K products for each head.
   *
   * @param source where the model came from, for the record
   * @param spelling of every token that may be shown
   * @param version of the program that asks, for the record
   * @throws InputException when the model has no such layer, head or token
   */
  public static CircuitResult run(
      Model model, ModelFiles source, Spec spec, IntFunction<String> spelling, String version) {
    Architecture architecture = model.architecture();
    int[] layers = spec.layers().resolve(architecture.layers(), "heads: --layers");
    Indices chosen = spec.heads() == null ? Indices.range(0, architecture.heads()) : spec.heads();
    int[] heads = chosen.resolve(architecture.heads(), "heads: --heads");
    for (int token : spec.tokens()) {
      if (token < 0 || token >= architecture.vocabulary()) {
        throw new InputException(
            "heads: --tokens: %d; expected ids from 0 to %d, the model's vocabulary."
                .formatted(token, architecture.vocabulary() - 1));
      }
    }
    List<CircuitResult.OfHead> found = new ArrayList<>();
    try (TokenTable table = TokenTable.of(model)) {
      for (int layer : layers) {
        HeadWeights weights = HeadWeights.read(model, layer);
        for (int head : heads) {
          found.add(
              new CircuitResult.OfHead(
                  layer, head, qk(table, weights, head, spec), ov(table, weights, head, spec)));
        }
      }
    }
    Plan plan = TokenTable.plan(architecture).seed(spec.seed());
    return new CircuitResult(
        Provenance.of(source, model, version, plan),
        spec,
        spelling,
        found,
        List.of(TokenTable.treatment(architecture), HeadWeights.treatment(architecture.style())));
  }

  private static CircuitResult.Side qk(TokenTable table, HeadWeights weights, int head, Spec spec) {
    DMatrixRMaj q = weights.q().get(head);
    DMatrixRMaj k = weights.k().get(head);
    double root = Math.sqrt(q.numCols);
    LowRank low = LowRank.of(q, Matrices.transposed(k));
    int terms = Math.min(spec.terms(), low.values().length);
    DMatrixRMaj in = columns(low.in(), terms);
    DMatrixRMaj out = columns(low.out(), terms);
    List<CircuitResult.Term> list =
        terms(low, terms, table.in(in), table.in(out), root, spec.top());
    float[][] rows = new float[spec.tokens().size()][];
    if (rows.length > 0) {
      DMatrixRMaj sought =
          Matrices.timesTransposed(Matrices.times(table.tokens(ids(spec)), q), k); // (n,D)
      float[] all = table.in(Matrices.transposed(sought)); // (V,n)
      for (int i = 0; i < rows.length; i++) {
        rows[i] = new float[table.size()];
        for (int token = 0; token < table.size(); token++) {
          rows[i][token] = (float) (all[token * rows.length + i] / root);
        }
      }
    }
    return new CircuitResult.Side(scaled(low.values(), root), list, rows, Double.NaN);
  }

  private static CircuitResult.Side ov(TokenTable table, HeadWeights weights, int head, Spec spec) {
    DMatrixRMaj v = weights.v().get(head);
    DMatrixRMaj o = weights.o().get(head);
    LowRank low = LowRank.of(v, o);
    int terms = Math.min(spec.terms(), low.values().length);
    DMatrixRMaj in = columns(low.in(), terms);
    float[] said = table.out(Matrices.transposed(columns(low.out(), terms))); // (terms,V)
    float[] out = new float[said.length];
    for (int i = 0; i < said.length; i++) {
      out[i % table.size() * terms + i / table.size()] = said[i];
    }
    List<CircuitResult.Term> list = terms(low, terms, table.in(in), out, 1, spec.top());
    float[][] rows = new float[spec.tokens().size()][];
    if (rows.length > 0) {
      DMatrixRMaj written = Matrices.times(Matrices.times(table.tokens(ids(spec)), v), o);
      float[] all = table.out(written);
      for (int i = 0; i < rows.length; i++) {
        rows[i] = new float[table.size()];
        System.arraycopy(all, i * table.size(), rows[i], 0, table.size());
      }
    }
    return new CircuitResult.Side(low.values(), list, rows, LowRank.positivity(twin(table, v, o)));
  }

  /** (W_O W_U) (e W_V), (K,K): the twin of OV with the same eigenvalues. */
  private static DMatrixRMaj twin(TokenTable table, DMatrixRMaj v, DMatrixRMaj o) {
    int K = v.numCols;
    int V = table.size();
    float[] in = table.in(v); // (V,K)
    float[] out = table.out(o); // (K,V)
    DMatrixRMaj twin = new DMatrixRMaj(K, K);
    for (int row = 0; row < K; row++) {
      for (int token = 0; token < V; token++) {
        double said = out[row * V + token];
        for (int column = 0; column < K; column++) {
          twin.data[row * K + column] += said * in[token * K + column];
        }
      }
    }
    return twin;
  }

  private static int[] ids(Spec spec) {
    return spec.tokens().stream().mapToInt(Integer::intValue).toArray();
  }

  private static double[] scaled(double[] values, double divisor) {
    return IntStream.range(0, values.length).mapToDouble(i -> values[i] / divisor).toArray();
  }

  private static DMatrixRMaj columns(DMatrixRMaj matrix, int count) {
    DMatrixRMaj first = new DMatrixRMaj(matrix.numRows, count);
    for (int row = 0; row < matrix.numRows; row++) {
      for (int column = 0; column < count; column++) {
        first.set(row, column, matrix.get(row, column));
      }
    }
    return first;
  }

  /**
   * The terms. A term's two vectors may change their signs together: here the token that is read
   * most has a positive one.
   *
   * @param in (V,terms)
   * @param out (V,terms)
   */
  private static List<CircuitResult.Term> terms(
      LowRank low, int terms, float[] in, float[] out, double divisor, int top) {
    List<CircuitResult.Term> list = new ArrayList<>();
    for (int term = 0; term < terms; term++) {
      float[] read = column(in, term, terms);
      float[] said = column(out, term, terms);
      if (largest(read) < 0) {
        negate(read);
        negate(said);
      }
      list.add(
          new CircuitResult.Term(low.values()[term] / divisor, top(read, top), top(said, top)));
    }
    return list;
  }

  private static float[] column(float[] matrix, int column, int columns) {
    float[] values = new float[matrix.length / columns];
    for (int row = 0; row < values.length; row++) {
      values[row] = matrix[row * columns + column];
    }
    return values;
  }

  /** The number farthest from 0. */
  private static float largest(float[] values) {
    float largest = 0;
    for (float value : values) {
      largest = Math.abs(value) > Math.abs(largest) ? value : largest;
    }
    return largest;
  }

  private static void negate(float[] values) {
    for (int i = 0; i < values.length; i++) {
      values[i] = -values[i];
    }
  }

  /** The tokens with the largest numbers, the largest first, equal ones by id. */
  static List<CircuitResult.Scored> top(float[] values, int count) {
    Comparator<Integer> least =
        Comparator.<Integer>comparingDouble(id -> values[id])
            .thenComparing(Comparator.reverseOrder());
    PriorityQueue<Integer> best = new PriorityQueue<>(least);
    for (int id = 0; id < values.length; id++) {
      if (best.size() < count || values[id] > values[best.element()]) {
        best.add(id);
        if (best.size() > count) {
          best.remove();
        }
      }
    }
    List<CircuitResult.Scored> scored = new ArrayList<>();
    while (!best.isEmpty()) {
      int id = best.remove();
      scored.addFirst(new CircuitResult.Scored(id, values[id]));
    }
    return scored;
  }
}
