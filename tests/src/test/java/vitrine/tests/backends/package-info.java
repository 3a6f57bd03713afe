/**
 * The kernels' contract on a backend whose memory the host cannot read: {@link
 * vitrine.tests.backends.OpaqueKernels} stands for a device, so that nothing outside the kernels
 * comes to depend on peeking.
 */
@NullMarked
package vitrine.tests.backends;

import org.jspecify.annotations.NullMarked;
