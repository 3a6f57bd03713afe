package vitrine.interp.circuits;

import org.ejml.data.Complex_F64;
import org.ejml.data.DMatrixRMaj;

/**
 * The singular value decomposition of a product a b of a (D,K) and a (K,D), by its K by K core: a =
 * q_a r_a and b^T = q_b r_b give a b = q_a (r_a r_b^T) q_b^T.
 *
 * @param values singular values, the largest first, (K)
 * @param in left singular vectors as columns: directions that are read, (D,K)
 * @param out right singular vectors as columns: directions that are written, (D,K)
 */
@SuppressWarnings("ArrayRecordComponent") // made and used within one analysis
record LowRank(double[] values, DMatrixRMaj in, DMatrixRMaj out) {
  /**
   * Decomposes a product.
   *
   * @param a (D,K)
   * @param b (K,D)
   */
  static LowRank of(DMatrixRMaj a, DMatrixRMaj b) {
    Matrices.Orthogonal left = Matrices.Orthogonal.of(a);
    Matrices.Orthogonal right = Matrices.Orthogonal.of(Matrices.transposed(b));
    DMatrixRMaj core = Matrices.timesTransposed(left.r(), right.r());
    Spectra.Singular singular = Spectra.singular(core);
    return new LowRank(
        singular.values(),
        Matrices.times(left.q(), singular.u()),
        Matrices.times(right.q(), singular.v()));
  }

  /**
   * The singular values of p t^T, the largest first, of tall matrices of whose columns only the
   * products with each other are known: with p^T p = r^T r, p is r but for orthonormal columns
   * before it. Values below a millionth of the largest are rounding.
   *
   * @param p p^T p, (K,K)
   * @param t t^T t, (K,K)
   */
  static double[] valuesOfTall(DMatrixRMaj p, DMatrixRMaj t) {
    DMatrixRMaj core = Matrices.timesTransposed(Spectra.root(p), Spectra.root(t));
    return Spectra.singular(core).values();
  }

  /**
   * The sum of eigenvalues over the sum of their sizes, of a product a b of a (V,K) and a (K,V) by
   * its K by K twin b a, which has the same eigenvalues but for zeros: 1 where all are positive, as
   * of a head that says what it looks at, -1 where all are negative (Elhage et al. 2021, "copying
   * heads"). NaN of a head that is zero.
   *
   * @param twin b a, (K,K)
   */
  static double positivity(DMatrixRMaj twin) {
    double sum = 0;
    double sizes = 0;
    for (Complex_F64 each : Spectra.eigenvalues(twin)) {
      sum += each.getReal();
      sizes += each.getMagnitude();
    }
    return sizes == 0 ? Double.NaN : sum / sizes;
  }
}
