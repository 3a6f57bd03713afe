/**
 * Probes on every layer of a model, with what makes their accuracy mean something: a control task,
 * the embeddings, a model of random weights, the commonest class, the description length.
 *
 * <p>In: {@link vitrine.interp.probe.tasks.TaskData} and a model. {@link
 * vitrine.interp.probe.layers.ProbedRows} reads the rows of all layers into files; {@link
 * vitrine.interp.probe.layers.LayerProbes} trains, layer by layer, several at once. Out: a {@link
 * vitrine.interp.probe.layers.LayerProbesResult}.
 */
@NullMarked
package vitrine.interp.probe.layers;

import org.jspecify.annotations.NullMarked;
