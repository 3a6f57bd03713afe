/**
 * What backends that compute in the host's memory share: where numbers live, who checks shapes, who
 * runs tasks.
 *
 * <p>There is one kind of storage: 64-byte-aligned native segments cut from large slabs ({@link
 * vitrine.kernels.host.SlabPool}). {@link vitrine.kernels.host.HostKernels} is the whole {@link
 * vitrine.kernels.Kernels} interface: it checks the arguments of every op, moves data itself and
 * leaves the arithmetic to an {@link vitrine.kernels.host.Arithmetic}, of which {@code scalar} and
 * {@code simd} each have one, and to its other half, the {@link
 * vitrine.kernels.host.BackwardArithmetic} of gradients and of training. An arithmetic may
 * therefore trust its arguments.
 *
 * <p>Elements are float32. Tests open {@code scalar} on float64 ({@link
 * vitrine.kernels.host.Element}), to hold gradients against finite differences; its loops go
 * through {@link vitrine.kernels.host.HostTensor#at} and {@code put}, which know either. Matrices
 * may be kept narrower ({@link vitrine.kernels.Precision}).
 *
 * <p>Public for the backends' packages only; nothing outside this module may name a type of this
 * package.
 */
@NullMarked
package vitrine.kernels.host;

import org.jspecify.annotations.NullMarked;
