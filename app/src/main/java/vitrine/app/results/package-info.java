/**
 * What a run leaves behind: predictions for people, {@code run.json}, and one {@code .npy} file for
 * each value read and each gradient.
 *
 * <p>Enters: a {@link vitrine.engine.hooks.Trace}. Leaves: JSON, and files in an output directory.
 * Reading order: TopRow, Predictions, RunFile, RunFiles, RunMemory, RunOutcome, RunText.
 */
@NullMarked
package vitrine.app.results;

import org.jspecify.annotations.NullMarked;
