package vitrine.kernels;

/** The pointwise functions between an MLP's two matrices, and the pooler's. */
public enum Activation {
  /** x. */
  IDENTITY,
  /** x/2 (1 + erf(x / sqrt 2)); Hendrycks and Gimpel 2016. */
  GELU,
  /**
   * x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))): gelu_new, gelu_pytorch_tanh and, written
   * otherwise, gelu_fast.
   */
  GELU_TANH,
  /** x sigmoid(1.702 x). */
  QUICK_GELU,
  /** max(x, 0). */
  RELU,
  /** x sigmoid(x). */
  SILU,
  /** tanh(x). */
  TANH
}
