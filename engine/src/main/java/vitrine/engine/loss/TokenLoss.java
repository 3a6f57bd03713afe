package vitrine.engine.loss;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import vitrine.engine.hooks.Differentiation;
import vitrine.engine.hooks.Labels;
import vitrine.engine.hooks.LossValue;
import vitrine.engine.hooks.Run;
import vitrine.engine.layers.Passed;
import vitrine.engine.layers.VocabularyBlocks;
import vitrine.engine.layers.VocabularyHead;
import vitrine.kernels.Tensor;

/**
 * A loss that expects tokens at rows of the logits.
 *
 * @param ids a token for each row of the logits, {@link Labels#IGNORED} where none is expected
 * @param length T, the rows of an example
 * @param kind what is made of the rows' cross-entropies
 */
@SuppressWarnings("ArrayRecordComponent") // made and used within one run
public record TokenLoss(int[] ids, int length, Kind kind) {
  /** From the rows' cross-entropies to the loss. */
  public enum Kind {
    MEAN,
    /** The sum of the log-probabilities, which are their negatives. */
    SUM_OF_LOG_PROBABILITIES
  }

  private static IntStream expected(int[] ids) {
    return IntStream.range(0, ids.length).filter(row -> ids[row] != Labels.IGNORED);
  }

  /** What the sum of the cross-entropies is divided by. */
  private double divisor() {
    return switch (kind) {
      case MEAN -> expected(ids).count();
      case SUM_OF_LOG_PROBABILITIES -> -1;
    };
  }

  /** Of all logits, (B,T,V). */
  LossValue value(Run run, Tensor logits) {
    float[] terms = Losses.crossEntropies(run, logits, ids);
    ByExample examples = new ByExample(ids.length / length, length);
    expected(ids).forEach(row -> add(examples, row, terms[row]));
    return value(Losses.sum(terms), examples);
  }

  private void add(ByExample examples, int row, double crossEntropy) {
    switch (kind) {
      case MEAN -> examples.add(row, crossEntropy);
      case SUM_OF_LOG_PROBABILITIES -> examples.add(row, -crossEntropy);
    }
  }

  private LossValue value(double sum, ByExample examples) {
    double value = sum / divisor();
    return switch (kind) {
      case MEAN -> examples.mean(value);
      case SUM_OF_LOG_PROBABILITIES -> examples.sum(value);
    };
  }

  /** Of {@code factor * loss}, with respect to all logits. */
  Tensor gradient(Run run, Tensor logits, double factor) {
    return LossGradients.ofCrossEntropy(run, logits, ids, factor / divisor());
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
  public Passed<LossValue, @Nullable Tensor> inBlocks(
      Run run, VocabularyHead head, Tensor x, double factor) {
    int[] rows = expected(ids).toArray();
    float slope = (float) (factor / divisor());
    ByExample examples = new ByExample(ids.length / length, length);
    var passed =
        VocabularyBlocks.pass(
            run,
            head,
            x,
            rows,
            (logits, first) -> {
              int end = first + logits.shape().rows();
              int[] tokens = Arrays.stream(rows, first, end).map(row -> ids[row]).toArray();
              float[] terms = Losses.crossEntropies(run, logits, tokens);
              for (int i = 0; i < terms.length; i++) {
                add(examples, rows[first + i], terms[i]);
              }
              if (run.differentiates(Differentiation.HEAD)) {
                run.kernels().crossEntropyBackward(logits, tokens, slope, logits);
              }
              return Losses.sum(terms);
            });
    return new Passed<>(value(passed.out(), examples), passed.cache());
  }
}
