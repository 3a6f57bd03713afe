package vitrine.interp.compare.measures;

import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;

/**
 * Two centred matrices in each other's terms: X = U_x S_x V_x', Y = U_y S_y V_y', and what their
 * principal directions have in common.
 *
 * <p>There are two ways to it. From the matrices themselves nothing is squared, and all digits of a
 * double are there. From covariances the small singular values come from the difference of large
 * numbers: of a singular value that is c times smaller than the largest, about 16 - 2 log10(c)
 * digits are left.
 *
 * @param x one side
 * @param y the other
 * @param overlap (rank_x,rank_y) U_x' U_y, over the directions that count
 * @param cross (k_x,k_y) S_x U_x' U_y S_y, over all: X'Y up to rotations
 * @param lengths sums over the examples' squared lengths, which {@code cka-unbiased} takes off
 */
record Alignment(Side x, Side y, DMatrixRMaj overlap, DMatrixRMaj cross, Lengths lengths) {
  /**
   * Sums over examples of squared lengths of centred rows, k of X's and l of Y's.
   *
   * @param n how many examples
   * @param k sum of k
   * @param l sum of l
   * @param kk sum of k^2
   * @param kl sum of k l
   * @param ll sum of l^2
   */
  record Lengths(long n, double k, double l, double kk, double kl, double ll) {
    static Lengths of(double[] k, double[] l, int[] orderOfL) {
      Compensated sums = new Compensated(5);
      for (int i = 0; i < k.length; i++) {
        double a = k[i];
        double b = l[orderOfL[i]];
        sums.add(new double[] {a, b, a * a, a * b, b * b});
      }
      return new Lengths(
          k.length, sums.value(0), sums.value(1), sums.value(2), sums.value(3), sums.value(4));
    }
  }

  /** From bases of the columns: the exact way. */
  static Alignment of(Basis x, Basis y, int[] orderOfY) {
    DMatrixRMaj overlap = Products.transposedTimes(x.u(), Products.rows(y.u(), orderOfY));
    Side sideX = x.side();
    Side sideY = y.side();
    DMatrixRMaj cross = overlap.copy();
    for (int i = 0; i < cross.numRows; i++) {
      for (int j = 0; j < cross.numCols; j++) {
        cross.data[i * cross.numCols + j] *= sideX.s()[i] * sideY.s()[j];
      }
    }
    return new Alignment(
        sideX,
        sideY,
        leading(overlap, sideX.rank(), sideY.rank()),
        cross,
        Lengths.of(x.squaredLengths(), y.squaredLengths(), orderOfY));
  }

  /**
   * From covariances, or sums of products.
   *
   * @param xy (d_x,d_y) X'Y of centred columns
   */
  static Alignment of(Side x, DMatrixRMaj xy, Side y, Lengths lengths) {
    // V_x' X'Y V_y, from the right products of transposes.
    DMatrixRMaj half = Products.transposedTimes(xy, CommonOps_DDRM.transpose(x.vt(), null));
    DMatrixRMaj cross = Products.transposedTimes(half, CommonOps_DDRM.transpose(y.vt(), null));
    DMatrixRMaj overlap = leading(cross, x.rank(), y.rank());
    for (int i = 0; i < overlap.numRows; i++) {
      for (int j = 0; j < overlap.numCols; j++) {
        overlap.data[i * overlap.numCols + j] /= x.s()[i] * y.s()[j];
      }
    }
    return new Alignment(x, y, overlap, cross, lengths);
  }

  /** The other way round. */
  Alignment turned() {
    return new Alignment(
        y,
        x,
        CommonOps_DDRM.transpose(overlap, null),
        CommonOps_DDRM.transpose(cross, null),
        new Lengths(lengths.n, lengths.l, lengths.k, lengths.ll, lengths.kl, lengths.kk));
  }

  /** The upper left part. */
  static DMatrixRMaj leading(DMatrixRMaj a, int rows, int columns) {
    return rows == 0 || columns == 0
        ? new DMatrixRMaj(rows, columns)
        : CommonOps_DDRM.extract(a, 0, rows, 0, columns);
  }
}
