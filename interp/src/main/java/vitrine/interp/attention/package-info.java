/**
 * What heads look at: their patterns as they are, and two numbers of each.
 *
 * <p>Enters: a model, texts, an {@link vitrine.interp.attention.AttentionSpec}. Leaves: an {@link
 * vitrine.interp.attention.AttentionResult}. Reading order: AttentionSpec, Attention, Patterns,
 * AttentionResult, AttentionPictures.
 */
@NullMarked
package vitrine.interp.attention;

import org.jspecify.annotations.NullMarked;
