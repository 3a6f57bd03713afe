package vitrine.app.training;

import java.util.Locale;
import java.util.function.Consumer;
import vitrine.app.terminal.Console;
import vitrine.app.terminal.ProgressBar;
import vitrine.app.terminal.Sizes;
import vitrine.engine.data.Examples;
import vitrine.engine.training.TrainingData;
import vitrine.engine.training.TrainingEvent;

/**
 * Tells a person what happens: on a terminal one line that is rewritten, otherwise a line now and
 * then; evaluations always.
 */
public final class TrainingView implements Consumer<TrainingEvent> {
  /** How much of the shown loss is that of the last step: single steps jump. */
  private static final double FRESH = 0.1;

  private final Console console;
  private final ProgressBar bar;
  private double shown = Double.NaN;

  /** How many validation examples were read since the last event. */
  private int evaluated;

  public TrainingView(Console console) {
    this.console = console;
    this.bar = new ProgressBar(console);
  }

  /** The same data; while it is evaluated with, that is shown. */
  public TrainingData watching(TrainingData data) {
    Examples validation = data.validation();
    return validation == null
        ? data
        : new TrainingData(
            data.train(), new Watched(validation, _ -> evaluating(validation.size())));
  }

  private void evaluating(int all) {
    evaluated++;
    // What checks the data beforehand reads some of it too, and not in this order.
    double share = Math.min(1, (double) evaluated / all);
    bar.show(
        share,
        () ->
            "evaluated "
                + Sizes.grouped(Math.min(evaluated, all))
                + " of "
                + Sizes.grouped(all)
                + " validation examples");
  }

  @Override
  public void accept(TrainingEvent event) {
    evaluated = 0;
    switch (event) {
      case TrainingEvent.Started started -> console.note(started(started));
      case TrainingEvent.Note note -> console.note(note.text());
      case TrainingEvent.Step step -> step(step);
      case TrainingEvent.Evaluated evaluated ->
          console.note(
              "step "
                  + evaluated.step()
                  + ", validation: "
                  + Measures.text(evaluated.evaluation())
                  + (evaluated.standing() == TrainingEvent.Standing.BEST ? " (best so far)" : ""));
      case TrainingEvent.Checkpointed _ -> {}
      case TrainingEvent.Stopped _ -> bar.end();
    }
  }

  private static String started(TrainingEvent.Started started) {
    return (started.step() == 0 ? "training: " : "going on after step " + started.step() + ": ")
        + Sizes.grouped(started.steps())
        + (started.steps() == 1 ? " step, " : " steps, ")
        + Sizes.grouped(started.stepsPerEpoch())
        + " an epoch of "
        + Sizes.grouped(started.examples())
        + " examples; "
        + (started.validation() == 0
            ? "no validation"
            : Sizes.grouped(started.validation()) + " validation examples");
  }

  private void step(TrainingEvent.Step step) {
    shown = Double.isNaN(shown) ? step.loss() : shown + FRESH * (step.loss() - shown);
    bar.show(
        (double) step.step() / step.steps(),
        () ->
            String.format(
                Locale.ROOT,
                "step %d/%d  loss %s  %,.0f tokens/s  %s left",
                step.step(),
                step.steps(),
                Measures.number(shown),
                step.tokensPerSecond(),
                Durations.of(step.secondsLeft())));
  }
}
