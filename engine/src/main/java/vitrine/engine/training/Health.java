package vitrine.engine.training;

import java.util.Locale;
import vitrine.engine.InputException;

/** Stops a training that has gone wrong, before the step that would spoil the weights. */
final class Health {
  private Health() {}

  /**
   * Looks at one step's numbers.
   *
   * @param norm of the whole gradient
   * @param losses of the beginning
   * @throws InputException naming the step and the first tensor that is not finite, or the one with
   *     the largest gradient
   */
  static void check(int step, double loss, double norm, LossWatch losses, AdamW optimizer) {
    if (!Double.isFinite(loss) || !Double.isFinite(norm)) {
      throw wrong(
          step,
          Double.isFinite(loss) ? "the gradient is not finite" : "the loss is " + loss,
          "finite numbers",
          culprit(optimizer));
    }
    if (loss > losses.limit()) {
      AdamW.Slot largest = optimizer.largestGradient();
      throw wrong(
          step,
          String.format(Locale.ROOT, "the loss is %.4g", loss),
          "at most " + losses.why(),
          "The largest gradient is that of %s (norm %.4g)."
              .formatted(largest.parameter().name(), optimizer.norm(largest)));
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
            + " Lower the learning rate, lengthen the warm-up, or clip gradients; the last"
            + " checkpoint is from before.");
  }
}
