package vitrine.app.commands;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;
import vitrine.app.terminal.Console;
import vitrine.app.terminal.EventLines;
import vitrine.app.terminal.OneLine;
import vitrine.app.terminal.Sizes;
import vitrine.app.training.Durations;
import vitrine.app.training.Measures;
import vitrine.engine.models.Model;
import vitrine.engine.training.Evaluation;
import vitrine.engine.training.Trainer;
import vitrine.engine.training.TrainingEvent;
import vitrine.interp.io.Json;

/**
 * What a training came to.
 *
 * @param last the last step that was taken now; null where none was left
 * @param evaluation of the weights that were kept; empty without validation data
 * @param patience after how many evaluations without a better one it was to stop; null for never
 */
record TrainingReport(
    Trainer.Outcome outcome,
    TrainingEvent.@Nullable Step last,
    Optional<Evaluation> evaluation,
    @Nullable Integer patience,
    Model model,
    Path out) {
  void print(EventLines events) {
    ObjectNode done = Json.object().put("event", "done").put("step", outcome.step());
    done.put("reason", outcome.reason().label()).put("kept", outcome.kept());
    done.put("parameters", model.facts().parameters()).put("out", out.toString());
    evaluation.ifPresent(kept -> Measures.put(done.putObject("validation"), kept));
    events.print(done);
  }

  void print(Console console) {
    String steps =
        "trained " + Sizes.grouped(outcome.step()) + (outcome.step() == 1 ? " step" : " steps");
    console.println(
        last == null
            ? steps + " before; none was left"
            : "%s in %s; loss of the last %s"
                .formatted(steps, Durations.of(last.seconds()), Measures.number(last.loss())));
    if (outcome.reason() == TrainingEvent.Reason.PATIENCE) {
      console.println("stopped early: no better evaluation in " + patience);
    }
    boolean isLast = outcome.kept() == outcome.step();
    if (!isLast) {
      console.println("kept the weights of step " + outcome.kept() + ", the best");
    }
    evaluation.ifPresent(kept ->
        console.println(
            (isLast ? "last validation: " : "their validation: ") + Measures.text(kept)));
    console.println(
        "model of %s parameters in %s"
            .formatted(Sizes.grouped(model.facts().parameters()), OneLine.escape(out.toString())));
  }
}
