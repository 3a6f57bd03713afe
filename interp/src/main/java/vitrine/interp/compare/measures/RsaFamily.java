package vitrine.interp.compare.measures;

import java.util.Arrays;
import java.util.List;

/**
 * Representational similarity analysis (Kriegeskorte, Mur and Bandettini 2008): each side's
 * dissimilarities of all pairs of examples, n(n-1)/2 numbers above the diagonal, and their
 * correlation. Rows are taken as they are, columns not centred.
 *
 * <p>What it does not tell: anything of what a dissimilarity leaves out, such as the length of rows
 * with cosines; and its pairs depend on each other, so that a p-value over pairs would be wrong:
 * here examples are resampled and shuffled, never pairs.
 */
final class RsaFamily implements Family {
  private final int n;
  private final Options.Agreement agreement;
  private final Ranked x;
  private final Ranked y;

  /**
   * One side.
   *
   * @param numbers dissimilarities, or their ranks: of each pair
   * @param sorted the pairs in ascending order of dissimilarity; empty where ranks do not count
   */
  @SuppressWarnings("ArrayRecordComponent") // handed through once, compared by no one
  private record Ranked(double[] numbers, int[] sorted) {}

  RsaFamily(Activations x, Activations y, Options options) {
    this.n = x.rows();
    this.agreement = options.agreement();
    this.x = ranked(dissimilarities(x, options.dissimilarity()), agreement);
    this.y = ranked(dissimilarities(y, options.dissimilarity()), agreement);
  }

  /** Of each pair, row by row above the diagonal. */
  static double[] dissimilarities(Activations rows, Options.Dissimilarity kind) {
    double[] upper =
        Distances.upper(
            switch (kind) {
              case PEARSON -> Distances.correlations(rows);
              case COSINE -> Distances.cosines(rows);
              case EUCLIDEAN -> Distances.squared(rows);
            });
    for (int i = 0; i < upper.length; i++) {
      upper[i] =
          switch (kind) {
            case PEARSON, COSINE -> 1 - upper[i];
            case EUCLIDEAN -> Math.sqrt(upper[i]);
          };
    }
    return upper;
  }

  private static Ranked ranked(double[] values, Options.Agreement agreement) {
    boolean known = Arrays.stream(values).noneMatch(Double::isNaN);
    return switch (agreement) {
      case PEARSON -> new Ranked(values, new int[0]);
      case SPEARMAN -> known ? ranks(values) : new Ranked(values, new int[0]);
    };
  }

  /** Equal numbers share the mean of their places. */
  private static Ranked ranks(double[] values) {
    double[] ascending = values.clone();
    Arrays.parallelSort(ascending);
    int[] sorted = new int[values.length];
    int[] used = new int[values.length];
    double[] ranks = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      int first = bound(ascending, Math.nextDown(values[i]));
      int behind = bound(ascending, values[i]);
      ranks[i] = (first + 1 + behind) / 2.0;
      sorted[first + used[first]++] = i;
    }
    return new Ranked(ranks, sorted);
  }

  /** How many are at most this. */
  private static int bound(double[] ascending, double value) {
    int low = 0;
    int high = ascending.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (ascending[middle] <= value) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  @Override
  public List<Measure> measures() {
    return List.of(Measure.RSA);
  }

  @Override
  public int rows() {
    return n;
  }

  @Override
  public double[] estimates() {
    double[] ones = new double[x.numbers.length];
    Arrays.fill(ones, 1);
    return new double[] {correlation(x.numbers, y.numbers, ones)};
  }

  @Override
  public double[] shuffled(int[] order) {
    double[] other = new double[y.numbers.length];
    double[] ones = new double[other.length];
    Arrays.fill(ones, 1);
    int at = 0;
    for (int i = 0; i < n; i++) {
      for (int j = i + 1; j < n; j++) {
        int a = Math.min(order[i], order[j]);
        int b = Math.max(order[i], order[j]);
        other[at++] = y.numbers[place(a, b)];
      }
    }
    return new double[] {correlation(x.numbers, other, ones)};
  }

  /** Where the pair of rows a < b stands. */
  private int place(int a, int b) {
    return a * (2 * n - a - 1) / 2 + b - a - 1;
  }

  /** A row drawn twice makes no pair with itself: that distance would be 0 on both sides. */
  @Override
  public double[] resampled(int[] units) {
    double[] drawn = RbfFamily.weights(units);
    double[] weights = new double[x.numbers.length];
    int at = 0;
    for (int i = 0; i < n; i++) {
      for (int j = i + 1; j < n; j++) {
        weights[at++] = drawn[i] * drawn[j];
      }
    }
    return switch (agreement) {
      case PEARSON -> new double[] {correlation(x.numbers, y.numbers, weights)};
      case SPEARMAN ->
          new double[] {correlation(reranked(x, weights), reranked(y, weights), weights)};
    };
  }

  /** The ranks when each pair is there as often as its weight says. */
  private static double[] reranked(Ranked side, double[] weights) {
    double[] ranks = new double[weights.length];
    double before = 0;
    int[] sorted = side.sorted;
    for (int from = 0; from < sorted.length; ) {
      int to = from;
      double together = 0;
      while (to < sorted.length && side.numbers[sorted[to]] == side.numbers[sorted[from]]) {
        together += weights[sorted[to++]];
      }
      for (int i = from; i < to; i++) {
        ranks[sorted[i]] = before + (together + 1) / 2;
      }
      before += together;
      from = to;
    }
    return ranks;
  }

  /** Pearson's, weighted; NaN where a side has no spread. */
  private static double correlation(double[] a, double[] b, double[] weights) {
    double count = 0;
    double sumA = 0;
    double sumB = 0;
    for (int i = 0; i < a.length; i++) {
      count += weights[i];
      sumA += weights[i] * a[i];
      sumB += weights[i] * b[i];
    }
    double meanA = sumA / count;
    double meanB = sumB / count;
    double ab = 0;
    double aa = 0;
    double bb = 0;
    for (int i = 0; i < a.length; i++) {
      double p = a[i] - meanA;
      double q = b[i] - meanB;
      ab += weights[i] * p * q;
      aa += weights[i] * p * p;
      bb += weights[i] * q * q;
    }
    double r = ab / Math.sqrt(aa * bb);
    return Math.abs(r) > 1 ? Math.signum(r) : r; // NaN stays
  }

  @Override
  public double cost() {
    return 25.0 * x.numbers.length;
  }
}
