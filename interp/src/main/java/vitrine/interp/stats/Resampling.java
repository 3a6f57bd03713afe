package vitrine.interp.stats;

import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import vitrine.engine.data.Draw;

/**
 * The bootstrap (Efron 1979): how much a number would vary had other sentences been drawn. Each
 * resample draws as many units as there are, with replacement.
 *
 * <p>Of as many units the same seed draws the same ones for every statistic: what is compared
 * between heads is compared on the same resamples.
 *
 * <p>What it does not tell: anything of texts of another kind than the sample's. With a handful of
 * units its intervals are too narrow, whatever the method.
 *
 * @param seed decides every draw
 * @param resamples how many times; 2,000 settle a 95% interval to about a tenth of its width
 * @param level of the interval: 0.95
 * @param method how ends come from the resamples
 */
public record Resampling(long seed, int resamples, double level, Method method) {
  private static final int USUAL = 2000;

  /** How ends come from the resamples. */
  public enum Method {
    /** The quantiles of the resamples. */
    PERCENTILE,
    /** Corrected for bias and for a spread that changes with the value (Efron 1987). */
    BCA
  }

  /** A number of a resample. */
  @FunctionalInterface
  public interface Statistic {
    /**
     * The number.
     *
     * @param units indices of the units drawn, some more than once; not to be changed
     */
    double of(int[] units);
  }

  public Resampling {
    if (resamples < 1) {
      throw new IllegalArgumentException(
          "bootstrap: resamples: " + resamples + "; expected at least 1");
    }
    if (!(level > 0 && level < 1)) {
      throw new IllegalArgumentException("bootstrap: level: " + level + "; expected within (0, 1)");
    }
  }

  /** 2,000 resamples, 95%, BCa. */
  public static Resampling seeded(long seed) {
    return new Resampling(seed, USUAL, Interval.USUAL_LEVEL, Method.BCA);
  }

  /** The units of every resample, for many statistics of as many units. */
  public Draws draws(int units) {
    return Draws.kept(this, units);
  }

  /** The mean of one number a unit. */
  public Interval mean(double[] values) {
    return mean(Draws.once(this, values.length), values);
  }

  /**
   * The mean of one number a unit.
   *
   * @param draws of as many units, by this
   */
  public Interval mean(Draws draws, double[] values) {
    return of(draws, units -> mean(values, units), () -> meansWithout(values));
  }

  /**
   * The mean over the tokens of all sentences, with whole sentences resampled: the ratio of what
   * they add up to and of how many tokens they have.
   *
   * @param sentences one array a sentence, one number a token
   */
  public Interval meanOfTokens(List<double[]> sentences) {
    double[] sums = sentences.stream().mapToDouble(Sums::of).toArray();
    int[] counts = sentences.stream().mapToInt(each -> each.length).toArray();
    return of(sums.length, units -> ratio(sums, counts, units));
  }

  private static double mean(double[] values, int[] units) {
    Sums sum = new Sums();
    for (int unit : units) {
      sum.add(values[unit]);
    }
    return sum.value() / units.length;
  }

  private static double ratio(double[] sums, int[] counts, int[] units) {
    Sums sum = new Sums();
    long count = 0;
    for (int unit : units) {
      sum.add(sums[unit]);
      count += counts[unit];
    }
    return sum.value() / count;
  }

  /**
   * Any statistic.
   *
   * @param units how many there are
   */
  public Interval of(int units, Statistic statistic) {
    return of(Draws.once(this, units), statistic);
  }

  /**
   * Any statistic.
   *
   * @param draws by this, of as many units as there are
   */
  public Interval of(Draws draws, Statistic statistic) {
    return of(draws, statistic, () -> leftOut(draws.count(), statistic));
  }

  /**
   * @param leftOut the statistic without each unit in turn, if it is needed
   */
  private Interval of(Draws draws, Statistic statistic, Supplier<double[]> leftOut) {
    int units = draws.count();
    if (!draws.resampling().equals(this)) {
      throw new IllegalArgumentException("bootstrap: draws of another resampling");
    }
    int[] all = IntStream.range(0, units).toArray();
    double estimate = units == 0 ? Double.NaN : statistic.of(all);
    if (units < 2 || Double.isNaN(estimate)) {
      return Interval.unknown(estimate, level, units);
    }
    double[] drawn = new double[resamples];
    for (int i = 0; i < resamples; i++) {
      drawn[i] = statistic.of(draws.units(i));
    }
    Arrays.sort(drawn); // a NaN comes last, and makes the ends NaN
    double tail = (1 - level) / 2;
    double[] shares =
        switch (method) {
          case PERCENTILE -> new double[] {tail, 1 - tail};
          case BCA -> Bca.shares(drawn, estimate, leftOut.get(), tail);
        };
    if (Double.isNaN(shares[0]) || Double.isNaN(shares[1])) {
      return Interval.unknown(estimate, level, units);
    }
    return new Interval(
        estimate,
        Sample.quantileOfSorted(drawn, shares[0]),
        Sample.quantileOfSorted(drawn, shares[1]),
        level,
        units);
  }

  /** The units of one resample: of no other one's draws, so that their order does not matter. */
  int[] units(int count, int resample) {
    long key = Draw.key(seed, Draw.Use.RESAMPLING, resample);
    int[] units = new int[count];
    for (int i = 0; i < count; i++) {
      units[i] = Draw.below(Draw.next(key, i), count);
    }
    return units;
  }

  /** The statistic without each unit in turn: the jackknife. */
  private static double[] leftOut(int units, Statistic statistic) {
    int[] others = IntStream.range(1, units).toArray();
    double[] values = new double[units];
    for (int out = 0; out < units; out++) {
      values[out] = statistic.of(others);
      if (out < others.length) {
        others[out] = out; // where the next one was, that is left out next
      }
    }
    return values;
  }

  /** The same of a mean: from the sum of all, so that a thousand units are not a million steps. */
  private static double[] meansWithout(double[] values) {
    double sum = Sums.of(values);
    double[] means = new double[values.length];
    for (int out = 0; out < means.length; out++) {
      means[out] = (sum - values[out]) / (values.length - 1);
    }
    return means;
  }
}
