/**
 * Numbers of heads: how much the loss depends on each, what each looks at in repeated random
 * tokens, and how it spreads its attention over texts.
 *
 * <p>Enters: a model, and {@link vitrine.interp.Texts} where an analysis reads any. Leaves: a
 * {@link vitrine.interp.heads.HeadsResult}, which holds some measures of every head, each with an
 * interval over the texts. A further analysis that gives numbers of heads (such as a class for each
 * pattern) makes one too, and has its pictures, table and arrays.
 *
 * <p>Reading order: Measure, HeadsResult; Importance; Looking, RandomTokens, RepeatedTokens;
 * Structure.
 */
@NullMarked
package vitrine.interp.heads;

import org.jspecify.annotations.NullMarked;
