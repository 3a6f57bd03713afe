/**
 * Ablation: what breaks when a part of a model is switched off.
 *
 * <p>Enters: a model, texts, an {@link vitrine.interp.ablation.AblationSpec} that says which parts,
 * what is put in their place, which of them together, and what is measured. Leaves: an {@link
 * vitrine.interp.ablation.AblationResult}: for each variant the metric, how far it is from the
 * clean run's with an interval, a paired test over texts, and its p-value corrected for all of them
 * (Holm 1979).
 *
 * <p>Texts of which the metric asks nothing are left out first, so that nothing depends on what
 * they would run beside. Texts go through in portions of like length. For each the clean prefix is
 * computed once and all variants run from where they begin to differ, as one sweep; every number
 * has the bits of a run by its plan alone.
 *
 * <p>Reading order: Component, Treatment, Sets, Order, AblationSpec, Variant, Groups, Portion,
 * ReferenceMeans, Ablation, VariantRuns, Readings, Effects, Testing, AblationResult, AblationNotes,
 * AblationPictures.
 */
@NullMarked
package vitrine.interp.ablation;

import org.jspecify.annotations.NullMarked;
