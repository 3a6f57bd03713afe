package vitrine.interp.compare.measures;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;
import org.ejml.interfaces.decomposition.SingularValueDecomposition_F64;

/**
 * EJML's decompositions, in descending order.
 *
 * <p>EJML's iteration gives up on some matrices of low rank, where it turns on rounding alone. What
 * it gives up on goes through {@link Jacobi}, which is slower and always comes to an end.
 */
final class Decompositions {
  /** Far below the last bit of the largest number. */
  private static final double DUST = 1e-20;

  /** With this many times as many rows as columns, the columns are made orthogonal first. */
  private static final double TALL = 1.2;

  private Decompositions() {}

  /**
   * A = U diag(s) V', thin.
   *
   * @param u (m,k); columns of s = 0 may be zero
   * @param s (k), descending
   * @param vt (k,n)
   */
  @SuppressWarnings("ArrayRecordComponent") // handed through once, compared by no one
  record Svd(DMatrixRMaj u, double[] s, DMatrixRMaj vt) {
    Svd turned() {
      return new Svd(CommonOps_DDRM.transpose(vt, null), s, CommonOps_DDRM.transpose(u, null));
    }
  }

  /** Of any matrix; it is not changed. */
  static Svd svd(DMatrixRMaj a) {
    if (a.numRows < a.numCols) {
      return svd(CommonOps_DDRM.transpose(a, null)).turned();
    }
    DMatrixRMaj clean = withoutDust(a);
    if (a.numRows <= TALL * a.numCols) {
      return ofNearlySquare(clean);
    }
    // Rotations of the iteration then turn d numbers each, and not n.
    Householder.Qr qr = Householder.of(clean);
    Svd ofR = ofNearlySquare(qr.r());
    DMatrixRMaj u = new DMatrixRMaj(a.numRows, ofR.u().numCols);
    CommonOps_DDRM.mult(qr.q(), ofR.u(), u);
    return new Svd(u, ofR.s(), ofR.vt());
  }

  private static Svd ofNearlySquare(DMatrixRMaj a) {
    SingularValueDecomposition_F64<DMatrixRMaj> svd =
        DecompositionFactory_DDRM.svd(a.numRows, a.numCols, true, true, true);
    if (!svd.decompose(svd.inputModified() ? a.copy() : a)) {
      return Jacobi.svd(a);
    }
    double[] values = svd.getSingularValues();
    int count = Math.min(a.numRows, a.numCols);
    int[] order = descending(values, count);
    DMatrixRMaj u = CommonOps_DDRM.transpose(Products.rows(svd.getU(null, true), order), null);
    return new Svd(u, chosen(values, order), Products.rows(svd.getV(null, true), order));
  }

  /** Descending. */
  static double[] singularValues(DMatrixRMaj a) {
    if (a.numRows < a.numCols) {
      return singularValues(CommonOps_DDRM.transpose(a, null));
    }
    DMatrixRMaj clean = withoutDust(a);
    DMatrixRMaj square = a.numRows <= TALL * a.numCols ? clean : Householder.triangle(clean);
    SingularValueDecomposition_F64<DMatrixRMaj> svd =
        DecompositionFactory_DDRM.svd(square.numRows, square.numCols, false, false, true);
    if (!svd.decompose(svd.inputModified() ? square.copy() : square)) {
      return Jacobi.svd(square).s();
    }
    double[] values = svd.getSingularValues();
    return chosen(values, descending(values, Math.min(square.numRows, square.numCols)));
  }

  /**
   * Of X'X, what the singular value decomposition of X gives: A = V diag(s^2) V'.
   *
   * @param a symmetric, (d,d)
   * @return without U; eigenvalues that rounding made negative count as 0
   */
  static Svd ofSquare(DMatrixRMaj a) {
    DMatrixRMaj square = withoutDust(a);
    int d = square.numRows;
    EigenDecomposition_F64<DMatrixRMaj> eigen = DecompositionFactory_DDRM.eig(d, true, true);
    if (!eigen.decompose(eigen.inputModified() ? square.copy() : square)) {
      // Of a matrix without negative eigenvalues these are the same vectors.
      Svd svd = svd(square);
      return new Svd(
          new DMatrixRMaj(0, 0), Arrays.stream(svd.s()).map(Math::sqrt).toArray(), svd.vt());
    }
    double[] values = new double[d];
    for (int i = 0; i < d; i++) {
      values[i] = eigen.getEigenvalue(i).real;
    }
    int[] order = descending(values, d);
    DMatrixRMaj vt = new DMatrixRMaj(d, d);
    double[] s = new double[d];
    for (int i = 0; i < d; i++) {
      s[i] = Math.sqrt(Math.max(0, values[order[i]]));
      System.arraycopy(eigen.getEigenVector(order[i]).data, 0, vt.data, i * d, d);
    }
    return new Svd(new DMatrixRMaj(0, 0), s, vt);
  }

  /** Numbers that no singular value can notice slow the iteration down, or keep it from ending. */
  private static DMatrixRMaj withoutDust(DMatrixRMaj a) {
    double least = CommonOps_DDRM.elementMaxAbs(a) * DUST;
    DMatrixRMaj clean = a.copy();
    for (int i = 0; i < clean.data.length; i++) {
      clean.data[i] = Math.abs(clean.data[i]) < least ? 0 : clean.data[i];
    }
    return clean;
  }

  static int[] descending(double[] values, int count) {
    return IntStream.range(0, count)
        .boxed()
        .sorted(Comparator.comparingDouble(i -> -values[i]))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  static double[] chosen(double[] values, int[] order) {
    double[] chosen = new double[order.length];
    for (int i = 0; i < order.length; i++) {
      chosen[i] = values[order[i]];
    }
    return chosen;
  }
}
