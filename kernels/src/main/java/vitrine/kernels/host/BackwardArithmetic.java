package vitrine.kernels.host;

import org.jspecify.annotations.Nullable;
import vitrine.kernels.Activation;
import vitrine.kernels.AdamStep;
import vitrine.kernels.AttentionMask;
import vitrine.kernels.Into;
import vitrine.kernels.Kernels;

/**
 * The ops of the backward pass and of training that compute, as in {@link Kernels} (whose contract
 * holds), on arguments already checked: shapes fit, tensors are alive and of this backend, and what
 * is written is no other operand save where the contract allows it.
 *
 * <p>A sum over rows is added up in an order that depends on the shape alone.
 */
public interface BackwardArithmetic {
  /**
   * Where the gradients of a scale and a shift are added.
   *
   * @param dGamma (D)
   * @param dBeta (D)
   */
  record GammaBeta(HostTensor dGamma, HostTensor dBeta) {}

  void dropout(HostTensor x, float probability, long key, HostTensor out);

  void meanOverBackward(HostTensor x, int axis, boolean[] counts, HostTensor dOut, HostTensor dX);

  void gatherBackward(HostTensor dOut, int[] ids, HostTensor dTable);

  void gatherColumnsBackward(HostTensor dOut, int[] ids, HostWeight dW);

  void linearBackwardInput(HostTensor dOut, HostWeight w, Into into, HostTensor dX);

  void linearBackwardWeight(HostTensor x, HostTensor dOut, HostWeight dW);

  void sumRows(HostTensor x, HostTensor out);

  void activateBackward(HostTensor x, Activation activation, HostTensor dOut, HostTensor dX);

  void layerNormBackward(
      HostTensor x,
      HostTensor gamma,
      float eps,
      HostTensor dOut,
      HostTensor dX,
      @Nullable GammaBeta parameters);

  void layerNormScaleBackward(HostTensor x, float eps, HostTensor dScale, HostTensor dX);

  void layerNormNormalizeBackward(
      HostTensor x, HostTensor scale, HostTensor dOut, HostTensor dX, HostTensor dScale);

  void affineBackward(
      HostTensor x,
      HostTensor gamma,
      HostTensor dOut,
      HostTensor dX,
      @Nullable GammaBeta parameters);

  void attentionBackward(
      HostTensor q,
      HostTensor k,
      HostTensor v,
      AttentionMask mask,
      float scale,
      HostTensor dOut,
      HostTensor dQ,
      HostTensor dK,
      HostTensor dV);

  void attentionScoresBackward(
      HostTensor dScores,
      HostTensor q,
      HostTensor k,
      AttentionMask mask,
      float scale,
      HostTensor dQ,
      HostTensor dK);

  void softmaxBackward(HostTensor y, HostTensor dOut, HostTensor dX);

  void attentionMixBackward(
      HostTensor pattern, HostTensor v, HostTensor dOut, HostTensor dPattern, HostTensor dV);

  void headResultsBackwardInput(HostTensor dOut, HostWeight w, HostTensor dZ);

  void headResultsBackwardWeight(HostTensor z, HostTensor dOut, HostWeight dW);

  void crossEntropyBackward(HostTensor logits, int[] targets, float factor, HostTensor dLogits);

  double sumOfSquares(HostTensor x);

  void adamW(HostTensor x, HostTensor gradient, HostTensor m, HostTensor v, AdamStep step);
}
