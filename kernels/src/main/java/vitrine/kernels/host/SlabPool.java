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
 * that those unused for longest go back to the system.
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
  public Slab take(long needed, long preferred) {
    long size = Math.max(needed, preferred);
    Slab kept = kept(needed, size);
    if (kept != null) {
      return kept;
    }
    try {
      return allocate(size);
    } catch (MemoryException e) {
      if (!freeIdle()) {
        throw e;
      }
      return allocate(size);
    }
  }

  private synchronized @Nullable Slab kept(long needed, long size) {
    if (!open) {
      throw new IllegalStateException("workspace: the backend has been closed");
    }
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
    }
    return best;
  }

  private static boolean smaller(Slab slab, @Nullable Slab best) {
    return best == null || slab.size() < best.size();
  }

  /** Not under the lock: to fill a large slab takes as long as some passes of others. */
  private Slab allocate(long size) {
    Arena arena = Arena.ofShared();
    try {
      Slab slab = new Slab(arena, arena.allocate(size, ALIGNMENT));
      count(size);
      return slab;
    } catch (OutOfMemoryError error) {
      arena.close();
      throw new MemoryException(
          "workspace: allocate: "
              + size
              + " bytes more than the "
              + totalBytes()
              + " in use; the system does not give it. Use a smaller batch or a shorter text.",
          error);
    }
  }

  private synchronized void count(long bytes) {
    totalBytes += bytes;
  }

  private synchronized long totalBytes() {
    return totalBytes;
  }

  /** Whether there was anything to free. */
  private synchronized boolean freeIdle() {
    boolean any = !idle.isEmpty();
    idle.forEach(this::free);
    idle.clear();
    idleBytes = 0;
    return any;
  }

  /** Keeps the slab for the next {@link #take}, in the stead of those unused for longest. */
  public synchronized void giveBack(Slab slab) {
    if (!open || slab.size() > KEPT_BYTES) {
      free(slab);
      return;
    }
    idle.add(slab);
    idleBytes += slab.size();
    while (idleBytes > KEPT_BYTES) {
      Slab oldest = idle.removeFirst();
      idleBytes -= oldest.size();
      free(oldest);
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
    var _ = freeIdle();
  }
}
