package vitrine.kernels.host;

import vitrine.kernels.KeyValues;
import vitrine.kernels.Shape;

/**
 * Keys turned and in panels, as {@link HostWeight} has its matrices, so that a query's scores are a
 * product; values head by head, so that a head's mix is one stretch of memory. Where many queries
 * come at once, the values of all positions are packed for them; one query reads them as they lie.
 *
 * <pre>{@code keys[b][h][p][c][l] = k[b][p * width + l][h][c]; values[b][h][t][c] = v[b][t][h][c]}
 * </pre>
 */
public final class HostKeyValues implements KeyValues {
  private final int capacity;
  private final int width;
  private final HostTensor keys;
  private final HostTensor values;

  HostKeyValues(HostWorkspace owner, int batch, int capacity, int heads, int size, int width) {
    int panels = (capacity + width - 1) / width;
    this.capacity = capacity;
    this.width = width;
    this.keys = owner.allocate(Shape.of(batch, heads, panels, size, width));
    this.values = owner.allocate(Shape.of(batch, heads, capacity, size));
  }

  @Override
  public int batch() {
    return values.shape().dim(0);
  }

  @Override
  public int capacity() {
    return capacity;
  }

  @Override
  public int heads() {
    return values.shape().dim(1);
  }

  @Override
  public int size() {
    return values.shape().dim(3);
  }

  /** (B, H, panels, K, width). */
  public HostTensor keys() {
    return keys;
  }

  /** (B, H, capacity, K). */
  public HostTensor values() {
    return values;
  }

  /** Where element 0 of key {@code t} lies in {@link #keys}; the next is {@link #step} on. */
  public long key(int b, int t, int h) {
    int panels = keys.shape().dim(2);
    return (((long) b * heads() + h) * panels + t / width) * size() * width + t % width;
  }

  public int step() {
    return width;
  }

  /** Where value {@code t} begins in {@link #values}. */
  public long value(int b, int t, int h) {
    return (((long) b * heads() + h) * capacity + t) * size();
  }
}
