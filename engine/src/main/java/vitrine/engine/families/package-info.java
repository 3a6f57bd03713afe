/**
 * What makes a GPT-2 a GPT-2 and a BERT a BERT: the reading of their config.json and the names of
 * their tensors. A family turns a directory's files into a {@link vitrine.engine.models.Model} made
 * of {@link vitrine.engine.layers}; the forward pass itself knows no family.
 *
 * <p>Differences, side by side:
 *
 * <table>
 *   <caption>The two families</caption>
 *   <tr><th></th><th>GPT-2</th><th>BERT</th></tr>
 *   <tr><td>block</td><td>pre-norm, final LayerNorm</td><td>post-norm</td></tr>
 *   <tr><td>attention</td><td>causal; q, k, v in one matrix</td><td>bidirectional; three matrices</td></tr>
 *   <tr><td>matrices on disk</td><td>Conv1D, [in, out]</td><td>Linear, [out, in]</td></tr>
 *   <tr><td>embeddings</td><td>token + position</td><td>token + position + segment, LayerNorm</td></tr>
 *   <tr><td>prefix</td><td>{@code transformer.} or none</td><td>{@code bert.} or none</td></tr>
 * </table>
 *
 * <p>Reading order: {@link ModelLoader}, {@link Family}, {@link Gpt2}, {@link Bert}, {@link
 * Config}, {@link ParameterReader}.
 */
@NullMarked
package vitrine.engine.families;

import org.jspecify.annotations.NullMarked;
