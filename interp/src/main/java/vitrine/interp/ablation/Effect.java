package vitrine.interp.ablation;

import vitrine.interp.stats.Interval;

/**
 * What switching off did.
 *
 * @param variant what was off
 * @param value the metric then, with an interval over texts
 * @param change how far that is from the clean run's on the same texts, with an interval
 * @param p of a paired test that there is no change; NaN where no text changed at all
 * @param adjusted the same, corrected for all variants that were looked at (Holm 1979)
 */
public record Effect(Variant variant, Interval value, Interval change, double p, double adjusted) {
  /** How many texts. */
  public int n() {
    return change.n();
  }
}
