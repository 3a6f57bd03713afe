/**
 * The kernels against the machine: what share of its arithmetic and of its memory's speed they
 * reach (a roofline, Williams et al. 2009). JMH times; {@link vitrine.bench.kernels.KernelBench}
 * makes the table.
 */
@NullMarked
package vitrine.bench.kernels;

import org.jspecify.annotations.NullMarked;
