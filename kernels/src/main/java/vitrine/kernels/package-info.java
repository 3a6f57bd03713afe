/**
 * Tensors and the operations on them; nothing here knows of models, hooks or what a head means.
 *
 * <p>Dimension letters used in every signature and as locals: B batch, T position (Tq queries, Tk
 * keys), D {@code d_model}, H heads, K {@code d_head}, M {@code d_mlp}, V vocabulary, C classes. A
 * shape is written {@code (B,T,D)}; all tensors are float32, contiguous and row-major. {@code rows}
 * is the product of all axes but the last.
 *
 * <p>Reading order: {@link vitrine.kernels.Shape}, {@link vitrine.kernels.Tensor}, {@link
 * vitrine.kernels.Workspace} (who owns memory), {@link vitrine.kernels.Kernels} (the op list), then
 * the backends.
 */
@NullMarked
package vitrine.kernels;

import org.jspecify.annotations.NullMarked;
