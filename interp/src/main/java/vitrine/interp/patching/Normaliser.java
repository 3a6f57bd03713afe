package vitrine.interp.patching;

import java.util.stream.IntStream;
import vitrine.interp.stats.Interval;
import vitrine.interp.stats.Resampling;

/**
 * From the metric of patched runs to a share of the way from the corrupted prompt to the clean one:
 *
 * <pre>  (mean m - mean corrupted) / (mean clean - mean corrupted)</pre>
 *
 * 0 where the patched run does as the corrupted prompt, 1 where it does as the clean one. A ratio
 * of means over the pairs, not a mean of ratios, which one pair that the model cannot tell apart
 * would rule. The pair is what is resampled.
 */
final class Normaliser {
  private final double[] clean;
  private final double[] corrupted;
  private final Resampling resampling;

  /**
   * @param clean the metric of each pair's clean prompt
   * @param corrupted likewise
   */
  Normaliser(double[] clean, double[] corrupted, Resampling resampling) {
    this.clean = clean.clone();
    this.corrupted = corrupted.clone();
    this.resampling = resampling;
  }

  /**
   * The two numbers of a component.
   *
   * @param values the metric of each pair's patched run; NaN for pairs that have no such component
   */
  Measured of(double[] values) {
    int[] present =
        IntStream.range(0, values.length).filter(i -> !Double.isNaN(values[i])).toArray();
    double[] theirs = IntStream.of(present).mapToDouble(i -> values[i]).toArray();
    return new Measured(
        resampling.mean(theirs),
        resampling.of(present.length, units -> share(values, present, units)));
  }

  /** The clean prompts' mean. */
  Interval ofClean() {
    return resampling.mean(clean);
  }

  /** The corrupted prompts' mean. */
  Interval ofCorrupted() {
    return resampling.mean(corrupted);
  }

  private double share(double[] values, int[] present, int[] units) {
    double way = 0;
    double whole = 0;
    for (int unit : units) {
      int pair = present[unit];
      way += values[pair] - corrupted[pair];
      whole += clean[pair] - corrupted[pair];
    }
    return whole == 0 ? Double.NaN : way / whole;
  }
}
