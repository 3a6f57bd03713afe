package vitrine.engine.training;

/**
 * Tells when a loss explodes: when it is finite and far above what it was in the beginning.
 *
 * @param sum of the first losses
 * @param count of them
 */
record LossWatch(double sum, int count) {
  static final LossWatch START = new LossWatch(0, 0);

  /** How many losses are the beginning. */
  private static final int FIRST = 20;

  private static final double TIMES = 10;

  /** No loss below this is an explosion, however well training began. */
  private static final double FLOOR = 10;

  LossWatch with(double loss) {
    return count < FIRST ? new LossWatch(sum + loss, count + 1) : this;
  }

  /** The highest loss that is no explosion; infinite in the beginning. */
  double limit() {
    return count < FIRST ? Double.POSITIVE_INFINITY : Math.max(FLOOR, TIMES * sum / count);
  }

  /** In words, for the error. */
  String why() {
    return "%.4g, which is %s"
        .formatted(
            limit(),
            limit() == FLOOR
                ? "far above the first " + count + " steps'"
                : "%.0f times the mean of the first %d steps".formatted(TIMES, count));
  }
}
