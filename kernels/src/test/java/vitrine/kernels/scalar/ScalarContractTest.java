package vitrine.kernels.scalar;

import vitrine.kernels.Kernels;
import vitrine.kernels.contract.KernelsContract;

class ScalarContractTest extends KernelsContract {
  @Override
  protected Kernels open(int threads) {
    return new ScalarProvider().open(threads);
  }
}
