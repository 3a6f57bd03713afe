package vitrine.engine.training;

import org.jspecify.annotations.Nullable;

/**
 * Where a training stands, beside its weights and the optimizer's numbers.
 *
 * @param step the last one taken
 * @param seconds that it took so far
 * @param metricsBytes how long the metrics were
 * @param losses what the first steps' losses were
 * @param best the best evaluation; null before the first
 * @param withoutBetter evaluations since then
 * @param ended null while there is more to do
 */
record TrainingState(
    int step,
    double seconds,
    long metricsBytes,
    LossWatch losses,
    @Nullable Best best,
    int withoutBetter,
    TrainingEvent.@Nullable Reason ended) {
  /** The best evaluation, and the step it was after. */
  record Best(int step, double value) {}

  static final TrainingState START = new TrainingState(0, 0, 0, LossWatch.START, null, 0, null);

  TrainingState stepped(double loss) {
    return new TrainingState(
        step + 1, seconds, metricsBytes, losses.with(loss), best, withoutBetter, ended);
  }

  /** After a step whose examples asked nothing. */
  TrainingState passedOver() {
    return new TrainingState(step + 1, seconds, metricsBytes, losses, best, withoutBetter, ended);
  }

  TrainingState spent(double moreSeconds) {
    return new TrainingState(
        step, seconds + moreSeconds, metricsBytes, losses, best, withoutBetter, ended);
  }

  /** After an evaluation at this step. */
  TrainingState evaluated(Measure measure, double value) {
    boolean better = best == null || measure.isBetter(value, best.value());
    return new TrainingState(
        step,
        seconds,
        metricsBytes,
        losses,
        better ? new Best(step, value) : best,
        better ? 0 : withoutBetter + 1,
        ended);
  }

  boolean isBest() {
    return best != null && best.step() == step;
  }

  TrainingState written(long bytes) {
    return new TrainingState(step, seconds, bytes, losses, best, withoutBetter, ended);
  }

  TrainingState ended(TrainingEvent.Reason reason) {
    return new TrainingState(step, seconds, metricsBytes, losses, best, withoutBetter, reason);
  }
}
