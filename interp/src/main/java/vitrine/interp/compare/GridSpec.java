package vitrine.interp.compare;

import java.util.List;
import vitrine.interp.compare.measures.Measure;
import vitrine.interp.compare.measures.Options;

/**
 * What is compared of two models' layers.
 *
 * @param site read in every block, as {@code resid_post}
 * @param unit what a row is
 * @param pairs of which layers
 * @param measures the first is drawn first
 * @param options of the measures; of their draws only the seed counts
 * @param groups the rows are split into so many for the intervals of {@link #hasInterval}
 */
public record GridSpec(
    String site, Unit unit, Pairs pairs, List<Measure> measures, Options options, int groups) {
  /** Of which layers. */
  public enum Pairs {
    /** Each of the one with each of the other. */
    ALL,
    /** Each with its like. */
    SAME
  }

  public GridSpec {
    measures = List.copyOf(measures);
  }

  /** Whether a measure's intervals are quick: those without a decomposition. */
  static boolean hasInterval(Measure measure) {
    return measure == Measure.CKA_LINEAR || measure == Measure.CKA_UNBIASED;
  }
}
