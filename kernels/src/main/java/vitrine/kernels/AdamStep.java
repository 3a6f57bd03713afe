package vitrine.kernels;

/**
 * The numbers of one optimizer step; see {@link Kernels#adamW}.
 *
 * @param learningRate of this step
 * @param beta1 decay of the mean of gradients
 * @param beta2 decay of the mean of squared gradients
 * @param eps keeps the division finite
 * @param weightDecay 0 for biases and LayerNorm
 * @param t which step, from 1
 * @param gradientScale what the gradient is multiplied by first: clipping
 */
public record AdamStep(
    float learningRate,
    float beta1,
    float beta2,
    float eps,
    float weightDecay,
    int t,
    float gradientScale) {
  public AdamStep {
    if (t < 1) {
      throw new IllegalArgumentException("adamW: step " + t + "; expected 1 or more");
    }
  }
}
