package vitrine.engine.training;

import org.jspecify.annotations.Nullable;
import vitrine.engine.data.Examples;
import vitrine.engine.data.Split;

/**
 * What a model is trained on.
 *
 * @param validation what it is evaluated with; null for no evaluations
 */
public record TrainingData(Examples train, @Nullable Examples validation) {
  /** With evaluations on what was set aside. */
  public static TrainingData of(Split split) {
    return new TrainingData(split.train(), split.validation());
  }

  /** Without evaluations. */
  public static TrainingData of(Examples train) {
    return new TrainingData(train, null);
  }
}
