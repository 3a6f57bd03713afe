package vitrine.kernels.simd;

import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** The width of vectors, and how they meet memory, which is given by its address. */
final class Lanes {
  /** Overrides the width, in bits: for tests of the others. */
  static final String WIDTH_PROPERTY = "vitrine.simd.bits";

  // All constants static final: only then does the compiler see one vector shape (else 2x slower).
  static final VectorSpecies<Float> SPECIES = species();
  static final VectorSpecies<Integer> INTS =
      IntVector.SPECIES_PREFERRED.withShape(SPECIES.vectorShape());
  static final VectorSpecies<Double> DOUBLES =
      DoubleVector.SPECIES_PREFERRED.withShape(SPECIES.vectorShape());
  static final int COUNT = SPECIES.length();
  static final int BYTES = SPECIES.vectorByteSize();

  /** As many lanes as there are floats, or the shortest vector that there is. */
  private static final VectorSpecies<Byte> NARROW_BYTES =
      COUNT == 16 ? ByteVector.SPECIES_128 : ByteVector.SPECIES_64;

  private static final VectorSpecies<Short> NARROW_SHORTS =
      switch (COUNT) {
        case 16 -> ShortVector.SPECIES_256;
        case 8 -> ShortVector.SPECIES_128;
        default -> ShortVector.SPECIES_64;
      };

  static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final VectorShuffle<Float> ACROSS_8 = across(8);
  private static final VectorShuffle<Float> ACROSS_4 = across(4);
  private static final VectorShuffle<Float> ACROSS_2 = across(2);
  private static final VectorShuffle<Float> ACROSS_1 = across(1);

  private Lanes() {}

  private static VectorSpecies<Float> species() {
    Integer bits = Integer.getInteger(WIDTH_PROPERTY);
    if (bits == null) {
      VectorSpecies<Float> preferred = FloatVector.SPECIES_PREFERRED;
      return preferred.length() > 16 || preferred.length() < 4
          ? FloatVector.SPECIES_512
          : preferred;
    }
    return switch (bits) {
      case 128, 256, 512 -> VectorSpecies.of(float.class, VectorShape.forBitSize(bits));
      default ->
          throw new IllegalArgumentException(
              WIDTH_PROPERTY + ": " + bits + "; expected 128, 256 or 512");
    };
  }

  private static VectorShuffle<Float> across(int distance) {
    return VectorShuffle.fromOp(SPECIES, lane -> (lane ^ distance) % SPECIES.length());
  }

  static FloatVector load(long at) {
    return FloatVector.fromMemorySegment(SPECIES, Memory.ALL, at, ORDER);
  }

  static FloatVector load(long at, VectorMask<Float> mask) {
    return FloatVector.fromMemorySegment(SPECIES, Memory.ALL, at, ORDER, mask);
  }

  static void store(FloatVector x, long at) {
    x.intoMemorySegment(Memory.ALL, at, ORDER);
  }

  static void store(FloatVector x, long at, VectorMask<Float> mask) {
    x.intoMemorySegment(Memory.ALL, at, ORDER, mask);
  }

  /** Whole numbers of 8 bits as floats; up to 8 of them are read whatever the lanes. */
  static FloatVector loadInt8(long at) {
    return (FloatVector)
        ByteVector.fromMemorySegment(NARROW_BYTES, Memory.ALL, at, ORDER)
            .convertShape(VectorOperators.B2F, SPECIES, 0);
  }

  /** The upper halves of floats as floats. */
  static FloatVector loadUpperHalves(long at) {
    return ((IntVector)
            ShortVector.fromMemorySegment(NARROW_SHORTS, Memory.ALL, at, ORDER)
                .convertShape(VectorOperators.S2I, INTS, 0))
        .lanewise(VectorOperators.LSHL, 16)
        .reinterpretAsFloats();
  }

  static FloatVector broadcast(long at) {
    return FloatVector.broadcast(SPECIES, Memory.get(at));
  }

  static FloatVector zero() {
    return FloatVector.zero(SPECIES);
  }

  static FloatVector all(float value) {
    return FloatVector.broadcast(SPECIES, value);
  }

  /** The lanes that hold elements {@code from} until {@code end}. */
  static VectorMask<Float> until(int from, int end) {
    return SPECIES.indexInRange(from, end);
  }

  /** The largest multiple of the lane count that is not above {@code length}. */
  static int whole(int length) {
    return length & -COUNT;
  }

  /** The sum of all lanes: halves added to halves, always in this order. */
  static float sum(FloatVector x) {
    FloatVector sum = x;
    if (COUNT > 8) {
      sum = sum.add(sum.rearrange(ACROSS_8));
    }
    if (COUNT > 4) {
      sum = sum.add(sum.rearrange(ACROSS_4));
    }
    sum = sum.add(sum.rearrange(ACROSS_2));
    sum = sum.add(sum.rearrange(ACROSS_1));
    return sum.lane(0);
  }

  /** The largest lane, NaN if one is. */
  static float max(FloatVector x) {
    return x.reduceLanes(VectorOperators.MAX);
  }
}
