package vitrine.kernels.simd;

import java.util.ArrayList;
import java.util.List;
import vitrine.kernels.host.SlabPool;

/**
 * What ops need for a moment, kept for the next one: stretches of memory, and arrays. A steady run
 * allocates neither.
 */
final class Scratch {
  /** Floats in arrays kept at most; what is given back beyond is left to the collector. */
  private static final long KEPT = 1L << 25;

  private static final int SMALLEST = 1 << 10;

  private final SlabPool slabs = new SlabPool();
  private final List<float[]> arrays = new ArrayList<>();
  private long kept;

  /** Memory of at least so many bytes, contents unspecified. */
  SlabPool.Slab take(long bytes) {
    return slabs.take(bytes, 0);
  }

  void giveBack(SlabPool.Slab slab) {
    slabs.giveBack(slab);
  }

  /** An array of at least so many floats, contents unspecified. */
  float[] floats(int needed) {
    synchronized (arrays) {
      int best = -1;
      for (int i = 0; i < arrays.size(); i++) {
        int length = arrays.get(i).length;
        if (length >= needed && (best < 0 || length < arrays.get(best).length)) {
          best = i;
        }
      }
      // One far too large would starve the op that needs it.
      if (best >= 0 && arrays.get(best).length <= 4L * Math.max(needed, SMALLEST)) {
        float[] found = arrays.remove(best);
        kept -= found.length;
        return found;
      }
    }
    return new float[Math.max(needed, SMALLEST)];
  }

  void giveBack(float[] array) {
    synchronized (arrays) {
      if (kept + array.length <= KEPT) {
        arrays.add(array);
        kept += array.length;
      }
    }
  }

  void close() {
    slabs.close();
    synchronized (arrays) {
      arrays.clear();
    }
  }
}
