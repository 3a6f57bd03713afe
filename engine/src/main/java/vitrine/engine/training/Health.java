package vitrine.engine.training;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import vitrine.engine.InputException;

/** Stops a training that has gone wrong, before the step that would spoil the weights. */
final class Health {
  private Health() {}

  /**
   * Looks at one step's numbers.
   *
   * @param norm of the whole gradient
   * @param excess how far the losses are above the first ones; null where they are not
   * @throws InputException naming the step and the first tensor that is not finite, or the one with
   *     the largest gradient
   */
  static void check(
      int step, double loss, double norm, LossWatch.@Nullable Excess excess, AdamW optimizer) {
    if (!Double.isFinite(loss) || !Double.isFinite(norm)) {
      throw wrong(
          step,
          Double.isFinite(loss) ? "the gradient is not finite" : "the loss is " + loss,
          "finite numbers",
          culprit(optimizer));
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
    if (optimizer.firstBadParameter().isPresent()) {
      throw wrong(step, "a weight is not finite", "finite numbers", culprit(optimizer));
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
          culprit(optimizer));
    }
  }

  private static String culprit(AdamW optimizer) {
    return optimizer
        .firstBadParameter()
        .map(slot -> "The first tensor that is not: " + slot.parameter().name() + ".")
        .or(() ->
            optimizer
                .firstBadGradient()
                .map(slot -> "The first gradient that is not: " + slot.parameter().name() + "."))
        .orElse("All weights and gradients are finite.");
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
