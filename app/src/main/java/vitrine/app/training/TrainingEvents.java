package vitrine.app.training;

import java.util.function.Consumer;
import tools.jackson.databind.node.ObjectNode;
import vitrine.app.terminal.EventLines;
import vitrine.engine.training.TrainingEvent;
import vitrine.interp.io.Json;

/** Tells a program what happens: one JSON object a line on standard output, at once. */
public final class TrainingEvents implements Consumer<TrainingEvent> {
  private final EventLines lines;

  public TrainingEvents(EventLines lines) {
    this.lines = lines;
  }

  @Override
  public void accept(TrainingEvent event) {
    lines.print(
        switch (event) {
          case TrainingEvent.Started started -> started(started);
          case TrainingEvent.Note note ->
              Json.object().put("event", "note").put("text", note.text());
          case TrainingEvent.Step step -> step(step);
          case TrainingEvent.Evaluated evaluated -> evaluated(evaluated);
          case TrainingEvent.Checkpointed checkpointed ->
              named("checkpoint", checkpointed)
                  .put("file", checkpointed.file().toString())
                  .put("bytes", checkpointed.bytes())
                  .put("seconds", checkpointed.seconds());
          case TrainingEvent.Stopped stopped ->
              named("stopped", stopped)
                  .put("reason", stopped.reason().label())
                  .put("best_step", stopped.best());
        });
  }

  private static ObjectNode named(String name, TrainingEvent event) {
    return Json.object().put("event", name).put("step", event.step());
  }

  private static ObjectNode started(TrainingEvent.Started started) {
    return named("started", started)
        .put("steps", started.steps())
        .put("steps_per_epoch", started.stepsPerEpoch())
        .put("examples", started.examples())
        .put("validation_examples", started.validation());
  }

  private static ObjectNode step(TrainingEvent.Step step) {
    ObjectNode event = named("step", step).put("steps", step.steps()).put("epoch", step.epoch());
    event.set("loss", Json.number(step.loss()));
    event.put("learning_rate", step.learningRate());
    event.set("gradient_norm", Json.number(step.gradientNorm()));
    event.put("tokens", step.tokens()).put("tokens_per_second", step.tokensPerSecond());
    event.put("seconds", step.seconds());
    event.set("seconds_left", Json.number(step.secondsLeft()));
    return event;
  }

  private static ObjectNode evaluated(TrainingEvent.Evaluated evaluated) {
    ObjectNode event = named("evaluation", evaluated);
    Measures.put(event, evaluated.evaluation());
    event.put("best", evaluated.standing() == TrainingEvent.Standing.BEST);
    return event.put("seconds", evaluated.seconds());
  }
}
