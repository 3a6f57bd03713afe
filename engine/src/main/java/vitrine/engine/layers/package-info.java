/**
 * The parts of a transformer, each one class that holds parameters only.
 *
 * <p>A run's kernels, memory and taps come in as a {@link vitrine.engine.hooks.Run}; activations go
 * out. One model therefore serves many runs at once. Every layer asks the run whether anything
 * between its ends is tapped: if not, it takes one fused op; if so, it goes step by step and offers
 * each value to {@link vitrine.engine.hooks.Run#tap}.
 *
 * <p>Ownership: a layer releases what it is given once it is done with it, unless its Javadoc says
 * that the caller keeps it. The run ignores the release of a value that a read has kept.
 *
 * <p>Backward: {@code forward} gives its output together with a cache, {@link Passed}; {@code
 * backward} stands right under it, takes the gradient of the output (which the run owns from there)
 * and the cache, adds to the gradients of its parameters if the run wants any, and gives the
 * gradient of its input. What {@link vitrine.engine.hooks.Run#save} keeps is let go there. Where a
 * gradient goes two ways, past a sublayer and into it, it is pinned until the ways have joined.
 *
 * <p>Reading order: {@link Linear}, {@link LayerNorm}, {@link Attention}, {@link Mlp}, {@link
 * Block} with {@link PreNormBlock} (GPT-2) and {@link PostNormBlock} (BERT), {@link
 * EmbeddingTable}, {@link Embeddings}, {@link Pooler}, {@link TaskHead}, {@link VocabularyHead}
 * with {@link VocabularyBlocks}.
 */
@NullMarked
package vitrine.engine.layers;

import org.jspecify.annotations.NullMarked;
