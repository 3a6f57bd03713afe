package vitrine.engine.layers;

import org.jspecify.annotations.Nullable;
import vitrine.engine.hooks.Run;
import vitrine.kernels.Tensor;

/**
 * The part of a head that scores the vocabulary, row by row: something that makes a row ready, then
 * one product. {@link VocabularyBlocks} runs it where the logits of all rows are not asked for.
 */
public sealed interface VocabularyHead
    permits TaskHead.NextToken, TaskHead.MaskedToken, TaskHead.Pretraining {
  /** (D,V). */
  Linear unembed();

  /**
   * @param x rows of D; stay the caller's
   * @return what the product reads, rows of D: x itself where nothing stands between
   */
  Passed<Tensor, TaskHead.MaskedToken.@Nullable Hidden> hidden(Run run, Tensor x);

  /**
   * @param d with respect to what the product read; the run owns it from here
   * @return with respect to x
   */
  Tensor hiddenBackward(Run run, Tensor d, TaskHead.MaskedToken.@Nullable Hidden cache);
}
