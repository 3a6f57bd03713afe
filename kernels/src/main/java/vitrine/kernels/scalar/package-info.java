/**
 * The {@code scalar} backend: the executable specification of {@link vitrine.kernels.Kernels}, and
 * a full backend.
 *
 * <p>Plain loops on one thread, in the order the formulas are written. Numbers are float32; sums
 * and functions inside an op are computed in double and rounded once, on storing, so that what
 * {@code scalar} says differs from the exact result by little more than half a unit in the last
 * place, and other backends can be held to it.
 *
 * <p>{@code ScalarArithmetic} and {@code ScalarAttention} are the forward ops, {@code
 * ScalarBackward} and {@code ScalarAttentionBackward} the gradients and the optimizer.
 */
@NullMarked
package vitrine.kernels.scalar;

import org.jspecify.annotations.NullMarked;
