package vitrine.interp.circuits;

import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.SingularOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;

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
    var svd = DecompositionFactory_DDRM.svd(core.numRows, core.numCols, true, true, true);
    if (!svd.decompose(core)) {
      throw new ArithmeticException("circuits: no singular value decomposition");
    }
    DMatrixRMaj u = svd.getU(null, false);
    DMatrixRMaj v = svd.getV(null, false);
    double[] values = svd.getSingularValues();
    SingularOps_DDRM.descendingOrder(u, false, values, svd.numberOfSingularValues(), v, false);
    return new LowRank(values, Matrices.times(left.q(), u), Matrices.times(right.q(), v));
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
    var eigen = DecompositionFactory_DDRM.eig(twin.numRows, false);
    if (!eigen.decompose(twin)) {
      throw new ArithmeticException("circuits: no eigenvalues");
    }
    double sum = 0;
    double sizes = 0;
    for (int i = 0; i < eigen.getNumberOfEigenvalues(); i++) {
      sum += eigen.getEigenvalue(i).getReal();
      sizes += eigen.getEigenvalue(i).getMagnitude();
    }
    return sizes == 0 ? Double.NaN : sum / sizes;
  }
}
