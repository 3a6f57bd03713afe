/**
 * Which representations carry the same thing: of two matrices, of all layers of one model or two,
 * of checkpoints against the last, of heads.
 *
 * <p>Enters: arrays ({@link vitrine.interp.compare.PairResult}), or models and texts. Leaves:
 * {@link vitrine.interp.Result}s. The measures themselves, with their papers and rules, are in
 * {@link vitrine.interp.compare.measures}.
 */
@NullMarked
package vitrine.interp.compare;

import org.jspecify.annotations.NullMarked;
