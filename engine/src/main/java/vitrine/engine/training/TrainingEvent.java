package vitrine.engine.training;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** What happens while a model is trained, told as it happens. */
public sealed interface TrainingEvent {
  /** The step that was taken last; 0 before the first. */
  int step();

  /**
   * Training begins, or goes on.
   *
   * @param step 0, or that of the checkpoint it goes on from
   * @param steps in all
   * @param stepsPerEpoch rounded up
   * @param examples to train on
   * @param validation examples to evaluate with; 0 for none
   */
  record Started(int step, int steps, int stepsPerEpoch, int examples, int validation)
      implements TrainingEvent {}

  /** One sentence that is worth knowing. */
  record Note(int step, String text) implements TrainingEvent {}

  /**
   * A step was taken.
   *
   * @param steps in all
   * @param epoch passes over the examples so far
   * @param loss before the step
   * @param learningRate of the step
   * @param gradientNorm before it was clipped
   * @param tokens of the step, padding left out
   * @param tokensPerSecond of the last steps
   * @param seconds since the beginning, earlier sessions included
   * @param secondsLeft to the last step, as it goes
   */
  record Step(
      int step,
      int steps,
      double epoch,
      double loss,
      double learningRate,
      double gradientNorm,
      long tokens,
      double tokensPerSecond,
      double seconds,
      double secondsLeft)
      implements TrainingEvent {}

  /**
   * The model was evaluated.
   *
   * @param standing among the evaluations so far
   * @param seconds that it took
   */
  record Evaluated(int step, Evaluation evaluation, Standing standing, double seconds)
      implements TrainingEvent {}

  /** Whether an evaluation is the best so far. */
  enum Standing {
    BEST,
    NOT_BEST
  }

  /** All of it is on the disk: what is killed from here on goes on from this step. */
  record Checkpointed(int step, Path file, long bytes, double seconds) implements TrainingEvent {}

  /**
   * Training has ended.
   *
   * @param best the step of the best evaluation; null without evaluations
   */
  record Stopped(int step, Reason reason, @Nullable Integer best) implements TrainingEvent {}

  /** Why training ended. */
  enum Reason {
    /** It took all its steps. */
    COMPLETE("complete"),
    /** Evaluations got no better any more. */
    PATIENCE("patience"),
    /** There was no more time; it can go on. */
    TIME("time"),
    /** It was asked to stop, and can go on. */
    ASKED("asked");

    private final String label;

    Reason(String label) {
      this.label = label;
    }

    /** As metrics have it. */
    public String label() {
      return label;
    }
  }
}
