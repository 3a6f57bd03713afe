package vitrine.interp.compare.measures;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;
import org.ejml.interfaces.decomposition.SingularValueDecomposition_F64;

/** EJML's decompositions, in descending order and with their failures said. */
final class Decompositions {
  /** Far below the last bit of the largest number. */
  private static final double DUST = 1e-20;

  private Decompositions() {}

  /**
   * A = U diag(s) V', thin.
   *
   * @param u (m,k)
   * @param s (k), descending
   * @param vt (k,n)
   */
  @SuppressWarnings("ArrayRecordComponent") // handed through once, compared by no one
  record Svd(DMatrixRMaj u, double[] s, DMatrixRMaj vt) {}

  /** Of any matrix; it is not changed. */
  static Svd svd(DMatrixRMaj a) {
    SingularValueDecomposition_F64<DMatrixRMaj> svd =
        DecompositionFactory_DDRM.svd(a.numRows, a.numCols, true, true, true);
    require(svd.decompose(svd.inputModified() ? a.copy() : a));
    double[] values = svd.getSingularValues();
    int count = Math.min(a.numRows, a.numCols);
    int[] order = descending(values, count);
    DMatrixRMaj ut = svd.getU(null, true);
    DMatrixRMaj vt = svd.getV(null, true);
    DMatrixRMaj u = new DMatrixRMaj(a.numRows, count);
    CommonOps_DDRM.transpose(rows(ut, order), u);
    return new Svd(u, chosen(values, order), rows(vt, order));
  }

  /** Descending. */
  static double[] singularValues(DMatrixRMaj a) {
    SingularValueDecomposition_F64<DMatrixRMaj> svd =
        DecompositionFactory_DDRM.svd(a.numRows, a.numCols, false, false, true);
    require(svd.decompose(svd.inputModified() ? a.copy() : a));
    double[] values = svd.getSingularValues();
    return chosen(values, descending(values, Math.min(a.numRows, a.numCols)));
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
      // EJML's iteration gives up on some matrices of low rank; these are the same vectors.
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

  /** Numbers that no eigenvalue can notice slow the iteration down, or keep it from ending. */
  private static DMatrixRMaj withoutDust(DMatrixRMaj a) {
    double least = CommonOps_DDRM.elementMaxAbs(a) * DUST;
    DMatrixRMaj clean = a.copy();
    for (int i = 0; i < clean.data.length; i++) {
      clean.data[i] = Math.abs(clean.data[i]) < least ? 0 : clean.data[i];
    }
    return clean;
  }

  private static int[] descending(double[] values, int count) {
    return IntStream.range(0, count)
        .boxed()
        .sorted(Comparator.comparingDouble(i -> -values[i]))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  private static double[] chosen(double[] values, int[] order) {
    double[] chosen = new double[order.length];
    for (int i = 0; i < order.length; i++) {
      chosen[i] = values[order[i]];
    }
    return chosen;
  }

  private static DMatrixRMaj rows(DMatrixRMaj a, int[] order) {
    DMatrixRMaj rows = new DMatrixRMaj(order.length, a.numCols);
    for (int i = 0; i < order.length; i++) {
      System.arraycopy(a.data, order[i] * a.numCols, rows.data, i * a.numCols, a.numCols);
    }
    return rows;
  }

  private static void require(boolean converged) {
    if (!converged) {
      throw new IllegalStateException("compare: a decomposition did not converge");
    }
  }
}
