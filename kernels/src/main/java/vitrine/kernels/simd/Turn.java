package vitrine.kernels.simd;

import static vitrine.kernels.simd.Lanes.BYTES;
import static vitrine.kernels.simd.Lanes.COUNT;
import static vitrine.kernels.simd.Lanes.load;
import static vitrine.kernels.simd.Lanes.store;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/**
 * Turns matrices: {@code to[c][r] = x[r][c]}.
 *
 * <p>A square of as many rows as a vector has lanes is turned by exchanging, for each distance d of
 * 1, 2, 4, 8, the lanes that differ in bit d between the rows that differ in bit d. Distances are
 * taken two at a time over four rows, from memory to memory: all four at once would be too many
 * operations for one method (see {@link Product}).
 */
final class Turn {
  /** Bytes of the memory between the two halves of the way. */
  static final long SCRATCH = (long) BYTES * COUNT;

  private static final int QUADS = COUNT / 4;
  private static final Exchange BY_1 = new Exchange(1);
  private static final Exchange BY_2 = new Exchange(2);
  private static final Exchange BY_4 = new Exchange(4);
  private static final Exchange BY_8 = new Exchange(8);

  private static final VectorShuffle<Float> ACROSS_1 = BY_1.across;
  private static final VectorShuffle<Float> ACROSS_2 = BY_2.across;
  private static final VectorShuffle<Float> ACROSS_4 = BY_4.across;
  private static final VectorShuffle<Float> ACROSS_8 = BY_8.across;
  private static final VectorMask<Float> UPPER_1 = BY_1.upper;
  private static final VectorMask<Float> UPPER_2 = BY_2.upper;
  private static final VectorMask<Float> UPPER_4 = BY_4.upper;
  private static final VectorMask<Float> UPPER_8 = BY_8.upper;
  private static final VectorMask<Float> LOWER_1 = UPPER_1.not();
  private static final VectorMask<Float> LOWER_2 = UPPER_2.not();
  private static final VectorMask<Float> LOWER_4 = UPPER_4.not();
  private static final VectorMask<Float> LOWER_8 = UPPER_8.not();

  private Turn() {}

  /** What the rows of a pair exchange. */
  private record Exchange(VectorShuffle<Float> across, VectorMask<Float> upper) {
    Exchange(int distance) {
      this(
          VectorShuffle.fromOp(Lanes.SPECIES, lane -> (lane ^ distance) % COUNT),
          VectorMask.fromLong(Lanes.SPECIES, bits(distance)));
    }

    private static long bits(int distance) {
      long bits = 0;
      for (int lane = 0; lane < COUNT; lane++) {
        bits |= (lane & distance) == 0 ? 0 : 1L << lane;
      }
      return bits;
    }
  }

  /**
   * Turns a matrix.
   *
   * @param x rows of {@code columns} floats
   * @param to rows of {@code rows} floats, apart from x
   * @param scratch {@link #SCRATCH} bytes
   */
  static void turn(Product.Matrix x, int rows, int columns, Product.Matrix to, long scratch) {
    if (rows < COUNT || columns < COUNT) {
      oneByOne(x, rows, columns, to);
      return;
    }
    // A ragged last square reaches back over its neighbour.
    for (int row = 0; row < rows; row += COUNT) {
      int r = Math.min(row, rows - COUNT);
      for (int column = 0; column < columns; column += COUNT) {
        int c = Math.min(column, columns - COUNT);
        square(
            x.at() + r * x.stride() + 4L * c,
            x.stride(),
            to.at() + c * to.stride() + 4L * r,
            to.stride(),
            scratch);
      }
    }
  }

  private static void oneByOne(Product.Matrix x, int rows, int columns, Product.Matrix to) {
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        float value = Memory.get(x.at() + r * x.stride() + 4L * c);
        Memory.set(to.at() + c * to.stride() + 4L * r, value);
      }
    }
  }

  private static void square(long x, long stride, long to, long toStride, long scratch) {
    if (COUNT == 4) {
      nearLanes(x, stride, to, toStride);
      return;
    }
    nearLanes(x, stride, scratch, BYTES);
    if (COUNT == 8) {
      lanesFourApart(scratch, to, toStride);
    } else {
      farLanes(scratch, to, toStride);
    }
  }

  /** Distances 1 and 2. */
  private static void nearLanes(long x, long stride, long to, long toStride) {
    for (int quad = 0; quad < QUADS; quad++) {
      long from = x + 4L * quad * stride;
      FloatVector a = load(from);
      FloatVector b = load(from + stride);
      FloatVector c = load(from + 2 * stride);
      FloatVector d = load(from + 3 * stride);
      FloatVector a1 = a.blend(b.rearrange(ACROSS_1), UPPER_1);
      FloatVector b1 = b.blend(a.rearrange(ACROSS_1), LOWER_1);
      FloatVector c1 = c.blend(d.rearrange(ACROSS_1), UPPER_1);
      FloatVector d1 = d.blend(c.rearrange(ACROSS_1), LOWER_1);
      long z = to + 4L * quad * toStride;
      store(a1.blend(c1.rearrange(ACROSS_2), UPPER_2), z);
      store(b1.blend(d1.rearrange(ACROSS_2), UPPER_2), z + toStride);
      store(c1.blend(a1.rearrange(ACROSS_2), LOWER_2), z + 2 * toStride);
      store(d1.blend(b1.rearrange(ACROSS_2), LOWER_2), z + 3 * toStride);
    }
  }

  /** Distances 4 and 8, of vectors of 16. */
  private static void farLanes(long x, long to, long toStride) {
    for (int row = 0; row < 4; row++) {
      long from = x + (long) row * BYTES;
      FloatVector a = load(from);
      FloatVector b = load(from + 4L * BYTES);
      FloatVector c = load(from + 8L * BYTES);
      FloatVector d = load(from + 12L * BYTES);
      FloatVector a1 = a.blend(b.rearrange(ACROSS_4), UPPER_4);
      FloatVector b1 = b.blend(a.rearrange(ACROSS_4), LOWER_4);
      FloatVector c1 = c.blend(d.rearrange(ACROSS_4), UPPER_4);
      FloatVector d1 = d.blend(c.rearrange(ACROSS_4), LOWER_4);
      long z = to + row * toStride;
      store(a1.blend(c1.rearrange(ACROSS_8), UPPER_8), z);
      store(b1.blend(d1.rearrange(ACROSS_8), UPPER_8), z + 4 * toStride);
      store(c1.blend(a1.rearrange(ACROSS_8), LOWER_8), z + 8 * toStride);
      store(d1.blend(b1.rearrange(ACROSS_8), LOWER_8), z + 12 * toStride);
    }
  }

  /** Distance 4, of vectors of 8. */
  private static void lanesFourApart(long x, long to, long toStride) {
    for (int row = 0; row < 4; row++) {
      long from = x + (long) row * BYTES;
      FloatVector a = load(from);
      FloatVector b = load(from + 4L * BYTES);
      long z = to + row * toStride;
      store(a.blend(b.rearrange(ACROSS_4), UPPER_4), z);
      store(b.blend(a.rearrange(ACROSS_4), LOWER_4), z + 4 * toStride);
    }
  }
}
