package vitrine.interp.compare.measures;

import java.util.List;

/** Measures of one pair of matrices that share their work; each gives one number a measure. */
interface Family {
  /** Which, in the order of all arrays. */
  List<Measure> measures();

  /** How many rows it looks at: those that draws are made of. */
  int rows();

  /** Of the rows as they are. */
  double[] estimates();

  /**
   * With the rows of Y in another order: what there is without correspondence.
   *
   * @param order a permutation
   */
  double[] shuffled(int[] order);

  /**
   * Of rows drawn with replacement, the same on both sides.
   *
   * @param units as many as there are rows
   */
  double[] resampled(int[] units);

  /** What draws take. */
  Cost cost();

  /**
   * About how many operations one draw takes.
   *
   * @param resample of {@link #resampled}
   * @param shuffle of {@link #shuffled}
   */
  record Cost(double resample, double shuffle) {}
}
