package vitrine.interp.stats;

/**
 * The sign test of paired numbers (Arbuthnot 1710): were there no difference, each pair that
 * differs could as well differ the other way. Of two conditions' right and wrong answers, 1 and 0,
 * it is McNemar's test (1947), counted out and not by its chi-square.
 *
 * <p>Pairs without a difference are left out; how large the others are does not matter. Exact for
 * any number of pairs.
 */
public final class SignTest {
  private SignTest() {}

  /** Tests that first is as often above second as below. */
  public static PairedTest test(double[] first, double[] second) {
    double[] differences = PairedTest.differences(first, second);
    double mean = Sample.mean(differences);
    int above = 0;
    int below = 0;
    for (double each : differences) {
      above += each > 0 ? 1 : 0;
      below += each < 0 ? 1 : 0;
    }
    boolean says = above + below > 0 && !Double.isNaN(mean);
    double p = says ? twoSided(Math.min(above, below), above + below) : Double.NaN;
    return new PairedTest(mean, p, differences.length, PairedTest.Way.EXACT);
  }

  /** Twice the share of outcomes of n fair coins with at most k heads, k at most half. */
  private static double twoSided(int k, int n) {
    if (2 * k == n) {
      return 1;
    }
    // The last term by logarithms, since n choose k overflows; the others from it, downwards.
    double last = -n * Math.log(2);
    for (int i = 1; i <= k; i++) {
      last += Math.log((double) (n - k + i) / i);
    }
    double sum = 0;
    double term = 1;
    for (int i = k; i >= 0 && term > 1e-18 * sum; i--) {
      sum += term;
      term *= (double) i / (n - i + 1);
    }
    return Math.min(1, 2 * Math.exp(last) * sum);
  }
}
