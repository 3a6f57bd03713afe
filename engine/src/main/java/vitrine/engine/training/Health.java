package vitrine.engine.training;

import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import vitrine.engine.InputException;
import vitrine.engine.hooks.Site;

/** Stops a training that has gone wrong, before the step that would spoil the weights. */
final class Health {
  private Health() {}

  /**
   * Looks at one step's numbers.
   *
   * @param norm of the whole gradient
   * @param excess how far the losses are above the first ones; null where they are not
   * @param firstBad finds the first activation that is not finite
   * @throws InputException naming the step and the first tensor that is not finite, or the one with
   *     the largest gradient
   */
  static void check(
      int step,
      double loss,
      double norm,
      LossWatch.@Nullable Excess excess,
      AdamW optimizer,
      Supplier<Optional<Site>> firstBad) {
    if (!Double.isFinite(loss)) {
      throw wrong(
          step,
          "the loss is " + loss,
          "finite numbers",
          weight(optimizer)
              .or(() -> firstBad.get().map(site -> "The first value that is not: " + site + "."))
              .orElse("All weights are finite and, without dropout, so is all that they compute."));
    }
    if (!Double.isFinite(norm)) {
      throw wrong(
          step,
          "the gradient is not finite",
          "finite numbers",
          optimizer
              .firstBadGradient()
              .map(slot -> "The first that is not: " + slot.parameter().name() + ".")
              .orElse("That of each parameter is."));
    }
    if (excess != null) {
      AdamW.Slot largest = optimizer.largestGradient();
      throw wrong(
          step,
          String.format(
              Locale.ROOT, "the loss is %.4g, of the last steps %.4g", loss, excess.recent()),
          String.format(
              Locale.ROOT,
              "at most %.4g, as the first %d steps have it",
              excess.limit(),
              excess.first()),
          "The largest gradient is that of %s (norm %.4g). Where such losses are right, resume with another loss_limit, or null for none."
              .formatted(largest.parameter().name(), optimizer.norm(largest)));
    }
  }

  /**
   * Looks at the weights, before they are kept.
   *
   * @throws InputException when one is not finite
   */
  static void check(int step, AdamW optimizer) {
    Optional<String> bad = weight(optimizer);
    if (bad.isPresent()) {
      throw wrong(step, "a weight is not finite", "finite numbers", bad.get());
    }
  }

  /**
   * Looks at an evaluation after a step.
   *
   * @throws InputException when its loss is not finite
   */
  static void check(int step, Evaluation evaluation, AdamW optimizer) {
    if (!Double.isFinite(evaluation.loss())) {
      throw wrong(
          step,
          "the validation loss is " + evaluation.loss(),
          "a finite number",
          weight(optimizer).orElse("All weights are finite."));
    }
  }

  private static Optional<String> weight(AdamW optimizer) {
    return optimizer
        .firstBadParameter()
        .map(slot -> "The first tensor that is not: " + slot.parameter().name() + ".");
  }

  private static InputException wrong(int step, String actual, String expected, String culprit) {
    return new InputException(
        "train: step "
            + step
            + ": "
            + actual
            + "; expected "
            + expected
            + ". "
            + culprit
            + " Resumed as it is, this training would end so again: begin another with a lower"
            + " learning rate, a longer warm-up or a smaller clip.");
  }
}
