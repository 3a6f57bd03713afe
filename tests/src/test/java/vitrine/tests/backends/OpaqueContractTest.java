package vitrine.tests.backends;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import vitrine.kernels.Kernels;
import vitrine.kernels.Shape;
import vitrine.kernels.Tensor;
import vitrine.kernels.Workspace;
import vitrine.kernels.contract.KernelsContract;

class OpaqueContractTest extends KernelsContract {
  @Override
  protected Kernels open(int threads) {
    return new OpaqueKernels();
  }

  @Test
  void should_count_only_the_border_when_numbers_move() {
    try (OpaqueKernels kernels = new OpaqueKernels();
        Workspace workspace = kernels.workspace()) {
      Tensor x = kernels.upload(workspace, Shape.of(2), 1, 2);
      Tensor out = workspace.allocate(2);
      kernels.add(x, x, out);
      kernels.softmax(out, out);
      assertEquals(1, kernels.uploads());
      assertEquals(0, kernels.downloads());
      out.get(1);
      assertEquals(1, kernels.downloads());
    }
  }
}
