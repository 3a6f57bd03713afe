package vitrine.interp.stats;

import java.util.Arrays;

/**
 * Wilcoxon's signed-rank test of paired numbers (Wilcoxon 1945): as {@link SignFlips}, of the ranks
 * of the differences instead of the differences, so that a few large ones do not decide.
 *
 * <p>Pairs without a difference are left out, as Wilcoxon did; equal ones share their mean rank. Up
 * to 50 differences every outcome is counted, ties and all; beyond, the normal distribution with
 * the variance of those very ranks and no correction for continuity.
 */
public final class SignedRank {
  private static final int MOST_EXACT = 50;

  private SignedRank() {}

  /** Tests that the differences lie evenly about zero. */
  public static PairedTest test(double[] first, double[] second) {
    double[] differences = PairedTest.differences(first, second);
    double mean = Sample.mean(differences);
    double[] moved = Arrays.stream(differences).filter(each -> each != 0).toArray();
    PairedTest.Way way = moved.length <= MOST_EXACT ? PairedTest.Way.EXACT : PairedTest.Way.NORMAL;
    if (moved.length == 0 || Double.isNaN(mean)) {
      return new PairedTest(mean, Double.NaN, differences.length, way);
    }
    double[] ranks = Ranks.of(Arrays.stream(moved).map(Math::abs).toArray());
    double positive = 0;
    for (int i = 0; i < moved.length; i++) {
      positive += moved[i] > 0 ? ranks[i] : 0;
    }
    double p = way == PairedTest.Way.EXACT ? exact(ranks, positive) : normal(ranks, positive);
    return new PairedTest(mean, p, differences.length, way);
  }

  /** The distribution of the sum of positive ranks, each there or not, by convolution. */
  private static double exact(double[] ranks, double positive) {
    int[] doubled = Arrays.stream(ranks).mapToInt(rank -> (int) Math.round(2 * rank)).toArray();
    int total = Arrays.stream(doubled).sum();
    double[] ways = new double[total + 1];
    ways[0] = 1;
    for (int rank : doubled) {
      for (int sum = total; sum >= rank; sum--) {
        ways[sum] += ways[sum - rank];
      }
    }
    int seen = (int) Math.round(2 * positive);
    double below = 0;
    double above = 0;
    for (int sum = 0; sum <= total; sum++) {
      below += sum <= seen ? ways[sum] : 0;
      above += sum >= seen ? ways[sum] : 0;
    }
    return Math.min(1, 2 * Math.min(below, above) / Math.pow(2, ranks.length));
  }

  /** Mean and variance of that sum are half the ranks' sum and a quarter of their squares'. */
  private static double normal(double[] ranks, double positive) {
    double mean = 0;
    double variance = 0;
    for (double rank : ranks) {
      mean += rank / 2;
      variance += rank * rank / 4;
    }
    return 2 * Normal.below(-Math.abs(positive - mean) / Math.sqrt(variance));
  }
}
