package vitrine.kernels.simd;

import vitrine.kernels.Kernels;
import vitrine.kernels.contract.KernelsContract;

/** Run once for each lane width: see the executions in this module's pom. */
class SimdContractTest extends KernelsContract {
  @Override
  protected Kernels open(int threads) {
    return new SimdProvider().open(threads);
  }
}
