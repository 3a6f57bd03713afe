package vitrine.kernels.simd;

import static vitrine.kernels.simd.Lanes.COUNT;
import static vitrine.kernels.simd.Lanes.INTS;
import static vitrine.kernels.simd.Lanes.load;
import static vitrine.kernels.simd.Lanes.store;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import vitrine.kernels.DropoutMask;

/** {@link DropoutMask}, a vector of elements at a time. */
final class DropoutLanes {
  private static final int SPREAD = 0x9E3779B1;
  private static final IntVector LANES = IntVector.zero(INTS).addIndex(1);
  private static final IntVector LANES_SPREAD = LANES.mul(SPREAD);
  private static final IntVector FIRST = IntVector.broadcast(INTS, 0x85EBCA6B);
  private static final IntVector SECOND = IntVector.broadcast(INTS, 0xC2B2AE35);

  private DropoutLanes() {}

  /** Over {@code n} floats from byte {@code at} on, that being the place of the element too. */
  static void drop(long x, long at, int n, float probability, long key, long out) {
    IntVector low =
        IntVector.broadcast(INTS, (int) (at / 4) * SPREAD + (int) key).add(LANES_SPREAD);
    IntVector high = IntVector.broadcast(INTS, (int) (key >>> 32));
    IntVector threshold = IntVector.broadcast(INTS, DropoutMask.threshold(probability));
    FloatVector staying = Lanes.all((float) (1 - (double) probability));
    int whole = Lanes.whole(n);
    for (int i = 0; i < whole; i += COUNT) {
      VectorMask<Float> kept = kept(low.add(i * SPREAD), high, threshold);
      long z = at + 4L * i;
      store(Lanes.zero().blend(load(x + z).div(staying), kept), out + z);
    }
    if (whole < n) {
      VectorMask<Float> kept = kept(low.add(whole * SPREAD), high, threshold);
      VectorMask<Float> tail = Lanes.until(whole, n);
      long z = at + 4L * whole;
      store(Lanes.zero().blend(load(x + z, tail).div(staying), kept), out + z, tail);
    }
  }

  private static VectorMask<Float> kept(IntVector hash, IntVector high, IntVector threshold) {
    IntVector fraction =
        mix(mix(hash).lanewise(VectorOperators.XOR, high)).lanewise(VectorOperators.LSHR, 8);
    return fraction.compare(VectorOperators.GE, threshold).cast(Lanes.SPECIES);
  }

  private static IntVector mix(IntVector hash) {
    IntVector h = hash.lanewise(VectorOperators.XOR, hash.lanewise(VectorOperators.LSHR, 16));
    h = h.mul(FIRST);
    h = h.lanewise(VectorOperators.XOR, h.lanewise(VectorOperators.LSHR, 13));
    h = h.mul(SECOND);
    return h.lanewise(VectorOperators.XOR, h.lanewise(VectorOperators.LSHR, 16));
  }
}
