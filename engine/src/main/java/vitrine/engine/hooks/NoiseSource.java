package vitrine.engine.hooks;

import vitrine.kernels.Region;
import vitrine.kernels.Shape;

/**
 * Gaussian noise without a stream: each number depends on the seed, the site, the example and the
 * element's place alone, so that neither padding, nor slices, nor the order of computation change
 * it.
 */
final class NoiseSource {
  /** The golden ratio's fraction in 64 bits: steps of it spread over all numbers. */
  private static final long STEP = 0x9E3779B97F4A7C15L;

  private final long key;
  private final double sigma;

  /**
   * @param site with a single layer; its slice does not matter
   */
  NoiseSource(long seed, Site site, double sigma) {
    long hash = mix(seed + STEP);
    String name = site.whole().name();
    for (int i = 0; i < name.length(); i++) {
      hash = mix(hash + STEP * (name.charAt(i) + 1L));
    }
    this.key = hash;
    this.sigma = sigma;
  }

  /** The noise of a box of a tensor, row-major. */
  float[] values(Region region, Shape shape) {
    int[][] indices = new int[shape.rank()][];
    for (int axis = 0; axis < indices.length; axis++) {
      indices[axis] = region.indices(axis, shape);
    }
    float[] values = new float[Math.toIntExact(region.shape(shape).size())];
    int filled = fill(values, 0, indices, 0, key);
    assert filled == values.length;
    return values;
  }

  private int fill(float[] values, int at, int[][] indices, int axis, long hash) {
    if (axis == indices.length) {
      values[at] = (float) (sigma * gaussian(hash));
      return at + 1;
    }
    int next = at;
    for (int index : indices[axis]) {
      next = fill(values, next, indices, axis + 1, mix(hash + STEP * (index + 1L)));
    }
    return next;
  }

  /** Box and Muller 1958, in strict arithmetic: the same bits on every machine. */
  private static double gaussian(long hash) {
    long first = mix(hash + STEP);
    double radius = unit(first);
    double angle = unit(mix(first + STEP));
    return StrictMath.sqrt(-2 * StrictMath.log(1 - radius)) * StrictMath.cos(2 * Math.PI * angle);
  }

  /** In [0, 1). */
  private static double unit(long hash) {
    return (hash >>> 11) * 0x1.0p-53;
  }

  /** The finaliser of SplitMix64 (Steele et al. 2014). */
  private static long mix(long hash) {
    long z = (hash ^ (hash >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
