/**
 * What every backend must do, as tests: {@link vitrine.kernels.contract.KernelsContract} runs each
 * op of {@link vitrine.kernels.Kernels} on the cases of {@link vitrine.kernels.contract.OpCases},
 * whose expected values come from the naive double-precision loops of {@link
 * vitrine.kernels.contract.Reference} and {@link vitrine.kernels.contract.BackwardReference}.
 * Published as this module's test jar, so that other modules can run it on backends of their own.
 */
@NullMarked
package vitrine.kernels.contract;

import org.jspecify.annotations.NullMarked;
