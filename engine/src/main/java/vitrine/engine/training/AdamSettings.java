package vitrine.engine.training;

import org.jspecify.annotations.Nullable;
import vitrine.engine.InputException;

/**
 * The optimizer's numbers.
 *
 * @param learningRate the highest that the schedule gives
 * @param beta1 decay of the mean of gradients
 * @param beta2 decay of the mean of squared gradients
 * @param eps keeps the division finite
 * @param weightDecay a step's share of the learning rate by which matrices and embeddings shrink;
 *     biases and LayerNorms do not
 * @param clip the largest norm of the whole gradient, which is scaled down to it; null for none
 */
public record AdamSettings(
    double learningRate,
    double beta1,
    double beta2,
    double eps,
    double weightDecay,
    @Nullable Double clip) {
  public AdamSettings {
    check("learning_rate", learningRate, learningRate > 0, "more than 0");
    check("beta1", beta1, beta1 >= 0 && beta1 < 1, "0 or more and less than 1");
    check("beta2", beta2, beta2 >= 0 && beta2 < 1, "0 or more and less than 1");
    check("eps", eps, (float) eps > 0, "more than 0, as a float32");
    check("weight_decay", weightDecay, weightDecay >= 0, "0 or more");
    if (clip != null) {
      check("clip", clip, clip > 0, "more than 0, or null for none");
    }
  }

  private static void check(String key, double value, boolean right, String expected) {
    if (!right || !Double.isFinite(value)) {
      throw new InputException("recipe: " + key + ": " + value + "; expected " + expected + ".");
    }
  }

  /** PyTorch's defaults, with a gradient norm of at most 1. */
  public static AdamSettings of(double learningRate) {
    return new AdamSettings(learningRate, 0.9, 0.999, 1e-8, 0.01, 1.0);
  }
}
