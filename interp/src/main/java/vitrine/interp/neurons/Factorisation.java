package vitrine.interp.neurons;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import vitrine.engine.InputException;

/**
 * Non-negative matrix factorisation: X close to W H, none of them negative, in the sense of squared
 * error. What is found is a local optimum: other starts may end elsewhere.
 */
public final class Factorisation {
  /** Keeps multiplicative updates from dividing by zero. */
  private static final double LEAST = 1e-12;

  /** Between looks at the error of multiplicative updates. */
  private static final int LOOK = 10;

  /** Iterations after which starts are compared. */
  private static final int TRIAL = 100;

  /** How many of them go on. */
  private static final int FINALISTS = 3;

  private static final int MOST_RANDOM = 8;

  /** Multiplications that random starts may take together until they are compared. */
  private static final long CHEAP = 4_000_000_000L;

  private final NonNegative x;
  private final FactorSpec spec;
  private final double[] mixes; // W transposed, (K,n)
  private final double[] patterns; // H, (K,m)
  private int iterations;
  private boolean done;

  /** Of the first iteration: all that could be gained, or the error before it. */
  private double first;

  /** The error at the last look. */
  private double before;

  private Factorisation(NonNegative x, FactorSpec spec, Starts start) {
    this.x = x;
    this.spec = spec;
    this.mixes = start.mixes();
    this.patterns = start.patterns();
  }

  /**
   * Takes a matrix apart.
   *
   * @throws InputException when it has fewer rows or columns than factors are asked for
   */
  public static Factors of(NonNegative x, FactorSpec spec) {
    int most = Math.min(x.rows(), x.columns());
    if (spec.factors() < 1 || spec.factors() > most) {
      throw new InputException(
          "neurons: --factors %d: of a matrix of %d rows and %d columns; expected 1 to %d."
              .formatted(spec.factors(), x.rows(), x.columns(), most));
    }
    SingularVectors vectors = SingularVectors.of(x, spec.factors(), spec.seed(), spec.threads());
    List<Factorisation> begun = new ArrayList<>();
    for (FactorSpec from : starts(x, spec)) {
      begun.add(new Factorisation(x, from, Starts.of(x, from, vectors)));
    }
    begun.forEach(each -> each.improve(Math.min(TRIAL, spec.most())));
    return begun.stream()
        .sorted(Comparator.comparingDouble(Factorisation::error))
        .limit(FINALISTS)
        .peek(each -> each.improve(spec.most()))
        .map(Factorisation::factors)
        .min(Comparator.comparingDouble(Factors::error))
        .orElseThrow();
  }

  /** The starts to be tried: of {@link FactorSpec.Start#BEST} as many random ones as are cheap. */
  private static List<FactorSpec> starts(NonNegative x, FactorSpec spec) {
    if (spec.start() != FactorSpec.Start.BEST) {
      return List.of(spec);
    }
    List<FactorSpec> starts = new ArrayList<>();
    starts.add(spec.from(FactorSpec.Start.NNDSVDA, spec.seed()));
    starts.add(spec.from(FactorSpec.Start.NNDSVD, spec.seed()));
    long each = 4L * x.rows() * x.columns() * spec.factors() * TRIAL;
    long random = Math.clamp(CHEAP / each, 1L, (long) MOST_RANDOM);
    for (int i = 0; i < random; i++) {
      starts.add(spec.from(FactorSpec.Start.RANDOM, spec.seed() + i));
    }
    return starts;
  }

  /** Goes on until so many iterations are done, or nothing is left to gain. */
  private void improve(int until) {
    while (iterations < until && !done) {
      iterations++;
      switch (spec.algorithm()) {
        case COORDINATE_DESCENT -> descend();
        case MULTIPLICATIVE -> multiply();
      }
    }
  }

  private double error() {
    return Products.distance(x, mixes, patterns, spec.factors());
  }

  private Factors factors() {
    int K = spec.factors();
    int n = x.rows();
    int m = x.columns();
    double error = error();
    int[] order = bySize(n, m);
    double[] sorted = sorted(mixes, order, n);
    return new Factors(
        n,
        m,
        K,
        Products.transposed(sorted, K, n),
        sorted(patterns, order, m),
        error,
        x.norm(),
        iterations,
        spec.start());
  }

  /** The factors by what each adds to the product, the largest first. */
  private int[] bySize(int n, int m) {
    return IntStream.range(0, spec.factors())
        .boxed()
        .sorted(
            Comparator.comparingDouble(t ->
                -Products.dot(mixes, t * n, mixes, t * n, n)
                    * Products.dot(patterns, t * m, patterns, t * m, m)))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  private static double[] sorted(double[] rows, int[] order, int length) {
    double[] out = new double[rows.length];
    for (int t = 0; t < order.length; t++) {
      System.arraycopy(rows, order[t] * length, out, t * length, length);
    }
    return out;
  }

  // ---- coordinate descent ----

  private void descend() {
    double violation =
        move(mixes, patterns, x.byColumn(), x.rows(), x.columns())
            + move(patterns, mixes, x.byRow(), x.columns(), x.rows());
    if (iterations == 1) {
      first = violation;
    }
    done = violation <= spec.tolerance() * first;
  }

  /**
   * Moves every number of one side to its best, factor after factor, the other side fixed.
   *
   * @param moved (K,n)
   * @param fixed (K,m)
   * @param turned the matrix as (m,n)
   * @return how far all numbers together were from where none gains: the sum of their gradients
   */
  private double move(double[] moved, double[] fixed, double[] turned, int n, int m) {
    int K = spec.factors();
    double[] products = Products.of(fixed, turned, K, m, n, spec.threads()); // (K,n)
    double[] gram = Products.gram(fixed, K, m);
    double violation = 0;
    double[] gradient = new double[n];
    for (int t = 0; t < K; t++) {
      for (int i = 0; i < n; i++) {
        gradient[i] = -products[t * n + i];
      }
      for (int r = 0; r < K; r++) {
        Products.add(gram[t * K + r], moved, r * n, gradient, 0, n);
      }
      double curvature = gram[t * K + t];
      for (int i = 0; i < n; i++) {
        double value = moved[t * n + i];
        violation += Math.abs(value == 0 ? Math.min(0, gradient[i]) : gradient[i]);
        if (curvature != 0) {
          moved[t * n + i] = Math.max(0, value - gradient[i] / curvature);
        }
      }
    }
    return violation;
  }

  // ---- multiplicative updates ----

  private void multiply() {
    if (iterations == 1) {
      first = error();
      before = first;
    }
    scale(mixes, patterns, x.byColumn(), x.rows(), x.columns());
    scale(patterns, mixes, x.byRow(), x.columns(), x.rows());
    if (iterations % LOOK == 0) {
      double error = error();
      done = before - error <= spec.tolerance() * first;
      before = error;
    }
  }

  /** Each number times what it should be over what it is. */
  private void scale(double[] moved, double[] fixed, double[] turned, int n, int m) {
    int K = spec.factors();
    double[] wanted = Products.of(fixed, turned, K, m, n, spec.threads());
    double[] are = Products.of(Products.gram(fixed, K, m), moved, K, K, n, 1);
    for (int i = 0; i < moved.length; i++) {
      moved[i] *= wanted[i] / Math.max(LEAST, are[i]);
    }
  }
}
