package vitrine.interp.stats;

import org.jspecify.annotations.Nullable;

/**
 * The units of every resample of as many units, drawn once for all statistics that are taken of
 * them. Where they would take too much memory they are drawn each time; the numbers are the same.
 * May be shared by threads.
 */
public final class Draws {
  /** 64 MiB of them. */
  private static final long MOST_KEPT = 1 << 24;

  private final Resampling resampling;
  private final int count;
  private final int @Nullable [][] kept;

  private Draws(Resampling resampling, int count, int @Nullable [][] kept) {
    this.resampling = resampling;
    this.count = count;
    this.kept = kept;
  }

  /** For one statistic: nothing is kept. */
  static Draws once(Resampling resampling, int count) {
    return new Draws(resampling, count, null);
  }

  /** For many statistics. */
  static Draws kept(Resampling resampling, int count) {
    if ((long) resampling.resamples() * count > MOST_KEPT) {
      return once(resampling, count);
    }
    int[][] kept = new int[resampling.resamples()][];
    for (int i = 0; i < kept.length; i++) {
      kept[i] = resampling.units(count, i);
    }
    return new Draws(resampling, count, kept);
  }

  /** What they were drawn by. */
  Resampling resampling() {
    return resampling;
  }

  /** How many units each resample has. */
  int count() {
    return count;
  }

  /** The units of one resample; not to be changed. */
  int[] units(int resample) {
    return kept == null ? resampling.units(count, resample) : kept[resample];
  }
}
