/**
 * The model that comes with Vitrine, {@link vitrine.engine.bundled.InductionModel}: a two-layer
 * GPT-2 made by hand, so that there is something true to look at before anything is downloaded or
 * trained.
 *
 * <p>Nothing enters; what leaves is a config, tensors and a tokenizer as any other GPT-2 has them.
 * The engine that runs them does not know that they were made here.
 *
 * <p>Reading order: {@link vitrine.engine.bundled.InductionModel} (what it does), {@code Subspace}
 * (what each coordinate of the residual stream means), {@code InductionWeights} (one method a
 * component, with its formula), {@code Codes} (why the patterns do not disturb each other), then
 * {@code WordVocabulary} and {@code Words} (the tokenizer). {@code docs/induction-model.md} tells
 * it at leisure.
 */
@NullMarked
package vitrine.engine.bundled;

import org.jspecify.annotations.NullMarked;
