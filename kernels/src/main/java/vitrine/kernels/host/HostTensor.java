package vitrine.kernels.host;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;
import vitrine.kernels.Shape;
import vitrine.kernels.Tensor;

/** A tensor in native host memory. */
public final class HostTensor implements Tensor {
  private final HostWorkspace owner;
  private final Shape shape;
  private final Block block;
  private final MemorySegment memory;
  private volatile boolean released;

  HostTensor(HostWorkspace owner, Shape shape, Block block) {
    this.owner = owner;
    this.shape = shape;
    this.block = block;
    this.memory = block.slab().memory().asSlice(block.offset(), shape.size() * Float.BYTES, 64);
  }

  @Override
  public Shape shape() {
    return shape;
  }

  /**
   * The numbers: {@code shape().size()} native-order floats from a 64-byte boundary.
   *
   * @throws IllegalStateException after release, or when the workspace has been closed
   */
  public MemorySegment memory() {
    if (released) {
      throw new IllegalStateException("tensor " + shape + ": used after it was released");
    }
    if (!owner.isOpen()) {
      throw new IllegalStateException("tensor " + shape + ": used after its workspace was closed");
    }
    return memory;
  }

  /** Element {@code index} in row-major order, for plain loops; the tensor is known to be alive. */
  public double at(long index) {
    return memory.getAtIndex(ValueLayout.JAVA_FLOAT, index);
  }

  /** Sets element {@code index}, rounding; the tensor is known to be alive. */
  public void put(long index, double value) {
    memory.setAtIndex(ValueLayout.JAVA_FLOAT, index, (float) value);
  }

  /** The length of a row. */
  public int columns() {
    return shape.dim(-1);
  }

  public int rows() {
    return shape.rows();
  }

  HostWorkspace owner() {
    return owner;
  }

  /** Makes the tensor unusable and hands over its memory. */
  Block retire() {
    Objects.requireNonNull(memory());
    released = true;
    return block;
  }

  @Override
  public void download(long offset, float[] to, int at, int length) {
    MemorySegment from = memory();
    Objects.checkFromIndexSize(offset, length, shape.size());
    MemorySegment.copy(from, ValueLayout.JAVA_FLOAT, offset * Float.BYTES, to, at, length);
  }

  @Override
  public String toString() {
    return "tensor " + shape;
  }
}
