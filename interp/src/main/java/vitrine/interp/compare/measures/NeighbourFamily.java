package vitrine.interp.compare.measures;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Mutual nearest neighbours (Huh et al. 2024, section 3): of each example the k nearest others by
 * the cosine of their rows, on both sides; the share of k that both have, as a mean over examples.
 * Equal cosines go to the lower row.
 *
 * <p>What it does not tell: how far away neighbours are, or anything of the shape at large. By
 * chance it is k / (n-1).
 */
final class NeighbourFamily implements Family {
  private final int k;
  private final int[][] orderOfX;
  private final int[][] orderOfY;
  private final boolean known;

  NeighbourFamily(Activations x, Activations y, int k) {
    double[][] a = Distances.cosines(x);
    double[][] b = Distances.cosines(y);
    this.k = k;
    this.known = k < a.length && isKnown(a) && isKnown(b);
    this.orderOfX = known ? orders(a) : new int[a.length][0];
    this.orderOfY = known ? orders(b) : new int[a.length][0];
  }

  private static boolean isKnown(double[][] cosines) {
    return Arrays.stream(cosines).noneMatch(row -> Double.isNaN(row[0]));
  }

  /** Of each row all others, nearest first. */
  private static int[][] orders(double[][] cosines) {
    return IntStream.range(0, cosines.length)
        .mapToObj(i ->
            IntStream.range(0, cosines.length)
                .filter(j -> j != i)
                .boxed()
                .sorted(Comparator.comparingDouble(j -> -cosines[i][j]))
                .mapToInt(Integer::intValue)
                .toArray())
        .toArray(int[][]::new);
  }

  @Override
  public List<Measure> measures() {
    return List.of(Measure.NEIGHBOURS);
  }

  @Override
  public int rows() {
    return orderOfX.length;
  }

  @Override
  public double[] estimates() {
    return shuffled(IntStream.range(0, orderOfX.length).toArray());
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
        seen[orderOfY[order[i]][place]] = i + 1;
      }
      for (int place = 0; place < k; place++) {
        shared += seen[order[orderOfX[i][place]]] == i + 1 ? 1 : 0;
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
    double[] weights = RbfFamily.weights(units);
    int[] seen = new int[units.length];
    double shared = 0;
    for (int i = 0; i < units.length; i++) {
      if (weights[i] > 0) {
        int[] ofX = nearest(orderOfX[i], weights);
        for (int j : nearest(orderOfY[i], weights)) {
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
  public double cost() {
    return 100.0 * k * orderOfX.length;
  }
}
