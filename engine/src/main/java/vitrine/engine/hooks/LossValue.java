package vitrine.engine.hooks;

import java.util.List;

/**
 * A batch's loss, and what it is made of.
 *
 * @param value the loss
 * @param examples one for each example; the loss is the sum of their {@code weight * loss}, to
 *     rounding
 */
public record LossValue(double value, List<ExampleLoss> examples) {
  public LossValue {
    examples = List.copyOf(examples);
  }
}
