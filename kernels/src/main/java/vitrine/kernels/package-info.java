/**
 * Tensors and the operations on them; nothing here knows of models, hooks or what a head means.
 *
 * <p>Dimension letters used in every signature and as locals: B batch, T position (Tq queries, Tk
 * keys), D {@code d_model}, H heads, K {@code d_head}, M {@code d_mlp}, V vocabulary, C classes. A
 * shape is written {@code (B,T,D)}; all tensors are float32, contiguous and row-major. {@code rows}
 * is the product of all axes but the last.
 *
 * <p>Reading order: {@link vitrine.kernels.Shape}, {@link vitrine.kernels.Tensor}, {@link
 * vitrine.kernels.Workspace} (who owns memory), {@link vitrine.kernels.Weight} (matrices, in a form
 * of the backend's), {@link vitrine.kernels.Kernels} (the op list), then the backends.
 *
 * <p>In the op list each gradient stands under its forward op and is named after it: {@code
 * softmaxBackward}, {@code linearBackwardInput}. There is no tape: a backward op takes what it
 * needs of the forward pass as operands. What it says of a result, <em>replaced</em> or <em>added
 * to</em>, tells whether gradients of several uses meet there. A sum over rows is added up in an
 * order that depends on the shape alone.
 */
@NullMarked
package vitrine.kernels;

import org.jspecify.annotations.NullMarked;
