/**
 * What heads are by their weights alone, without any text (Elhage et al. 2021, "A Mathematical
 * Framework for Transformer Circuits").
 *
 * <p>Enters: a model. Leaves: {@link vitrine.interp.circuits.CompositionResult}, how much of what a
 * head writes a later one reads; and {@link vitrine.interp.circuits.CircuitResult}, which tokens a
 * head looks for, and what it says when it has found them.
 *
 * <p>Reading order: Matrices, HeadWeights; Composition, RandomMatrices, CompositionResult;
 * TokenTable, Spectra, LowRank, Circuit, CircuitResult.
 *
 * <p>Rows are vectors, as in the papers on transformers: a head reads x W_V and writes x W_V W_O.
 * Products of a head's matrices have rank K, and are never made D by D, and V by V only where that
 * is asked for.
 *
 * <p>How LayerNorm is treated: {@link vitrine.interp.circuits.HeadWeights}.
 */
@NullMarked
package vitrine.interp.circuits;

import org.jspecify.annotations.NullMarked;
