/**
 * The {@code simd} backend: the JDK's Vector API ({@code jdk.incubator.vector}).
 *
 * <p>Reading order: {@link vitrine.kernels.simd.Lanes} (width, loads, sums of lanes), {@link
 * vitrine.kernels.simd.VectorMath} (exp and what is made of it), {@link
 * vitrine.kernels.simd.Product} (the matrix product everything leans on) and {@link
 * vitrine.kernels.simd.NarrowProduct} (with matrices of 16 and 8 bits), {@link
 * vitrine.kernels.simd.Rows} (LayerNorm, softmax), {@link vitrine.kernels.simd.SimdAttention}, and
 * {@link vitrine.kernels.simd.SimdArithmetic}, which cuts ops into tasks.
 *
 * <p>Why results do not depend on threads, other rows or padding: an element of a product is one
 * chain of fused multiply-adds in ascending k, whatever tile it falls into; a sum along a row gives
 * element j to lane j mod L and adds the lanes in a fixed tree, so that zeros to the right change
 * nothing; tasks are cut by shape. {@code reduceLanes(ADD)} is not used: its order is unspecified,
 * and differs between interpreted and compiled code.
 */
@NullMarked
package vitrine.kernels.simd;

import org.jspecify.annotations.NullMarked;
