/**
 * Model cards (Mitchell et al. 2019): what a language model was made from and how good it is, every
 * figure measured by the program that writes the card.
 *
 * <p><b>What enters</b> is a model, texts it has not seen, minimal pairs, and an {@link
 * vitrine.interp.card.About}: the few sentences that nothing can measure. <b>What leaves</b> is a
 * {@link vitrine.interp.card.ModelCard}, as Markdown and as JSON.
 *
 * <p><b>Reading order.</b> {@link vitrine.interp.card.Predictions} (how well tokens are predicted);
 * {@link vitrine.interp.card.Copying} (whether repetitions are); {@link
 * vitrine.interp.card.Training} (what a training left behind); {@link
 * vitrine.interp.card.ModelCard}.
 */
@NullMarked
package vitrine.interp.card;

import org.jspecify.annotations.NullMarked;
