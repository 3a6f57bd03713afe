package vitrine.kernels.host;

import org.jspecify.annotations.Nullable;
import vitrine.kernels.Activation;
import vitrine.kernels.AttentionMask;
import vitrine.kernels.Kernels;

/**
 * The ops that compute, as in {@link Kernels} (whose contract holds), on arguments already checked:
 * shapes fit, tensors are alive and of this backend. Those of the forward pass; {@link #backward}
 * has the rest.
 */
public interface Arithmetic extends AutoCloseable {
  /** One line for people: lanes, threads. */
  String description();

  /** Columns a panel of {@link HostWeight}, for a matrix of so many columns. */
  int panelWidth(int out);

  /** Runs {@code task} for 0 until {@code tasks}, in any order, perhaps at once. */
  void forEach(int tasks, java.util.function.IntConsumer task);

  void fill(HostTensor x, float value);

  void scale(HostTensor x, float factor, HostTensor out);

  void add(HostTensor a, HostTensor b, HostTensor out);

  void meanOver(HostTensor x, int axis, boolean[] counts, HostTensor out);

  void gatherColumns(HostWeight w, int[] ids, HostTensor out);

  void linear(
      HostTensor x, HostWeight w, @Nullable HostTensor bias, Activation activation, HostTensor out);

  void activate(HostTensor x, Activation activation, HostTensor out);

  void layerNorm(HostTensor x, HostTensor gamma, HostTensor beta, float eps, HostTensor out);

  void addLayerNorm(
      HostTensor a, HostTensor b, HostTensor gamma, HostTensor beta, float eps, HostTensor out);

  void layerNormScale(HostTensor x, float eps, HostTensor out);

  void layerNormNormalize(HostTensor x, HostTensor scale, HostTensor out);

  void affine(HostTensor x, HostTensor gamma, HostTensor beta, HostTensor out);

  void attention(
      HostTensor q, HostTensor k, HostTensor v, AttentionMask mask, float scale, HostTensor out);

  void appendKeyValues(HostTensor k, HostTensor v, int position, HostKeyValues past);

  void attentionCached(
      HostTensor q, HostKeyValues past, AttentionMask mask, float scale, HostTensor out);

  void attentionScores(HostTensor q, HostTensor k, AttentionMask mask, float scale, HostTensor out);

  void softmax(HostTensor x, HostTensor out);

  void attentionMix(HostTensor pattern, HostTensor v, HostTensor out);

  void headResults(HostTensor z, HostWeight w, HostTensor out);

  void sumHeads(HostTensor results, @Nullable HostTensor bias, HostTensor out);

  void crossEntropy(HostTensor logits, int[] targets, HostTensor out);

  /** The other half; it lives as long as this. */
  BackwardArithmetic backward();

  /** Stops threads, if there are any. */
  @Override
  void close();
}
