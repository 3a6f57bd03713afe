package vitrine.kernels.simd;

import static vitrine.kernels.simd.Lanes.BYTES;
import static vitrine.kernels.simd.Lanes.ORDER;
import static vitrine.kernels.simd.Lanes.SPECIES;
import static vitrine.kernels.simd.Lanes.all;
import static vitrine.kernels.simd.Lanes.load;
import static vitrine.kernels.simd.Lanes.store;
import static vitrine.kernels.simd.Memory.ALL;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Softmax and its gradient down the columns of a strip, a vector of columns at a time, from the
 * first row to the last.
 *
 * <p>The first and the last loop call no method but the JDK's own. All three are inlined into one
 * large method, and what C2 does not inline there, which is never the JDK's, takes its vectors in
 * boxes.
 *
 * @param scores S; becomes P
 * @param slopes dP, in rows as long; becomes dS
 * @param panels gets dS as panels, one after the other
 * @param statistics {@link #STATISTICS} rows
 */
record Columns(
    Product.Matrix scores,
    Product.Matrix slopes,
    Product.Matrix panels,
    Product.Matrix statistics) {
  /** Rows of numbers kept of each column. */
  static final int STATISTICS = 3;

  private static final FloatVector ONE = all(1f);
  private static final FloatVector NOTHING = all(Float.NEGATIVE_INFINITY);

  /**
   * Both.
   *
   * @param rows how many, at least one
   * @param columns whole vectors
   */
  void softmax(int rows, int columns) {
    long stride = scores.stride();
    for (long column = 0; column < 4L * columns; column += BYTES) {
      long s = scores.at() + column;
      long d = slopes.at() + column;
      long max = statistics.at() + column;
      long inverse = max + statistics.stride();
      long mean = inverse + statistics.stride();
      long panel = panels.at() + column / Product.ROW * (rows * Product.ROW) + column % Product.ROW;
      maximum(s, stride, rows, max);
      exponentials(s, d, stride, rows, max, inverse, mean);
      slopes(s, d, stride, rows, inverse, mean, panel);
    }
  }

  /** The largest score; 0 where a query sees nothing. */
  private static void maximum(long s, long stride, int rows, long to) {
    FloatVector max = NOTHING;
    for (int j = 0; j < rows; j++) {
      max = max.max(FloatVector.fromMemorySegment(SPECIES, ALL, s + j * stride, ORDER));
    }
    max.blend(0f, max.compare(VectorOperators.EQ, NOTHING)).intoMemorySegment(ALL, to, ORDER);
  }

  /** {@code exp(s - max)}, one over their sum, and the mean of dP that they weigh. */
  private static void exponentials(
      long s, long d, long stride, int rows, long maxAt, long inverseAt, long meanAt) {
    FloatVector max = load(maxAt);
    FloatVector sum = Lanes.zero();
    FloatVector products = Lanes.zero();
    for (int j = 0; j < rows; j++) {
      FloatVector e = VectorMath.exp(load(s + j * stride).sub(max));
      store(e, s + j * stride);
      sum = sum.add(e);
      products = e.fma(load(d + j * stride), products);
    }
    FloatVector inverse = ONE.div(sum.blend(ONE, sum.compare(VectorOperators.EQ, 0f)));
    store(inverse, inverseAt);
    store(products.mul(inverse), meanAt);
  }

  /** P, and {@code dS = P (dP - mean)} in both places. */
  private static void slopes(
      long s, long d, long stride, int rows, long inverseAt, long meanAt, long panel) {
    FloatVector inverse = FloatVector.fromMemorySegment(SPECIES, ALL, inverseAt, ORDER);
    FloatVector mean = FloatVector.fromMemorySegment(SPECIES, ALL, meanAt, ORDER);
    for (int j = 0; j < rows; j++) {
      FloatVector p =
          FloatVector.fromMemorySegment(SPECIES, ALL, s + j * stride, ORDER).mul(inverse);
      FloatVector slope =
          FloatVector.fromMemorySegment(SPECIES, ALL, d + j * stride, ORDER).sub(mean).mul(p);
      p.intoMemorySegment(ALL, s + j * stride, ORDER);
      slope.intoMemorySegment(ALL, d + j * stride, ORDER);
      slope.intoMemorySegment(ALL, panel + j * Product.ROW, ORDER);
    }
  }
}
