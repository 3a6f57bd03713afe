package vitrine.interp.circuits;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.ejml.data.Complex_F64;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.SingularOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.jspecify.annotations.Nullable;
import vitrine.engine.InputException;

/**
 * Decompositions of small square matrices. They are found by iteration, which now and then does not
 * come to an end: the transpose, which has the same numbers, is tried then, and what fails too is
 * refused in one line.
 */
final class Spectra {
  private Spectra() {}

  /**
   * a = u diag(values) v^T.
   *
   * @param values the largest first
   */
  @SuppressWarnings("ArrayRecordComponent") // made and used within one analysis
  record Singular(DMatrixRMaj u, double[] values, DMatrixRMaj v) {}

  /**
   * Singular values with their vectors.
   *
   * @param a (K,K)
   * @throws InputException when there are none, as of numbers that are not finite
   */
  static Singular singular(DMatrixRMaj a) {
    Singular found = once(a);
    if (found != null) {
      return found;
    }
    Singular turned = isFinite(a) ? once(Matrices.transposed(a)) : null;
    if (turned == null) {
      throw none("singular values", a);
    }
    return new Singular(turned.v(), turned.values(), turned.u());
  }

  private static @Nullable Singular once(DMatrixRMaj a) {
    var svd = DecompositionFactory_DDRM.svd(a.numRows, a.numCols, true, true, true);
    if (!isFinite(a) || !svd.decompose(a.copy())) {
      return null;
    }
    DMatrixRMaj u = svd.getU(null, false);
    DMatrixRMaj v = svd.getV(null, false);
    double[] values = svd.getSingularValues();
    SingularOps_DDRM.descendingOrder(u, false, values, svd.numberOfSingularValues(), v, false);
    return new Singular(u, values, v);
  }

  /**
   * Eigenvalues, in no order.
   *
   * @param a (K,K)
   * @throws InputException as {@link #singular}
   */
  static List<Complex_F64> eigenvalues(DMatrixRMaj a) {
    var eigen = DecompositionFactory_DDRM.eig(a.numRows, false);
    boolean found =
        isFinite(a) && (eigen.decompose(a.copy()) || eigen.decompose(Matrices.transposed(a)));
    if (!found) {
      throw none("eigenvalues", a);
    }
    List<Complex_F64> values = new ArrayList<>();
    for (int i = 0; i < eigen.getNumberOfEigenvalues(); i++) {
      values.add(eigen.getEigenvalue(i));
    }
    return values;
  }

  /**
   * An r with r^T r = a.
   *
   * @param a symmetric, without negative eigenvalues but for rounding, (K,K)
   * @throws InputException as {@link #singular}
   */
  static DMatrixRMaj root(DMatrixRMaj a) {
    Singular of = singular(a);
    DMatrixRMaj root = Matrices.transposed(of.v());
    for (int row = 0; row < root.numRows; row++) {
      for (int column = 0; column < root.numCols; column++) {
        root.set(row, column, Math.sqrt(of.values()[row]) * root.get(row, column));
      }
    }
    return root;
  }

  /** An iteration over what is not finite may have no end. */
  private static boolean isFinite(DMatrixRMaj a) {
    return Arrays.stream(a.data).allMatch(Double::isFinite);
  }

  private static InputException none(String what, DMatrixRMaj a) {
    return new InputException(
        "heads: circuit: a matrix of %d by %d: its %s cannot be found; expected finite weights. Look at other heads, or check the model's files"
            .formatted(a.numRows, a.numCols, what));
  }
}
