package vitrine.engine.hooks;

import java.util.IdentityHashMap;
import vitrine.kernels.Tensor;

/**
 * Which tensors someone still needs, and how many do: those are neither written to nor released.
 */
final class Pins {
  private final IdentityHashMap<Tensor, Integer> counts = new IdentityHashMap<>();

  void add(Tensor tensor) {
    counts.merge(tensor, 1, Integer::sum);
  }

  /** Takes one pin away. */
  void remove(Tensor tensor) {
    Integer left =
        counts.computeIfPresent(tensor, (_, count) -> count == 1 ? Integer.valueOf(0) : count - 1);
    if (left == null) {
      throw new IllegalStateException("run: a tensor is let go that was never kept");
    }
    if (left == 0) {
      counts.remove(tensor);
    }
  }

  boolean holds(Tensor tensor) {
    return counts.containsKey(tensor);
  }
}
