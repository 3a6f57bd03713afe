/**
 * Structural probes (Hewitt and Manning 2019): whether a linear map of a layer's word vectors makes
 * their squared distances those of a syntax tree, and their squared lengths the depths in it.
 *
 * <p>In: trees of a treebank ({@link vitrine.interp.probe.structure.Tree}) and rows of all layers.
 * {@link vitrine.interp.probe.structure.StructuralProbe} is fitted; {@link
 * vitrine.interp.probe.structure.TreeScores} says how good it is on others. Out: a {@link
 * vitrine.interp.probe.structure.StructureResult}.
 */
@NullMarked
package vitrine.interp.probe.structure;

import org.jspecify.annotations.NullMarked;
