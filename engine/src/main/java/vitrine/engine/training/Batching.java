package vitrine.engine.training;

import org.jspecify.annotations.Nullable;
import vitrine.engine.InputException;

/**
 * What a step is made of.
 *
 * @param batch examples that go through the model together
 * @param accumulation such passes a step; a step takes {@code batch * accumulation} examples, at
 *     most 2^20
 * @param length tokens of a block, where a text is cut into blocks; null for the model's positions
 */
public record Batching(int batch, int accumulation, @Nullable Integer length) {
  private static final int MOST = 1 << 20;

  public Batching {
    check("batch", batch);
    check("accumulation", accumulation);
    if ((long) batch * accumulation > MOST) {
      throw new InputException(
          "recipe: batch: "
              + batch
              + " examples, and "
              + accumulation
              + " such batches a step; expected at most "
              + MOST
              + " examples a step.");
    }
    if (length != null && length < 2) {
      throw new InputException("recipe: length: " + length + "; expected 2 or more.");
    }
  }

  private static void check(String key, int value) {
    if (value < 1 || value > MOST) {
      throw new InputException("recipe: " + key + ": " + value + "; expected 1 to " + MOST + ".");
    }
  }

  /** Examples a step. */
  public int perStep() {
    return batch * accumulation;
  }
}
