package vitrine.interp.ablation;

import vitrine.interp.stats.Interval;
import vitrine.interp.stats.PairedTest;

/**
 * What switching off did.
 *
 * @param variant what was off
 * @param value the metric then, with an interval over texts
 * @param change how far that is from the clean run's on the same texts, with an interval
 * @param test a paired test that there is no change; its p is NaN where no text changed at all
 * @param adjusted the same p, corrected for all variants that were looked at (Holm 1979)
 */
public record Effect(
    Variant variant, Interval value, Interval change, PairedTest test, double adjusted) {
  /** How many texts. */
  public int n() {
    return change.n();
  }

  /** The p-value of the test alone. */
  public double p() {
    return test.p();
  }

  /** Whether there was anything to test, so that it counts among those that are corrected for. */
  boolean isTested() {
    return !Double.isNaN(p());
  }
}
