package vitrine.kernels.host;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import vitrine.kernels.Shape;
import vitrine.kernels.Tensor;

/** A tensor in native host memory. */
public final class HostTensor implements Tensor {
  private final HostWorkspace owner;
  private final Shape shape;
  private final Block block;
  private final Element element;
  private final MemorySegment memory;
  private volatile boolean released;

  HostTensor(HostWorkspace owner, Shape shape, Element element, Block block) {
    this.owner = owner;
    this.shape = shape;
    this.block = block;
    this.element = element;
    this.memory = block.slab().memory().asSlice(block.offset(), shape.size() * element.bytes(), 64);
  }

  @Override
  public Shape shape() {
    return shape;
  }

  /**
   * The numbers: {@code shape().size()} elements from a 64-byte boundary, floats in native order
   * unless {@link HostKernels} was told otherwise.
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

  /** Where {@link #memory()} begins. */
  public long address() {
    return memory().address();
  }

  /** Element {@code index} in row-major order, for plain loops; the tensor is known to be alive. */
  public double at(long index) {
    return element.get(memory, index);
  }

  /**
   * Sets element {@code index}, rounding to what the memory holds; the tensor is known to be alive.
   */
  public void put(long index, double value) {
    element.set(memory, index, value);
  }

  /** The length of a row. */
  public int columns() {
    return shape.dim(-1);
  }

  public int rows() {
    return shape.rows();
  }

  Element element() {
    return element;
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
    element.copy(from, offset, Element.FLOAT32, MemorySegment.ofArray(to), at, length);
  }

  @Override
  public String toString() {
    return "tensor " + shape;
  }
}
