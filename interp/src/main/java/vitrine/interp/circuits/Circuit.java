package vitrine.interp.circuits;

import java.util.ArrayList;
import java.util.Arrays;
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
import vitrine.interp.PlannedRun;
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
 * <p>Both are V by V. Here are their rows for chosen tokens, or all of them; their singular values;
 * the largest terms of the singular value decompositions of W_Q W_K^T / sqrt(K) and W_V W_O, which
 * are D by D, each with the tokens that are read and written most by it ({@link LowRank}; Millidge
 * and Black 2022); and of OV whether its eigenvalues are positive, as of a head that says what it
 * looks at.
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
   * @param whole which circuit is wanted with all its rows
   * @param terms how many of a decomposition
   * @param top how many tokens of each
   * @param seed for the record; nothing here is random
   */
  public record Spec(
      Layers layers,
      @Nullable Indices heads,
      List<Integer> tokens,
      Whole whole,
      int terms,
      int top,
      long seed) {
    public Spec {
      tokens = List.copyOf(tokens);
    }

    int[] layersOf(Architecture model) {
      return layers.resolve(model.layers(), "heads: --layers");
    }

    int[] headsOf(Architecture model) {
      Indices chosen = heads == null ? Indices.range(0, model.heads()) : heads;
      return chosen.resolve(model.heads(), "heads: --heads");
    }
  }

  /** Which circuit is wanted whole, V by V. */
  public enum Whole {
    /** Neither. */
    NONE("none"),
    /** What looks for what. */
    QK("qk"),
    /** What is said of what. */
    OV("ov");

    private final String label;

    Whole(String label) {
      this.label = label;
    }

    /** As the command line calls it. */
    public String label() {
      return label;
    }
  }

  /** Rows of a whole circuit that are computed together. */
  private static final int ROWS_AT_ONCE = 256;

  private Circuit() {}

  /** How many bytes the tables of tokens take at least. */
  public static long bytes(Architecture model) {
    return TokenTable.bytes(model);
  }

  /**
   * How many bytes of the heap whole circuits take, if any is wanted.
   *
   * @throws InputException when the model has no such layer or head
   */
  public static long wholeBytes(Architecture model, Spec spec) {
    if (spec.whole() == Whole.NONE) {
      return 0;
    }
    long heads = (long) spec.layersOf(model).length * spec.headsOf(model).length;
    long V = model.vocabulary();
    return heads * V * V * Float.BYTES;
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
    int[] layers = spec.layersOf(architecture);
    int[] heads = spec.headsOf(architecture);
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
    Plan plan =
        HeadWeights.added(TokenTable.plan(architecture), architecture, spec.layers())
            .seed(spec.seed());
    return new CircuitResult(
        Provenance.of(source, model, version, plan),
        PlannedRun.ofWeights(plan),
        spec,
        spelling,
        found,
        List.of(
            TokenTable.treatment(architecture),
            HeadWeights.treatment(architecture.style()),
            "Terms are those of W_Q W_K^T / sqrt(K) and of W_V W_O, D by D, their directions then read"
                + " in tokens; the V by V circuits have singular values of their own, beside these."));
  }

  private static CircuitResult.Side qk(TokenTable table, HeadWeights weights, int head, Spec spec) {
    DMatrixRMaj q = weights.q().get(head);
    DMatrixRMaj k = weights.k().get(head);
    double root = Math.sqrt(q.numCols);
    LowRank low = LowRank.of(q, Matrices.transposed(k));
    int terms = Math.min(spec.terms(), low.values().length);
    DMatrixRMaj in = columns(low.in(), terms);
    DMatrixRMaj out = columns(low.out(), terms);
    Rows rows = ids -> soughtBy(table, q, k, ids);
    return new CircuitResult.Side(
        scaled(low.values(), root),
        scaled(
            LowRank.valuesOfTall(gram(table.in(q), q.numCols), gram(table.in(k), k.numCols)), root),
        terms(low, terms, table.in(in), table.in(out), root, spec.top()),
        rows.of(ids(spec)),
        spec.whole() == Whole.QK ? whole(rows, table.size()) : new float[0][],
        Double.NaN);
  }

  /** Rows of QK, (n,V). */
  private static float[][] soughtBy(TokenTable table, DMatrixRMaj q, DMatrixRMaj k, int... ids) {
    if (ids.length == 0) {
      return new float[0][];
    }
    DMatrixRMaj sought = Matrices.timesTransposed(Matrices.times(table.tokens(ids), q), k); // (n,D)
    float[] all = table.in(Matrices.transposed(sought)); // (V,n)
    float root = (float) Math.sqrt(q.numCols);
    float[][] rows = new float[ids.length][table.size()];
    for (int i = 0; i < rows.length; i++) {
      for (int token = 0; token < table.size(); token++) {
        rows[i][token] = all[token * rows.length + i] / root;
      }
    }
    return rows;
  }

  private static CircuitResult.Side ov(TokenTable table, HeadWeights weights, int head, Spec spec) {
    DMatrixRMaj v = weights.v().get(head);
    DMatrixRMaj o = weights.o().get(head);
    LowRank low = LowRank.of(v, o);
    int terms = Math.min(spec.terms(), low.values().length);
    DMatrixRMaj in = columns(low.in(), terms);
    float[] said = table.out(Matrices.transposed(columns(low.out(), terms))); // (terms,V)
    float[] read = table.in(v); // (V,K)
    float[] written = transposed(table.out(o), v.numCols); // (V,K)
    Rows rows = ids -> saidOf(table, v, o, ids);
    return new CircuitResult.Side(
        low.values(),
        LowRank.valuesOfTall(gram(read, v.numCols), gram(written, v.numCols)),
        terms(low, terms, table.in(in), transposed(said, terms), 1, spec.top()),
        rows.of(ids(spec)),
        spec.whole() == Whole.OV ? whole(rows, table.size()) : new float[0][],
        LowRank.positivity(products(written, read, v.numCols)));
  }

  /** Rows of OV, (n,V). */
  private static float[][] saidOf(TokenTable table, DMatrixRMaj v, DMatrixRMaj o, int... ids) {
    if (ids.length == 0) {
      return new float[0][];
    }
    float[] all = table.out(Matrices.times(Matrices.times(table.tokens(ids), v), o));
    float[][] rows = new float[ids.length][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = Arrays.copyOfRange(all, i * table.size(), (i + 1) * table.size());
    }
    return rows;
  }

  /** Some rows of a circuit. */
  @FunctionalInterface
  private interface Rows {
    /** (n,V); none of no ids. */
    float[][] of(int... ids);
  }

  /** All rows, (V,V), some at a time. */
  private static float[][] whole(Rows rows, int size) {
    float[][] all = new float[size][];
    for (int first = 0; first < size; first += ROWS_AT_ONCE) {
      int end = Math.min(size, first + ROWS_AT_ONCE);
      System.arraycopy(rows.of(IntStream.range(first, end).toArray()), 0, all, first, end - first);
    }
    return all;
  }

  private static float[] transposed(float[] rows, int count) {
    float[] columns = new float[rows.length];
    int width = rows.length / count;
    for (int row = 0; row < count; row++) {
      for (int column = 0; column < width; column++) {
        columns[column * count + row] = rows[row * width + column];
      }
    }
    return columns;
  }

  private static DMatrixRMaj gram(float[] tall, int K) {
    return products(tall, tall, K);
  }

  /** a^T b of two (V,K): of W_O W_U and e W_V the twin of OV with the same eigenvalues. */
  private static DMatrixRMaj products(float[] a, float[] b, int K) {
    double[] sums = new double[K * K];
    double[] row = new double[K];
    for (int start = 0; start < a.length; start += K) {
      for (int i = 0; i < K; i++) {
        row[i] = b[start + i];
      }
      for (int i = 0; i < K; i++) {
        double factor = a[start + i];
        for (int j = 0; j < K; j++) {
          sums[i * K + j] += factor * row[j];
        }
      }
    }
    return DMatrixRMaj.wrap(K, K, sums);
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
