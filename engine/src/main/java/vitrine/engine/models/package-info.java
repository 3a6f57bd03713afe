/**
 * A loaded model and what it is loaded from. In: a directory's {@link
 * vitrine.engine.models.ModelFiles} (by way of a family). Out: {@link vitrine.engine.models.Model},
 * whose {@code run} turns a {@link vitrine.engine.hooks.Plan} and inputs into a {@link
 * vitrine.engine.hooks.Trace}; its {@link vitrine.engine.models.Parameter}s, which training
 * changes.
 *
 * <p>Reading order: Model, Pass (forward and backward through a whole model), Parameter, Storage;
 * Forecast and Rehearsal, for what a pass will take; Prefix, Sweep, VariantGroups and VariantPass,
 * for many plans over one batch.
 */
@NullMarked
package vitrine.engine.models;

import org.jspecify.annotations.NullMarked;
