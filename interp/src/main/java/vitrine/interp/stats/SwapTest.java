package vitrine.interp.stats;

import vitrine.engine.data.Draw;

/**
 * The approximate randomization test (Noreen 1989; of scores of systems, Yeh 2000): were there no
 * difference between two conditions, the two outcomes of each unit could as well be exchanged. For
 * statistics that are no mean of numbers, such as F1; for means {@link SignFlips} is the same test.
 *
 * @param seed decides the exchanges drawn
 * @param draws how many, where there are too many to try them all
 */
public record SwapTest(long seed, int draws) {
  /** Up to here all 2^n exchanges are tried. */
  static final int MOST_EXACT = 12;

  private static final int USUAL = 9999;

  /** The difference of the statistic between the conditions. */
  @FunctionalInterface
  public interface Difference {
    /**
     * First less second.
     *
     * @param swapped for each unit whether its two outcomes are exchanged; not to be changed
     */
    double of(boolean[] swapped);
  }

  public SwapTest {
    if (draws < 1) {
      throw new IllegalArgumentException("swap test: draws: " + draws + "; expected at least 1");
    }
  }

  /** With 9,999 draws: p-values down to 0.0001. */
  public static SwapTest seeded(long seed) {
    return new SwapTest(seed, USUAL);
  }

  /** The least p-value that so many units can have. */
  public double least(int units) {
    return countsAll(units) ? Math.scalb(1.0, 1 - units) : 1.0 / (draws + 1);
  }

  /** Whether all exchanges of so many units are tried. */
  public static boolean countsAll(int units) {
    return units <= MOST_EXACT;
  }

  /**
   * Tests that the statistic is the same in both conditions.
   *
   * @param units how many there are
   */
  public PairedTest test(int units, Difference difference) {
    double seen = difference.of(new boolean[units]);
    boolean exact = countsAll(units);
    PairedTest.Way way = exact ? PairedTest.Way.EXACT : PairedTest.Way.SAMPLED;
    if (units == 0 || Double.isNaN(seen)) {
      return new PairedTest(Double.NaN, Double.NaN, units, way);
    }
    double bar = Math.abs(seen) * (1 - 1e-12);
    int tries = exact ? 1 << units : draws;
    int extremes = 0;
    for (int draw = 0; draw < tries; draw++) {
      boolean[] swapped = exact ? bits(draw, units) : drawn(draw, units);
      extremes += Math.abs(difference.of(swapped)) >= bar ? 1 : 0;
    }
    // Of a sample, the outcome that was seen is one (Phipson and Smyth 2010): p is never 0.
    double p = exact ? (double) extremes / tries : (extremes + 1.0) / (tries + 1.0);
    return new PairedTest(seen, p, units, way);
  }

  private static boolean[] bits(long number, int units) {
    boolean[] swapped = new boolean[units];
    for (int i = 0; i < units; i++) {
      swapped[i] = (number >>> i & 1) != 0;
    }
    return swapped;
  }

  private boolean[] drawn(int draw, int units) {
    long key = Draw.key(seed, Draw.Use.SIGNS, draw);
    boolean[] swapped = new boolean[units];
    long bits = 0;
    for (int i = 0; i < units; i++) {
      bits = i % Long.SIZE == 0 ? Draw.next(key, i / Long.SIZE) : bits >>> 1;
      swapped[i] = (bits & 1) != 0;
    }
    return swapped;
  }
}
