package vitrine.app.commands;

import java.util.Collections;
import java.util.OptionalLong;
import vitrine.app.terminal.Sizes;
import vitrine.engine.data.Examples;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Saving;
import vitrine.engine.models.Forecast;
import vitrine.engine.models.Model;
import vitrine.engine.models.TrainingPass;
import vitrine.engine.training.Evaluator;
import vitrine.engine.training.Recipe;
import vitrine.engine.training.TrainingData;

/** What a training takes beside the weights, found by going through its largest pass. */
final class TrainingMemory {
  /** The two means of the optimizer, each as large as the gradients. */
  private static final int MEANS = 2;

  private final String operation;
  private final Model model;
  private final Recipe recipe;
  private final Inputs inputs;

  /** What the evaluations in between take beside gradients and the optimizer. */
  private final long evaluation;

  TrainingMemory(String operation, Model model, Recipe recipe, TrainingData data) {
    this.operation = operation;
    this.model = model;
    this.recipe = recipe;
    // Epochs stand one behind the other: a batch may be larger than one of them.
    long taken = recipe.extent().examples(data.train().size(), recipe.batching().perStep());
    int batch = (int) Math.min(recipe.batching().batch(), taken);
    this.inputs = Inputs.batch(Collections.nCopies(batch, longest(data.train())));
    Examples validation = data.validation();
    this.evaluation =
        validation == null
            ? 0
            : Evaluator.peakBytes(model, recipe.objective(), validation, recipe.batching().batch());
  }

  private static Example longest(Examples examples) {
    int longest = 0;
    for (int i = 1; i < examples.size() && examples.length(longest) < examples.longest(); i++) {
      longest = examples.length(i) > examples.length(longest) ? i : longest;
    }
    return examples.get(longest, 0);
  }

  /**
   * Refuses a training that does not fit.
   *
   * @return one sentence that says what it takes
   * @throws vitrine.app.terminal.ResourceException when more bytes are needed than available
   */
  String require(OptionalLong available) {
    Forecast forecast = forecast(recipe.saving());
    long state = (1 + MEANS) * forecast.gradients();
    long needed = needed(forecast);
    if (available.isPresent() && needed > available.getAsLong()) {
      Memory.require(operation, needed, available, remedy(state));
    }
    Memory.require(
        operation,
        state + evaluation,
        available,
        "Gradients and the optimizer take %s, a batch of the validation data the rest. Choose a smaller --batch, or shorter validation data"
            .formatted(Sizes.bytes(state)));
    return "memory: %s beside the weights: %s for gradients and the optimizer, %s for a batch"
        .formatted(Sizes.bytes(needed), Sizes.bytes(state), Sizes.bytes(needed - state));
  }

  private String remedy(long state) {
    String less =
        switch (recipe.saving()) {
          case KEEP ->
              ", or add --recompute (%s)"
                  .formatted(Sizes.bytes(needed(forecast(Saving.RECOMPUTE))));
          case RECOMPUTE -> "";
        };
    return "Gradients and the optimizer take %s, a batch of %d the rest. Choose a smaller --batch or --length%s"
        .formatted(Sizes.bytes(state), inputs.examples().size(), less);
  }

  private Forecast forecast(Saving saving) {
    return model.forecast(
        inputs,
        recipe.objective().loss(),
        new TrainingPass(1, recipe.rates(model.dropout()), 0, saving));
  }

  private static long needed(Forecast forecast) {
    return forecast.peakBytes() + MEANS * forecast.gradients();
  }
}
