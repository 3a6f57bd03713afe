package vitrine.interp.compare.measures;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import vitrine.interp.stats.Parallel;

/**
 * Mutual nearest neighbours (Huh et al. 2024, section 3): of each example the k nearest others by
 * the cosine of their rows, on both sides; the share of k that both have, as a mean over examples.
 * Cosines that rounding alone may have made different go to the lower row.
 *
 * <p>What it does not tell: how far away neighbours are, or anything of the shape at large. By
 * chance it is k / (n-1).
 */
final class NeighbourFamily implements Family {
  /** As near as this, distances on the unit sphere are the same. */
  private static final double SAME = 1e-12;

  /** Beyond the largest distance on the unit sphere. */
  private static final double OUTSIDE = 3;

  private final int k;
  private final Nearest x;
  private final Nearest y;
  private final boolean known;

  /**
   * One side.
   *
   * @param orders of each row all others, nearest first; empty where a row is zero
   */
  @SuppressWarnings("ArrayRecordComponent") // handed through once, compared by no one
  record Nearest(int rows, int[][] orders) {
    static Nearest of(Activations rows, int threads) {
      double[][] squared = Distances.squared(Distances.unit(rows), threads);
      int n = rows.rows();
      if (Arrays.stream(squared).anyMatch(row -> Double.isNaN(row[0]))) {
        return new Nearest(n, new int[0][]);
      }
      return new Nearest(n, Parallel.map(n, threads, i -> order(squared, i)).toArray(int[][]::new));
    }

    private static int[] order(double[][] squared, int i) {
      int n = squared.length;
      double[] distances = new double[n];
      for (int j = 0; j < n; j++) {
        distances[j] = Math.sqrt(i >= j ? squared[i][j] : squared[j][i]);
      }
      distances[i] = OUTSIDE; // a row is not its own neighbour
      int[] order = Arrays.copyOf(Ranks.order(distances), n - 1);
      for (int from = 0; from < order.length; ) {
        int to = from;
        while (to < order.length && distances[order[to]] <= distances[order[from]] + SAME) {
          to++;
        }
        Arrays.sort(order, from, to);
        from = to;
      }
      return order;
    }
  }

  NeighbourFamily(Nearest x, Nearest y, int k) {
    this.k = k;
    this.x = x;
    this.y = y;
    this.known = k < x.rows() && x.orders().length > 0 && y.orders().length > 0;
  }

  @Override
  public List<Measure> measures() {
    return List.of(Measure.NEIGHBOURS);
  }

  @Override
  public int rows() {
    return x.rows();
  }

  @Override
  public double[] estimates() {
    return shuffled(IntStream.range(0, x.rows()).toArray());
  }

  @Override
  public double[] shuffled(int[] order) {
    if (!known) {
      return new double[] {Double.NaN};
    }
    int n = order.length;
    int[] seen = new int[n];
    long shared = 0;
    for (int i = 0; i < n; i++) {
      for (int place = 0; place < k; place++) {
        seen[y.orders()[order[i]][place]] = i + 1;
      }
      for (int place = 0; place < k; place++) {
        shared += seen[order[x.orders()[i][place]]] == i + 1 ? 1 : 0;
      }
    }
    return new double[] {shared / ((double) n * k)};
  }

  /** Neighbours among the rows drawn; a row is not its own, however often it was drawn. */
  @Override
  public double[] resampled(int[] units) {
    if (!known) {
      return new double[] {Double.NaN};
    }
    double[] weights = KernelFamily.weights(units);
    int[] seen = new int[units.length];
    double shared = 0;
    for (int i = 0; i < units.length; i++) {
      if (weights[i] > 0) {
        int[] ofX = nearest(x.orders()[i], weights);
        for (int j : nearest(y.orders()[i], weights)) {
          seen[j] = i + 1;
        }
        for (int j : ofX) {
          shared += seen[j] == i + 1 ? weights[i] : 0;
        }
      }
    }
    return new double[] {shared / ((double) units.length * k)};
  }

  private int[] nearest(int[] order, double[] weights) {
    return Arrays.stream(order).filter(j -> weights[j] > 0).limit(k).toArray();
  }

  @Override
  public Cost cost() {
    return new Cost(100.0 * k * rows(), 10.0 * k * rows());
  }
}
