package vitrine.engine.layers;

import java.util.List;
import java.util.stream.IntStream;
import vitrine.engine.hooks.Run;
import vitrine.kernels.Kernels;
import vitrine.kernels.KeyValues;
import vitrine.kernels.Tensor;
import vitrine.kernels.Workspace;

/**
 * The keys and values of every position decoded so far, layer by layer, so that a new token costs
 * one position. Memory is taken once for the whole capacity; nothing is moved when a position is
 * added.
 */
public final class KeyValueCache {
  private final List<KeyValues> layers;
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
    this.layers =
        IntStream.range(0, layers)
            .mapToObj(layer -> kernels.keyValues(owner, batch, capacity, heads, headDim))
            .toList();
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
    run.kernels().appendKeyValues(k, v, length, layers.get(layer));
    run.release(k);
    run.release(v);
  }

  KeyValues layer(int layer) {
    return layers.get(layer);
  }
}
