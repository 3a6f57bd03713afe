package vitrine.interp.compare.measures;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Representational similarity analysis (Kriegeskorte, Mur and Bandettini 2008): each side's
 * dissimilarities of all pairs of examples, n(n-1)/2 numbers, and their correlation. Rows are taken
 * as they are, columns not centred.
 *
 * <p>What it does not tell: anything of what a dissimilarity leaves out, such as the length of rows
 * with cosines; and its pairs depend on each other, so that a p-value over pairs would be wrong:
 * here examples are resampled and shuffled, never pairs.
 */
final class RsaFamily implements Family {
  /** Draws of a pair, in operations: re-ranking, and looking up. */
  private static final double RESAMPLE = 25;

  private static final double SHUFFLE = 8;

  private final Options.Agreement agreement;
  private final Ranked x;
  private final Ranked y;

  /** One side: dissimilarities, or their ranks. */
  static final class Ranked {
    /**
     * Distances are the same when they are as near as this, as a share of the largest there can be:
     * of equal ones in the data, rounding makes several. It is a thousand times what rounding does.
     */
    private static final double SAME = 1e-12;

    private final int n;
    private final double[] numbers;
    private int @Nullable [] sorted;

    private Ranked(int n, double[] numbers) {
      this.n = n;
      this.numbers = numbers;
    }

    static Ranked of(Activations rows, Options options, int threads) {
      double[] squares =
          Distances.below(
              Distances.squared(
                  switch (options.dissimilarity()) {
                    case PEARSON -> Distances.standardised(rows);
                    case COSINE -> Distances.unit(rows);
                    case EUCLIDEAN -> rows;
                  },
                  threads));
      if (squares.length > 0 && Double.isNaN(Arrays.stream(squares).sum())) {
        return new Ranked(rows.rows(), new double[] {Double.NaN});
      }
      switch (options.agreement()) {
        case PEARSON ->
            Arrays.setAll(
                squares,
                switch (options.dissimilarity()) {
                  case PEARSON, COSINE -> i -> squares[i] / 2;
                  case EUCLIDEAN -> i -> Math.sqrt(squares[i]);
                });
        case SPEARMAN -> rank(squares, options.dissimilarity());
      }
      return new Ranked(rows.rows(), squares);
    }

    boolean isKnown() {
      return !(numbers.length == 1 && Double.isNaN(numbers[0]));
    }

    /**
     * Squared distances become ranks, in place. From the smallest on, all that are as near to it as
     * {@link #SAME} are one group, and share the mean of their places.
     */
    private static void rank(double[] squares, Options.Dissimilarity kind) {
      double[] ascending = squares.clone();
      Arrays.sort(ascending);
      int n = ascending.length;
      double reach =
          switch (kind) {
            case PEARSON, COSINE -> SAME;
            case EUCLIDEAN -> SAME * (n == 0 ? 0 : Math.sqrt(ascending[n - 1]));
          };
      int[] twice = new int[n]; // the rank
      for (int from = 0; from < n; ) {
        double most = Math.sqrt(ascending[from]) + reach;
        int to = from;
        while (to < n && Math.sqrt(ascending[to]) <= most) {
          to++;
        }
        Arrays.fill(twice, from, to, from + 1 + to);
        from = to;
      }
      Ranks ranks = new Ranks(ascending);
      for (int i = 0; i < n; i++) {
        squares[i] = twice[ranks.below(squares[i])] / 2.0;
      }
    }

    /** The pairs by ascending rank; made once. */
    private synchronized int[] sorted() {
      int[] order = sorted;
      if (order == null) {
        order = Ranks.order(numbers);
        sorted = order;
      }
      return order;
    }

    /** The ranks when each pair is there as often as its weight says. */
    private double[] reranked(double[] weights) {
      double[] ranks = new double[weights.length];
      int[] order = sorted();
      double before = 0;
      for (int from = 0; from < order.length; ) {
        int to = from;
        double together = 0;
        while (to < order.length && numbers[order[to]] == numbers[order[from]]) {
          together += weights[order[to++]];
        }
        for (int i = from; i < to; i++) {
          ranks[order[i]] = before + (together + 1) / 2;
        }
        before += together;
        from = to;
      }
      return ranks;
    }
  }

  RsaFamily(Ranked x, Ranked y, Options.Agreement agreement) {
    this.agreement = agreement;
    this.x = x;
    this.y = y;
  }

  @Override
  public List<Measure> measures() {
    return List.of(Measure.RSA);
  }

  @Override
  public int rows() {
    return x.n;
  }

  private boolean isKnown() {
    return x.isKnown() && y.isKnown();
  }

  @Override
  public double[] estimates() {
    return new double[] {isKnown() ? correlation(x.numbers, y.numbers, null) : Double.NaN};
  }

  @Override
  public double[] shuffled(int[] order) {
    if (!isKnown()) {
      return new double[] {Double.NaN};
    }
    double[] other = new double[y.numbers.length];
    int at = 0;
    for (int i = 0; i < order.length; i++) {
      for (int j = 0; j < i; j++) {
        int a = Math.max(order[i], order[j]);
        int b = Math.min(order[i], order[j]);
        other[at++] = y.numbers[(int) ((long) a * (a - 1) / 2) + b];
      }
    }
    return new double[] {correlation(x.numbers, other, null)};
  }

  /** A row drawn twice makes no pair with itself: that distance would be 0 on both sides. */
  @Override
  public double[] resampled(int[] units) {
    if (!isKnown()) {
      return new double[] {Double.NaN};
    }
    double[] drawn = KernelFamily.weights(units);
    double[] weights = new double[x.numbers.length];
    int at = 0;
    for (int i = 0; i < drawn.length; i++) {
      for (int j = 0; j < i; j++) {
        weights[at++] = drawn[i] * drawn[j];
      }
    }
    return switch (agreement) {
      case PEARSON -> new double[] {correlation(x.numbers, y.numbers, weights)};
      case SPEARMAN ->
          new double[] {correlation(x.reranked(weights), y.reranked(weights), weights)};
    };
  }

  /**
   * Pearson's; NaN where a side has no spread.
   *
   * @param weights of each pair; null for one each
   */
  private static double correlation(double[] a, double[] b, double @Nullable [] weights) {
    double count = 0;
    double sumA = 0;
    double sumB = 0;
    for (int i = 0; i < a.length; i++) {
      double weight = weights == null ? 1 : weights[i];
      count += weight;
      sumA += weight * a[i];
      sumB += weight * b[i];
    }
    double meanA = sumA / count;
    double meanB = sumB / count;
    double ab = 0;
    double aa = 0;
    double bb = 0;
    for (int i = 0; i < a.length; i++) {
      double weight = weights == null ? 1 : weights[i];
      double p = a[i] - meanA;
      double q = b[i] - meanB;
      ab += weight * p * q;
      aa += weight * p * p;
      bb += weight * q * q;
    }
    double r = ab / Math.sqrt(aa * bb);
    return Math.abs(r) > 1 ? Math.signum(r) : r; // NaN stays
  }

  @Override
  public Cost cost() {
    return new Cost(RESAMPLE * x.numbers.length, SHUFFLE * x.numbers.length);
  }
}
