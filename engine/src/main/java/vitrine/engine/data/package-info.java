/**
 * What models are trained on: texts and labelled files in, {@link vitrine.engine.hooks.Example}s
 * out.
 *
 * <p>Everything random here is counter-based ({@link vitrine.engine.data.Draw}): the order of an
 * epoch, which tokens are hidden and which rows are set aside depend on a seed and on counters
 * alone. So a training run that goes on after a crash needs to know where it was, and no state of a
 * random number generator.
 *
 * <p>Reading order: {@link vitrine.engine.data.Examples}; for language models {@link
 * vitrine.engine.data.TokenizedText}, {@link vitrine.engine.data.TokenBlocks}, {@link
 * vitrine.engine.data.Masking}; for fine-tuning {@link vitrine.engine.data.LabelledFile}, {@link
 * vitrine.engine.data.LabelSet}, {@link vitrine.engine.data.LabelledExamples}; for both {@link
 * vitrine.engine.data.Split} and {@link vitrine.engine.data.Permutation}.
 */
@NullMarked
package vitrine.engine.data;

import org.jspecify.annotations.NullMarked;
