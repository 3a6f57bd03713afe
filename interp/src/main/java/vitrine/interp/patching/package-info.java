/**
 * What carries a behaviour: values of one prompt's run put into the run of another.
 *
 * <p>Enters: a model, pairs of prompts with a metric ({@link vitrine.interp.patching.PromptPair}),
 * a {@link vitrine.interp.patching.PatchSpec} or {@link vitrine.interp.patching.PathSpec}. Leaves:
 * for each component the metric of the patched run and its share of the way from the corrupted
 * prompt to the clean one, with intervals over pairs.
 *
 * <p>Reading order: Direction, PromptPair, PatchTarget, PatchSpec; Patching with PairRuns and
 * GradientEstimate; PathPatching; then the results.
 */
@NullMarked
package vitrine.interp.patching;

import org.jspecify.annotations.NullMarked;
