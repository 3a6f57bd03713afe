/**
 * What commands leave behind. A run: predictions for people, {@code run.json}, and one {@code .npy}
 * file for each value read and each gradient. An analysis: one file in the form of its ending.
 *
 * <p>Enters: a {@link vitrine.engine.hooks.Trace}, or a {@link vitrine.interp.Result}. Leaves:
 * JSON, and files. Reading order: TopRow, Predictions, RunFile, RunFiles, RunMemory, RunOutcome,
 * RunText; ResultFile.
 */
@NullMarked
package vitrine.app.results;

import org.jspecify.annotations.NullMarked;
