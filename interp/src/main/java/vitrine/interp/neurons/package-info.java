/**
 * Neurons in groups: what fires together, and when.
 *
 * <p>Enters: a matrix of non-negative numbers from a file, or a model with texts, whose neurons'
 * activations are one. Leaves: a few factors ({@link vitrine.interp.neurons.Factors}) whose sum is
 * close to it.
 *
 * <p>Reading order: NonNegative, FactorSpec, Products, SingularVectors, Starts, Factorisation,
 * Factors; Subject, Activations, FactorsResult.
 */
@NullMarked
package vitrine.interp.neurons;

import org.jspecify.annotations.NullMarked;
