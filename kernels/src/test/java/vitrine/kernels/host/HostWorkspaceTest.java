package vitrine.kernels.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import vitrine.kernels.Backends;
import vitrine.kernels.Kernels;
import vitrine.kernels.MemoryException;
import vitrine.kernels.Shape;
import vitrine.kernels.Tensor;
import vitrine.kernels.Workspace;

class HostWorkspaceTest {
  @Test
  void should_align_and_never_overlap_when_tensors_come_and_go() {
    Random random = new Random(7);
    try (Kernels kernels = Backends.open("scalar", 1, note -> {});
        Workspace workspace = kernels.workspace()) {
      List<HostTensor> live = new ArrayList<>();
      for (int step = 0; step < 3000; step++) {
        if (live.size() > 40 || (random.nextBoolean() && !live.isEmpty())) {
          HostTensor gone = live.remove(random.nextInt(live.size()));
          assertEquals(gone.columns(), gone.get(0), "what was written is still there");
          workspace.release(gone);
        } else {
          HostTensor tensor = (HostTensor) workspace.allocate(1 + random.nextInt(60_000));
          assertEquals(0, tensor.memory().address() % 64);
          kernels.fill(tensor, tensor.columns());
          live.add(tensor);
        }
      }
      live.forEach(workspace::release);
      assertEquals(0, workspace.bytesInUse());
    }
  }

  @Test
  void should_use_the_same_memory_again_when_a_run_repeats() {
    try (Kernels kernels = Backends.open("scalar", 1, note -> {})) {
      Set<Long> first = addresses(kernels);
      for (int run = 0; run < 5; run++) {
        assertEquals(first, addresses(kernels), "run " + run);
      }
    }
  }

  /** Where twelve layers of a run put their tensors. */
  private static Set<Long> addresses(Kernels kernels) {
    Set<Long> addresses = new HashSet<>();
    try (Workspace workspace = kernels.workspace()) {
      Tensor residual = workspace.allocate(128, 768);
      for (int layer = 0; layer < 12; layer++) {
        Tensor normed = workspace.allocate(128, 768);
        Tensor hidden = workspace.allocate(128, 3072);
        addresses.add(((HostTensor) normed).memory().address());
        addresses.add(((HostTensor) hidden).memory().address());
        workspace.release(normed);
        workspace.release(hidden);
      }
      assertTrue(addresses.size() <= 4, () -> "layers share memory: " + addresses);
      workspace.release(residual);
    }
    return addresses;
  }

  @Test
  void should_say_how_much_when_memory_cannot_be_had() {
    try (Kernels kernels = Backends.open("scalar", 1, note -> {});
        Workspace workspace = kernels.workspace()) {
      MemoryException exception =
          assertThrows(MemoryException.class, () -> workspace.allocate(Shape.of(1 << 20, 1 << 20)));
      String message = String.valueOf(exception.getMessage());
      assertTrue(message.contains(String.valueOf(1L << 42)), message);
      assertEquals(0, workspace.bytesInUse());
      workspace.allocate(10);
    }
  }
}
