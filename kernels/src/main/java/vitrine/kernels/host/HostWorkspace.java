package vitrine.kernels.host;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import vitrine.kernels.Shape;
import vitrine.kernels.Tensor;
import vitrine.kernels.Workspace;

/**
 * Cuts tensors out of slabs: best fit, neighbouring gaps joined again on release, so that a run
 * that releases what it no longer needs stops asking for slabs after its first layer.
 */
final class HostWorkspace implements Workspace {
  /** A cache line, and the widest vector. */
  private static final long GRAIN = 64;

  private static final long FIRST_SLAB = 1L << 20;
  private static final long LARGEST_SLAB = 1L << 24;

  /**
   * From here on a tensor is given a slab of its own. What was left over of shared ones came to an
   * eighth of a model's memory, and it is resident: new memory is filled with zeros.
   */
  private static final long LARGE = 1L << 22;

  private final HostKernels backend;
  private final SlabPool pool;
  private final List<SlabPool.Slab> slabs = new ArrayList<>();
  private final List<Block> gaps = new ArrayList<>();
  private long nextSlab = FIRST_SLAB;
  private long bytesInUse;
  private long peakBytes;
  private volatile boolean open = true;

  HostWorkspace(HostKernels backend, SlabPool pool) {
    this.backend = backend;
    this.pool = pool;
  }

  HostKernels backend() {
    return backend;
  }

  boolean isOpen() {
    return open;
  }

  @Override
  public HostTensor allocate(Shape shape) {
    return allocate(shape, backend.element());
  }

  /**
   * A new tensor of elements of another kind than the backend's.
   *
   * <p>Behind narrow ones there is room for the shortest vector that there is, which may be longer
   * than what is left of them.
   */
  HostTensor allocate(Shape shape, Element element) {
    if (!open) {
      throw new IllegalStateException("workspace: allocate: the workspace has been closed");
    }
    long length = Math.multiplyExact(shape.size(), (long) element.bytes());
    long bytes = Math.max(GRAIN, roundUp(length));
    if (element.bytes() < Float.BYTES) {
      bytes += GRAIN;
    }
    Block gap = bestGap(bytes);
    if (gap == null) {
      SlabPool.Slab slab = newSlab(bytes);
      gap = new Block(slab, 0, slab.size());
    } else {
      gaps.remove(gap);
    }
    if (gap.size() > bytes) {
      gaps.add(new Block(gap.slab(), gap.offset() + bytes, gap.size() - bytes));
    }
    bytesInUse += bytes;
    peakBytes = Math.max(peakBytes, bytesInUse);
    return new HostTensor(this, shape, element, new Block(gap.slab(), gap.offset(), bytes));
  }

  private SlabPool.Slab newSlab(long needed) {
    SlabPool.Slab slab;
    if (needed < LARGE) {
      slab = pool.take(needed, nextSlab);
      nextSlab = Math.min(2 * nextSlab, LARGEST_SLAB);
    } else {
      slab = pool.take(needed, needed);
    }
    slabs.add(slab);
    return slab;
  }

  private static long roundUp(long bytes) {
    return Math.addExact(bytes, GRAIN - 1) & -GRAIN;
  }

  private @Nullable Block bestGap(long bytes) {
    Block best = null;
    for (Block gap : gaps) {
      if (gap.size() >= bytes && (best == null || gap.size() < best.size())) {
        best = gap;
      }
    }
    return best;
  }

  @Override
  public void release(Tensor tensor) {
    HostTensor mine = backend.own("release", "tensor", tensor);
    if (mine.owner() != this) {
      throw new IllegalArgumentException(
          "release: tensor "
              + tensor.shape()
              + " of another workspace; expected one allocated here");
    }
    Block block = mine.retire();
    bytesInUse -= block.size();
    gaps.add(joined(block));
  }

  /** The block together with the gaps that touch it, which are taken off the list. */
  private Block joined(Block block) {
    Block result = block;
    for (int i = gaps.size() - 1; i >= 0; i--) {
      Block gap = gaps.get(i);
      if (gap.slab() != block.slab()) {
        continue;
      }
      if (gap.end() == result.offset()) {
        result = new Block(gap.slab(), gap.offset(), gap.size() + result.size());
        gaps.remove(i);
      } else if (result.end() == gap.offset()) {
        result = new Block(gap.slab(), result.offset(), result.size() + gap.size());
        gaps.remove(i);
      }
    }
    return result;
  }

  @Override
  public long bytesInUse() {
    return bytesInUse;
  }

  @Override
  public long peakBytes() {
    return peakBytes;
  }

  @Override
  public void close() {
    if (open) {
      open = false;
      slabs.forEach(pool::giveBack);
      slabs.clear();
      gaps.clear();
      bytesInUse = 0;
    }
  }
}
