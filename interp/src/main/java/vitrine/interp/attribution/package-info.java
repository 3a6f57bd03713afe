/**
 * Direct logit attribution: a logit as the sum of what each part of the model adds to it.
 *
 * <p>Enters: a model, {@link vitrine.interp.Texts}, and for each text the number that is taken
 * apart, such as a logit or the difference of two. Leaves: an {@link
 * vitrine.interp.attribution.AttributionResult}.
 *
 * <p>Reading order: Component, Components, Reading, Decomposition, Attribution, AttributionResult.
 */
@NullMarked
package vitrine.interp.attribution;

import org.jspecify.annotations.NullMarked;
