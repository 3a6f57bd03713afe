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
 * <p>Reading order: {@link Linear}, {@link LayerNorm}, {@link Attention}, {@link Mlp}, {@link
 * Block} with {@link PreNormBlock} (GPT-2) and {@link PostNormBlock} (BERT), {@link Embeddings},
 * {@link TaskHead}.
 */
@NullMarked
package vitrine.engine.layers;

import org.jspecify.annotations.NullMarked;
