package vitrine.engine.loss;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import vitrine.engine.hooks.Differentiation;
import vitrine.engine.hooks.Labels;
import vitrine.engine.hooks.Run;
import vitrine.engine.layers.Passed;
import vitrine.engine.layers.VocabularyBlocks;
import vitrine.engine.layers.VocabularyHead;
import vitrine.kernels.Tensor;

/**
 * A loss that expects tokens at rows of the logits: the sum of their cross-entropies by a number.
 *
 * @param ids a token for each row of the logits, {@link Labels#IGNORED} where none is expected
 * @param divisor of a mean, how many are expected
 */
@SuppressWarnings("ArrayRecordComponent") // made and used within one run
public record TokenLoss(int[] ids, double divisor) {
  static TokenLoss mean(int[] ids) {
    return new TokenLoss(ids, expected(ids).count());
  }

  private static IntStream expected(int[] ids) {
    return IntStream.range(0, ids.length).filter(row -> ids[row] != Labels.IGNORED);
  }

  /** Of all logits, (B,T,V). */
  double value(Run run, Tensor logits) {
    return Losses.sumOf(run, logits, ids) / divisor;
  }

  /** Of {@code factor * loss}, with respect to all logits. */
  Tensor gradient(Run run, Tensor logits, double factor) {
    return LossGradients.ofCrossEntropy(run, logits, ids, factor / divisor);
  }

  /**
   * The loss and, where the run has a backward pass, the gradient of {@code factor * loss} through
   * the head, without the logits of all rows: those that are not asked about are left out of the
   * head altogether.
   *
   * @param x the last hidden state, (B,T,D); stays the caller's
   * @return the gradient is with respect to x, (B,T,D), and kept for the backward pass; null where
   *     there is none
   */
  public Passed<Double, @Nullable Tensor> inBlocks(
      Run run, VocabularyHead head, Tensor x, double factor) {
    int[] rows = expected(ids).toArray();
    float slope = (float) (factor / divisor);
    var passed =
        VocabularyBlocks.pass(
            run,
            head,
            x,
            rows,
            (logits, first) -> {
              int end = first + logits.shape().rows();
              int[] tokens = Arrays.stream(rows, first, end).map(row -> ids[row]).toArray();
              double sum = Losses.sumOf(run, logits, tokens);
              if (run.differentiates(Differentiation.HEAD)) {
                run.kernels().crossEntropyBackward(logits, tokens, slope, logits);
              }
              return sum;
            });
    return new Passed<>(passed.out() / divisor, passed.cache());
  }
}
