package vitrine.kernels.host;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import vitrine.kernels.MemoryException;

/**
 * Keeps the slabs that closed workspaces no longer need, for the next ones.
 *
 * <p>The JDK fills new native memory with zeros and the system maps it page by page, which for a
 * run's activations costs as much as computing them. Up to {@link #KEPT_BYTES} are kept; beyond
 * that slabs go back to the system.
 */
public final class SlabPool implements AutoCloseable {
  /** Enough for the activations of a long prefill with all its logits. */
  private static final long KEPT_BYTES = 1L << 30;

  private static final long ALIGNMENT = 64;

  /** One stretch of native memory. Any thread may use it, hence the shared arena. */
  public static final class Slab {
    private final Arena arena;
    private final MemorySegment memory;

    private Slab(Arena arena, MemorySegment memory) {
      this.arena = arena;
      this.memory = memory;
    }

    /** All of it; contents unspecified. */
    public MemorySegment memory() {
      return memory;
    }

    /** Where it begins: a multiple of 64. */
    public long address() {
      return memory.address();
    }

    long size() {
      return memory.byteSize();
    }
  }

  private final List<Slab> idle = new ArrayList<>();
  private long idleBytes;
  private long totalBytes;
  private boolean open = true;

  /**
   * A slab of at least {@code needed} bytes.
   *
   * @param preferred how large a new one is made, if that is more
   */
  public synchronized Slab take(long needed, long preferred) {
    if (!open) {
      throw new IllegalStateException("workspace: the backend has been closed");
    }
    long size = Math.max(needed, preferred);
    Slab best = null;
    for (Slab slab : idle) {
      // A slab far too large would starve the one that needs it.
      if (slab.size() >= needed && slab.size() <= 4 * size && smaller(slab, best)) {
        best = slab;
      }
    }
    if (best != null) {
      idle.remove(best);
      idleBytes -= best.size();
      return best;
    }
    return allocate(size);
  }

  private static boolean smaller(Slab slab, @Nullable Slab best) {
    return best == null || slab.size() < best.size();
  }

  private Slab allocate(long size) {
    Arena arena = Arena.ofShared();
    try {
      MemorySegment memory = arena.allocate(size, ALIGNMENT);
      totalBytes += size;
      return new Slab(arena, memory);
    } catch (OutOfMemoryError error) {
      arena.close();
      throw new MemoryException(
          "workspace: allocate: "
              + size
              + " bytes more than the "
              + totalBytes
              + " in use; the system does not give it. Use a smaller batch or a shorter text.",
          error);
    }
  }

  /** Keeps the slab for the next {@link #take}, or frees it. */
  public synchronized void giveBack(Slab slab) {
    if (open && idleBytes + slab.size() <= KEPT_BYTES) {
      idle.add(slab);
      idleBytes += slab.size();
    } else {
      free(slab);
    }
  }

  private void free(Slab slab) {
    totalBytes -= slab.size();
    slab.arena.close();
  }

  /** Frees what is kept; slabs still out are freed when given back. */
  @Override
  public synchronized void close() {
    open = false;
    idle.forEach(this::free);
    idle.clear();
    idleBytes = 0;
  }
}
