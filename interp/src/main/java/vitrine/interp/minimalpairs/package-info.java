/**
 * Minimal pairs: two sentences that differ in one thing, one of them good and one not, and the
 * question which of them a model thinks likelier (Linzen, Dupoux and Goldberg 2016; BLiMP, Warstadt
 * et al. 2020). {@link vitrine.interp.minimalpairs.Paradigm} is a file of pairs of one kind; {@link
 * vitrine.interp.minimalpairs.MinimalPairs} asks the model; {@link
 * vitrine.interp.minimalpairs.MinimalPairsResult} says how often it was right.
 */
@NullMarked
package vitrine.interp.minimalpairs;

import org.jspecify.annotations.NullMarked;
