package vitrine.engine.training;

import org.jspecify.annotations.Nullable;

/**
 * Tells when a loss explodes: when the mean of the last ones is finite and far above the mean of
 * the first. Single steps may jump, as those of regressions do.
 *
 * @param sum of the first losses
 * @param count of them
 * @param recent a mean in which the last losses count most
 */
record LossWatch(double sum, int count, double recent) {
  static final LossWatch START = new LossWatch(0, 0, 0);

  /** How many losses are the beginning. */
  private static final int FIRST = 20;

  private static final double KEPT = 0.9;

  /** No loss below this is an explosion, however well training began. */
  private static final double FLOOR = 10;

  LossWatch with(double loss) {
    double mean = count == 0 ? loss : KEPT * recent + (1 - KEPT) * loss;
    return count < FIRST
        ? new LossWatch(sum + loss, count + 1, mean)
        : new LossWatch(sum, count, mean);
  }

  /** What is too much, as a recipe has it; null while, or where, nothing is. */
  @Nullable Excess limited(Watch watch) {
    Double times = watch.lossLimit();
    if (times == null || count < FIRST) {
      return null;
    }
    double limit = Math.max(FLOOR, times * sum / count);
    return recent > limit ? new Excess(recent, limit, count) : null;
  }

  /**
   * A loss that has exploded.
   *
   * @param recent the mean of the last
   * @param limit the highest that it may be
   * @param first how many first ones the limit is from
   */
  record Excess(double recent, double limit, int first) {}
}
