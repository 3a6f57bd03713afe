package vitrine.engine.layers;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import vitrine.engine.hooks.Run;
import vitrine.kernels.Kernels;
import vitrine.kernels.Region;
import vitrine.kernels.Tensor;
import vitrine.kernels.Workspace;

/**
 * The keys and values of every position decoded so far, layer by layer, so that a new token costs
 * one position. Memory is taken once for the whole capacity; nothing is moved when a position is
 * added.
 */
public final class KeyValueCache {
  private final List<Tensor> keys = new ArrayList<>();
  private final List<Tensor> values = new ArrayList<>();
  private final int capacity;
  private int length;

  /**
   * @param owner where the memory comes from
   * @param capacity the largest number of positions
   */
  public KeyValueCache(
      Kernels kernels,
      Workspace owner,
      int layers,
      int batch,
      int capacity,
      int heads,
      int headDim) {
    this.capacity = capacity;
    for (int layer = 0; layer < layers; layer++) {
      keys.add(zeros(kernels, owner.allocate(batch, capacity, heads, headDim)));
      values.add(zeros(kernels, owner.allocate(batch, capacity, heads, headDim)));
    }
  }

  private static Tensor zeros(Kernels kernels, Tensor tensor) {
    kernels.fill(tensor, 0f);
    return tensor;
  }

  /** How many positions are filled. */
  public int length() {
    return length;
  }

  public int capacity() {
    return capacity;
  }

  /** Called once after every layer has appended: the new positions are now part of the past. */
  public void advance(int positions) {
    length += positions;
  }

  /** Stores k and v (B,T,H,K), which are released, behind the positions already there. */
  void append(Run run, int layer, Tensor k, Tensor v) {
    int count = k.shape().dim(1);
    if (length + count > capacity) {
      throw new IllegalStateException(
          "key-value cache: " + (length + count) + " positions; expected at most " + capacity);
    }
    Region rows = Region.all(4).with(1, IntStream.range(length, length + count).toArray());
    run.kernels().assign(keys.get(layer), rows, k);
    run.kernels().assign(values.get(layer), rows, v);
    run.release(k);
    run.release(v);
  }

  Tensor keys(int layer) {
    return keys.get(layer);
  }

  Tensor values(int layer) {
    return values.get(layer);
  }
}
