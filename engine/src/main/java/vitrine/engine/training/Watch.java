package vitrine.engine.training;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import vitrine.engine.InputException;

/**
 * What is looked at while training goes on.
 *
 * @param evaluateEvery steps between evaluations; null for one an epoch. There is always one at the
 *     end
 * @param checkpointEvery steps between checkpoints; null for one with each evaluation
 * @param patience evaluations without a better one after which training stops; null for never
 * @param measure which number of an evaluation says what is better
 * @param keep which weights are the result
 * @param lossLimit a training stops when the mean of its last losses is so many times that of its
 *     first; null for never
 */
public record Watch(
    @Nullable Integer evaluateEvery,
    @Nullable Integer checkpointEvery,
    @Nullable Integer patience,
    Measure measure,
    Keep keep,
    @Nullable Double lossLimit) {
  private static final double USUAL_LOSS_LIMIT = 10;

  /** The weights that a training ends with. */
  public enum Keep {
    /** Those of the last step. */
    LAST,
    /** Those of the best evaluation. */
    BEST;

    /** As a recipe's JSON has it. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Evaluation and checkpoint once an epoch, no early end, the last weights. */
  public static final Watch EPOCHS = new Watch(null, null, null, Measure.LOSS, Keep.LAST);

  public Watch {
    check("evaluate_every", evaluateEvery);
    check("checkpoint_every", checkpointEvery);
    check("patience", patience);
    if (lossLimit != null && !(lossLimit > 1)) {
      throw new InputException(
          "recipe: loss_limit: " + lossLimit + "; expected more than 1, or null for none.");
    }
  }

  /** With the usual limit of losses. */
  public Watch(
      @Nullable Integer evaluateEvery,
      @Nullable Integer checkpointEvery,
      @Nullable Integer patience,
      Measure measure,
      Keep keep) {
    this(evaluateEvery, checkpointEvery, patience, measure, keep, USUAL_LOSS_LIMIT);
  }

  private static void check(String key, @Nullable Integer value) {
    if (value != null && value < 1) {
      throw new InputException("recipe: " + key + ": " + value + "; expected 1 or more, or null.");
    }
  }

  /** Evaluation and checkpoint every so many steps. */
  public static Watch every(int steps) {
    return new Watch(steps, steps, null, Measure.LOSS, Keep.LAST);
  }
}
