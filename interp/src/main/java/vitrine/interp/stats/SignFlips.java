package vitrine.interp.stats;

import java.util.stream.IntStream;
import vitrine.engine.data.Draw;

/**
 * The sign-flip permutation test of paired numbers (Fisher 1935): were there no difference, each
 * pair's could as well have the other sign. The statistic is the mean.
 *
 * <p>What it does not tell: how large the difference is; that is the interval's part.
 *
 * @param seed decides the signs drawn
 * @param draws how many, where there are too many outcomes to count them all
 */
public record SignFlips(long seed, int draws) {
  /** Up to here all 2^n outcomes are counted: a million. */
  static final int MOST_EXACT = 20;

  private static final int USUAL = 9999;

  public SignFlips {
    if (draws < 1) {
      throw new IllegalArgumentException("sign flips: draws: " + draws + "; expected at least 1");
    }
  }

  /** With 9,999 draws: p-values down to 0.0001. */
  public static SignFlips seeded(long seed) {
    return new SignFlips(seed, USUAL);
  }

  /** Tests that first and second have the same mean. */
  public PairedTest test(double[] first, double[] second) {
    double[] differences = PairedTest.differences(first, second);
    double sum = Sums.of(differences);
    int n = differences.length;
    boolean exact = n <= MOST_EXACT;
    PairedTest.Way way = exact ? PairedTest.Way.EXACT : PairedTest.Way.SAMPLED;
    if (n == 0 || Double.isNaN(sum)) {
      return new PairedTest(Double.NaN, Double.NaN, n, way);
    }
    double bar = bar(differences, sum);
    double p;
    if (exact) {
      p = (double) extremes(differences, 0, 0, bar) / (1L << n);
    } else {
      long extremes =
          IntStream.range(0, draws)
              .filter(draw -> Math.abs(flipped(differences, draw)) >= bar)
              .count();
      // The outcome that was seen is one of them (Phipson and Smyth 2010): p is never 0.
      p = (extremes + 1.0) / (draws + 1.0);
    }
    return new PairedTest(sum / n, p, n, way);
  }

  /**
   * What counts as at least as extreme: sums that are equal on paper differ by their rounding,
   * which is far below this slack.
   */
  private static double bar(double[] differences, double sum) {
    double absolute = 0;
    for (double difference : differences) {
      absolute += Math.abs(difference);
    }
    return Math.abs(sum) - 1e-12 * absolute;
  }

  /** How many of the outcomes that begin with this sum are extreme. */
  private static long extremes(double[] differences, int at, double sum, double bar) {
    if (at == differences.length) {
      return Math.abs(sum) >= bar ? 1 : 0;
    }
    return extremes(differences, at + 1, sum + differences[at], bar)
        + extremes(differences, at + 1, sum - differences[at], bar);
  }

  /** The sum with the signs of one draw: of each number drawn, 64 pairs have a bit. */
  private double flipped(double[] differences, int draw) {
    long key = Draw.key(seed, Draw.Use.SIGNS, draw);
    double sum = 0;
    long bits = 0;
    for (int i = 0; i < differences.length; i++) {
      bits = i % Long.SIZE == 0 ? Draw.next(key, i / Long.SIZE) : bits >>> 1;
      sum += (bits & 1) == 0 ? differences[i] : -differences[i];
    }
    return sum;
  }
}
