/**
 * What a model would say if it ended early: the output layer read from the stream of every block.
 *
 * <p>Enters: a model that scores the vocabulary, texts, a {@link vitrine.interp.lens.LensSpec}.
 * Leaves: for each depth and position the likeliest tokens, the rank and probability of a chosen
 * one and of watched ones, the entropy, and how far the distribution is from the last.
 *
 * <p>Reading order: LensSpec, Chosen, Readout, Lens, LensResult.
 */
@NullMarked
package vitrine.interp.lens;

import org.jspecify.annotations.NullMarked;
