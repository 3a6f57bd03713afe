package vitrine.bench;

import java.util.Arrays;
import java.util.SplittableRandom;

/** Medians, and how sure they are. */
public final class Stats {
  private static final int RESAMPLES = 4000;
  private static final double TAIL = 0.025;

  private Stats() {}

  /** A number between two others that hold it with 95%. */
  public record Interval(double low, double middle, double high) {}

  /** The middle one; of an even number, the mean of the two in the middle. */
  public static double median(double... values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int half = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }

  /**
   * median(a) / median(b) with its 95% interval: the percentile bootstrap (Efron 1979) over rounds.
   *
   * @param a one sample a round
   * @param b likewise, of the same rounds
   */
  public static Interval ratio(double[] a, double[] b) {
    if (a.length != b.length) {
      throw new IllegalArgumentException(
          "ratio: " + a.length + " and " + b.length + " samples; expected pairs");
    }
    SplittableRandom random = new SplittableRandom(1);
    double[] ratios = new double[RESAMPLES];
    double[] someA = new double[a.length];
    double[] someB = new double[a.length];
    for (int resample = 0; resample < RESAMPLES; resample++) {
      for (int i = 0; i < a.length; i++) {
        int round = random.nextInt(a.length);
        someA[i] = a[round];
        someB[i] = b[round];
      }
      ratios[resample] = median(someA) / median(someB);
    }
    Arrays.sort(ratios);
    return new Interval(
        ratios[(int) (TAIL * RESAMPLES)],
        median(a) / median(b),
        ratios[(int) ((1 - TAIL) * RESAMPLES) - 1]);
  }
}
