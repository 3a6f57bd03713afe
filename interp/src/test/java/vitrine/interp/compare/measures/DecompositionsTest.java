package vitrine.interp.compare.measures;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.junit.jupiter.api.Test;

/** Of matrices that are anything but well-behaved, U S V' is the matrix, and U and V are turns. */
final class DecompositionsTest {
  /** Integers of rank three, with columns of zeros and columns that repeat others. */
  private static DMatrixRMaj integers(int rows, int columns, int seed) {
    Random random = new Random(seed);
    DMatrixRMaj left = new DMatrixRMaj(rows, 3);
    DMatrixRMaj right = new DMatrixRMaj(3, columns);
    Arrays.setAll(left.data, i -> random.nextInt(7) - 3);
    Arrays.setAll(right.data, i -> i % columns % 4 == 0 ? 0 : random.nextInt(5) - 2);
    for (int j = 5; j < columns; j += 6) {
      for (int i = 0; i < 3; i++) {
        right.set(i, j, right.get(i, 1));
      }
    }
    DMatrixRMaj product = new DMatrixRMaj(rows, columns);
    CommonOps_DDRM.mult(left, right, product);
    return product;
  }

  private static DMatrixRMaj gaussian(int rows, int columns, int seed) {
    Random random = new Random(seed);
    DMatrixRMaj matrix = new DMatrixRMaj(rows, columns);
    Arrays.setAll(matrix.data, i -> random.nextGaussian());
    return matrix;
  }

  /** The largest |(U S V' - A)_ij| as a share of s_1, and of U'U - I over what counts. */
  private static double error(DMatrixRMaj a, Decompositions.Svd svd) {
    DMatrixRMaj us = svd.u().copy();
    for (int i = 0; i < us.numRows; i++) {
      for (int j = 0; j < us.numCols; j++) {
        us.data[i * us.numCols + j] *= svd.s()[j];
      }
    }
    DMatrixRMaj rest = new DMatrixRMaj(a.numRows, a.numCols);
    CommonOps_DDRM.mult(us, svd.vt(), rest);
    CommonOps_DDRM.subtractEquals(rest, a);
    double error = CommonOps_DDRM.elementMaxAbs(rest) / svd.s()[0];
    int rank = (int) Arrays.stream(svd.s()).filter(s -> s > 1e-10 * svd.s()[0]).count();
    DMatrixRMaj u = CommonOps_DDRM.extract(svd.u(), 0, a.numRows, 0, rank);
    DMatrixRMaj products = Products.transposedTimes(u, u);
    CommonOps_DDRM.subtractEquals(products, CommonOps_DDRM.identity(rank));
    for (int i = 1; i < svd.s().length; i++) {
      assertTrue(svd.s()[i] <= svd.s()[i - 1], "descending");
    }
    return Math.max(error, CommonOps_DDRM.elementMaxAbs(products));
  }

  @Test
  void should_be_exact_when_matrices_are_tall_wide_or_of_low_rank() {
    DMatrixRMaj[] matrices = {
      integers(200, 60, 1),
      integers(60, 200, 2),
      integers(64, 64, 3),
      gaussian(3000, 20, 4),
      gaussian(40, 39, 5),
      gaussian(1, 7, 6),
      gaussian(500, 1, 7),
      gaussian(700, 210, 8)
    };
    double largest = 0;
    for (DMatrixRMaj matrix : matrices) {
      Decompositions.Svd svd = Decompositions.svd(matrix);
      largest = Math.max(largest, error(matrix, svd));
      double[] values = Decompositions.singularValues(matrix);
      for (int i = 0; i < values.length; i++) {
        assertEquals(svd.s()[i], values[i], 1e-13 * svd.s()[0] * matrix.numRows);
      }
    }
    assertTrue(largest < 1e-12, "largest error " + largest);
  }

  /** What takes over where EJML's iteration gives up. */
  @Test
  void should_be_exact_when_columns_are_turned_in_pairs() {
    double largest = 0;
    for (int seed = 0; seed < 20; seed++) {
      DMatrixRMaj low = integers(90, 60, seed);
      Decompositions.Svd svd = Jacobi.svd(low);
      largest = Math.max(largest, error(low, svd));
      assertTrue(svd.s()[2] > 1, "rank three");
      assertTrue(svd.s()[3] < 1e-12 * svd.s()[0], "rank three");
      DMatrixRMaj full = gaussian(30, 30, seed);
      largest = Math.max(largest, error(full, Jacobi.svd(full)));
    }
    assertTrue(largest < 1e-13, "largest error " + largest);
  }

  @Test
  void should_be_orthonormal_times_a_triangle_when_reflected() {
    for (DMatrixRMaj a : new DMatrixRMaj[] {gaussian(2000, 30, 1), integers(300, 60, 2)}) {
      Householder.Qr qr = Householder.of(a);
      DMatrixRMaj product = new DMatrixRMaj(a.numRows, a.numCols);
      CommonOps_DDRM.mult(qr.q(), qr.r(), product);
      CommonOps_DDRM.subtractEquals(product, a);
      assertTrue(CommonOps_DDRM.elementMaxAbs(product) < 1e-12);
      DMatrixRMaj turns = Products.transposedTimes(qr.q(), qr.q());
      CommonOps_DDRM.subtractEquals(turns, CommonOps_DDRM.identity(a.numCols));
      assertTrue(CommonOps_DDRM.elementMaxAbs(turns) < 1e-13);
      DMatrixRMaj r = Householder.triangle(a);
      for (int i = 0; i < r.numRows; i++) {
        for (int j = 0; j < i; j++) {
          assertEquals(0, r.get(i, j));
        }
      }
      assertEquals(
          Math.abs(r.get(0, 0)), Math.abs(qr.r().get(0, 0)), 1e-10, "but for signs the same");
    }
  }

  @Test
  void should_be_the_sum_of_products_when_sizes_are_odd() {
    for (int[] size : new int[][] {{1, 1, 1}, {130, 17, 33}, {7, 3, 2}, {256, 16, 1}}) {
      DMatrixRMaj a = gaussian(size[0], size[1], 1);
      DMatrixRMaj b = gaussian(size[0], size[2], 2);
      DMatrixRMaj expected = new DMatrixRMaj(size[1], size[2]);
      CommonOps_DDRM.multTransA(a, b, expected);
      DMatrixRMaj found = Products.transposedTimes(a, b);
      CommonOps_DDRM.subtractEquals(found, expected);
      assertTrue(CommonOps_DDRM.elementMaxAbs(found) < 1e-12, Arrays.toString(size));
    }
  }
}
