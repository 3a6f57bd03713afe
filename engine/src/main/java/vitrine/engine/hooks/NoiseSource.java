package vitrine.engine.hooks;

import vitrine.kernels.Region;
import vitrine.kernels.Shape;

/**
 * Gaussian noise without a stream: each number depends on the seed, the site, the example and the
 * element's place alone, so that neither padding, nor slices, nor the order of computation change
 * it.
 */
final class NoiseSource {
  private final long key;
  private final double sigma;

  /**
   * @param site with a single layer; its slice does not matter
   */
  NoiseSource(long seed, Site site, double sigma) {
    long hash = SplitMix.next(seed);
    String name = site.whole().name();
    for (int i = 0; i < name.length(); i++) {
      hash = SplitMix.mix(hash + SplitMix.STEP * (name.charAt(i) + 1L));
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
      values[at] = (float) (sigma * SplitMix.gaussian(hash));
      return at + 1;
    }
    int next = at;
    for (int index : indices[axis]) {
      next =
          fill(values, next, indices, axis + 1, SplitMix.mix(hash + SplitMix.STEP * (index + 1L)));
    }
    return next;
  }
}
