package vitrine.interp.compare;

import java.util.List;
import vitrine.interp.compare.measures.Measure;
import vitrine.interp.compare.measures.Options;
import vitrine.interp.rows.Unit;

/**
 * What is compared of two models' layers.
 *
 * @param site read in every block, as {@code resid_post}
 * @param unit what a row is
 * @param pairs of which layers
 * @param measures the first is drawn first
 * @param options of the measures
 * @param groups that texts are drawn into, for intervals
 */
public record GridSpec(
    String site, Unit unit, Pairs pairs, List<Measure> measures, Options options, Groups groups) {
  /** Of which layers. */
  public enum Pairs {
    /** Each of the one with each of the other. */
    ALL,
    /** Each with its like. */
    SAME
  }

  /**
   * Groups of texts.
   *
   * @param count 1 for no intervals
   * @param of which of the measures that stream have intervals
   */
  public record Groups(int count, Intervals of) {}

  /** Which measures have intervals: each leaves every group out in turn. */
  public enum Intervals {
    /** Those that are quick. */
    QUICK,
    /** All, however long that takes. */
    ALL
  }

  public GridSpec {
    measures = List.copyOf(measures);
  }

  /** Those that sums over a stream of rows are enough for. */
  List<Measure> streamed() {
    return measures.stream().filter(Measure::streams).toList();
  }

  /** Those over all pairs of rows. */
  List<Measure> pairwise() {
    return measures.stream().filter(Measure::isPairwise).toList();
  }
}
