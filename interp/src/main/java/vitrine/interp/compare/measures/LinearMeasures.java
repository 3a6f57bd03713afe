package vitrine.interp.compare.measures;

import java.util.Arrays;
import java.util.List;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;

/**
 * Measures of two representations that need no more than covariances. X is (n,d_x), Y (n,d_y),
 * columns centred; X = U_x S_x V_x', U_x over the rank_x directions that count.
 */
final class LinearMeasures {
  /** H(K,K) below this share of |X'X|^2 is what rounding leaves of differences. */
  private static final double NOTHING = 1e-12;

  private LinearMeasures() {}

  /**
   * The canonical correlations (Hotelling 1936): the singular values of U_x' U_y (Bjorck and Golub
   * 1973), rho_1 >= rho_2 >= ..., min(rank_x, rank_y) of them.
   *
   * <p>Their mean and the mean of their squares (R^2, Kornblith et al. 2019, table 1) do not change
   * under any invertible linear map of either side.
   *
   * <p>What they do not tell: whether a shared direction matters, because one of tiny variance
   * counts as much as the first; and with n near the rank they are large by chance. google/svcca
   * ({@code cca_core}) drops trailing coefficients from its mean once 99% of their sum is reached;
   * here all count.
   */
  static double[] canonicalCorrelations(Alignment of) {
    return correlations(of.overlap());
  }

  /**
   * SVCCA (Raghu et al. 2017): canonical correlations of the leading principal directions of each
   * side. What is kept is part of the result.
   *
   * <p>What it does not tell: how much depends on the threshold. At 99% it can be most of the
   * directions or one, when one unit is far larger than all others.
   */
  static double[] svcca(Alignment of, Options.Keep keep) {
    return correlations(Alignment.leading(of.overlap(), of.x().kept(keep), of.y().kept(keep)));
  }

  private static double[] correlations(DMatrixRMaj overlap) {
    if (overlap.getNumElements() == 0) {
      return new double[0];
    }
    return correlations(Decompositions.singularValues(overlap));
  }

  /** More than 1 can only be rounding. */
  static double[] correlations(double[] singularValues) {
    return Arrays.stream(singularValues).map(rho -> Math.min(1, rho)).toArray();
  }

  /** The mean; NaN of none. */
  static double mean(double[] values) {
    return Arrays.stream(values).average().orElse(Double.NaN);
  }

  /** The mean of the squares; NaN of none. */
  static double meanSquare(double[] values) {
    return Arrays.stream(values).map(rho -> rho * rho).average().orElse(Double.NaN);
  }

  /**
   * PWCCA (Morcos, Raghu and Bengio 2018, equations 2 and 3): sum_i a_i rho_i / sum_i a_i with a_i
   * = sum_j |<h_i, x_j>|, over the canonical directions h_i of X (orthonormal, n numbers each) and
   * the columns x_j of X. With h = U_x A, where U_x' U_y = A diag(rho) B', these are the row sums
   * of |A' S_x V_x'|.
   *
   * <p>google/svcca ({@code pwcca.py}) takes directions that are not whitened for h, and weights by
   * whichever side has fewer units; this is the paper's formula. Where several rho are equal their
   * directions are only a subspace, and the weight of that subspace depends on its basis.
   */
  static double pwcca(Alignment of) {
    return of.overlap().getNumElements() == 0
        ? Double.NaN
        : pwcca(of, Decompositions.svd(of.overlap()));
  }

  /**
   * As above.
   *
   * @param svd of the overlap
   */
  static double pwcca(Alignment of, Decompositions.Svd svd) {
    DMatrixRMaj columns = Alignment.leading(of.x().scaledVt(), of.x().rank(), of.x().vt().numCols);
    DMatrixRMaj projected = new DMatrixRMaj(svd.u().numCols, columns.numCols);
    CommonOps_DDRM.multTransA(svd.u(), columns, projected);
    double weighted = 0;
    double weights = 0;
    for (int i = 0; i < projected.numRows; i++) {
      double weight = 0;
      for (int j = 0; j < projected.numCols; j++) {
        weight += Math.abs(projected.data[i * projected.numCols + j]);
      }
      weighted += weight * Math.min(1, svd.s()[i]);
      weights += weight;
    }
    return weighted / weights;
  }

  /**
   * Linear CKA (Kornblith, Norouzi, Lee and Hinton 2019, equation 5): |X'Y|_F^2 / (|X'X|_F
   * |Y'Y|_F), in [0, 1]. Unchanged by rotation and by one scale for all of a side.
   *
   * <p>What it does not tell: much beyond the directions of largest variance. One unit with large
   * numbers decides it; and for n below d two random matrices have a large one (see {@link
   * #unbiasedCka}).
   */
  static double linearCka(Alignment of) {
    return linearCka(of.x().sumOfPowers(4), squares(of.cross().data), of.y().sumOfPowers(4));
  }

  /**
   * As above.
   *
   * @param ofX |X'X|_F^2
   * @param cross |X'Y|_F^2
   * @param ofY |Y'Y|_F^2
   */
  static double linearCka(double ofX, double cross, double ofY) {
    return atMostOne(cross / Math.sqrt(ofX * ofY));
  }

  /** The sum of the squares, in four parts that go on side by side. */
  static double squares(double[] values) {
    double[] sums = new double[4];
    int even = values.length - values.length % sums.length;
    for (int i = 0; i < even; i += sums.length) {
      sums[0] += values[i] * values[i];
      sums[1] += values[i + 1] * values[i + 1];
      sums[2] += values[i + 2] * values[i + 2];
      sums[3] += values[i + 3] * values[i + 3];
    }
    double rest = 0;
    for (int i = even; i < values.length; i++) {
      rest += values[i] * values[i];
    }
    return sums[0] + sums[1] + (sums[2] + sums[3]) + rest;
  }

  /** Either CKA with the linear kernel, from what {@link #unbiasedCka} takes. */
  static double[] cka(
      List<Measure> measures, double ofX, double cross, double ofY, Alignment.Lengths sums) {
    return measures.stream()
        .mapToDouble(measure ->
            measure == Measure.CKA_UNBIASED
                ? unbiasedCka(ofX, cross, ofY, sums)
                : linearCka(ofX, cross, ofY))
        .toArray();
  }

  /**
   * Linear CKA of the unbiased HSIC (Song et al. 2012, equation 5; Nguyen, Raghu and Kornblith
   * 2021): H(K,L) / sqrt(H(K,K) H(L,L)), K = XX', L = YY' with their diagonals set to zero. About 0
   * for unrelated matrices of any width, and may be negative.
   *
   * <p>As rows are centred, K 1 = 0, and of zeroing diagonals k and l only sums are left: n(n-3) H
   * = |X'Y|_F^2 - sum k l + sum k sum l / ((n-1)(n-2)) - 2/(n-2) sum k l.
   *
   * @return NaN below four examples, and where what is left of a side is but rounding: with all
   *     examples alike but one, H(K,K) is 0
   */
  static double unbiasedCka(Alignment of) {
    return unbiasedCka(
        of.x().sumOfPowers(4), squares(of.cross().data), of.y().sumOfPowers(4), of.lengths());
  }

  /**
   * As above.
   *
   * @param ofX |X'X|_F^2
   * @param cross |X'Y|_F^2
   * @param ofY |Y'Y|_F^2
   */
  static double unbiasedCka(double ofX, double cross, double ofY, Alignment.Lengths sums) {
    double xy = unbiased(sums.n(), cross, sums.kl(), sums.k() * sums.l());
    double xx = unbiased(sums.n(), ofX, sums.kk(), sums.k() * sums.k());
    double yy = unbiased(sums.n(), ofY, sums.ll(), sums.l() * sums.l());
    return sums.n() > 3 && xx > NOTHING * ofX && yy > NOTHING * ofY
        ? atMostOne(xy / Math.sqrt(xx * yy))
        : Double.NaN;
  }

  /** n (n-3) H. */
  private static double unbiased(long n, double squares, double products, double sums) {
    return squares - products + sums / ((n - 1.0) * (n - 2.0)) - 2 * products / (n - 2.0);
  }

  /**
   * What an orthogonal map leaves (Schonemann 1966; as a similarity: Williams et al. 2021): the
   * nuclear norm of X'Y, with both sides divided by their Frobenius norms. min over orthogonal Q of
   * |X Q - Y|_F^2 is 2 - 2 times it.
   *
   * <p>What it does not tell: where the two differ.
   */
  static double procrustes(Alignment of) {
    return procrustes(of.cross(), of.x().sumOfPowers(2), of.y().sumOfPowers(2));
  }

  /**
   * As above.
   *
   * @param cross X'Y, or what has its singular values
   * @param ofX |X|_F^2
   * @param ofY |Y|_F^2
   */
  static double procrustes(DMatrixRMaj cross, double ofX, double ofY) {
    double nuclear = 0;
    double[] values = Decompositions.singularValues(cross);
    for (int i = values.length - 1; i >= 0; i--) {
      nuclear += values[i];
    }
    return atMostOne(nuclear / Math.sqrt(ofX * ofY));
  }

  /** Rounding may lead past 1, never further. */
  static double atMostOne(double value) {
    return value > 1 && value < 1 + 1e-9 ? 1 : value;
  }

  /**
   * Of each unit of X the largest |Pearson correlation| with a unit of Y (Bau et al. 2019; Wu et
   * al. 2020, {@code maxcorr}); (d_x), NaN for constant units. Its mean says whether units, and not
   * just what is spanned by them, are found again.
   */
  static double[] maximalCorrelations(Alignment of) {
    DMatrixRMaj half = new DMatrixRMaj(of.x().vt().numCols, of.cross().numCols);
    CommonOps_DDRM.multTransA(of.x().vt(), of.cross(), half);
    DMatrixRMaj products = new DMatrixRMaj(half.numRows, of.y().vt().numCols);
    CommonOps_DDRM.mult(half, of.y().vt(), products);
    double[] x = of.x().lengths();
    double[] y = of.y().lengths();
    double[] largest = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      largest[i] = Double.NaN;
      for (int j = 0; j < y.length && x[i] > 0; j++) {
        double r = Math.abs(products.data[i * y.length + j]) / (x[i] * y[j]);
        if (y[j] > 0 && !(largest[i] >= r)) {
          largest[i] = Math.min(1, r);
        }
      }
    }
    return largest;
  }

  /**
   * Of each unit of X the share of its variance that a linear regression on all units of Y predicts
   * (Bau et al. 2019, {@code LinReg}; Wu et al. 2020): R^2 of the same examples, so that with n
   * near rank_y it is near 1 by chance; (d_x), NaN for constant units.
   */
  static double[] regressions(Alignment of) {
    // U_y' X = (S_x overlap)' V_x' over the directions that count.
    DMatrixRMaj columns = Alignment.leading(of.x().scaledVt(), of.x().rank(), of.x().vt().numCols);
    DMatrixRMaj predicted = new DMatrixRMaj(of.overlap().numCols, columns.numCols);
    CommonOps_DDRM.multTransA(of.overlap(), columns, predicted);
    double[] lengths = of.x().lengths();
    double[] shares = new double[lengths.length];
    for (int j = 0; j < shares.length; j++) {
      double sum = 0;
      for (int i = 0; i < predicted.numRows; i++) {
        double value = predicted.data[i * predicted.numCols + j];
        sum += value * value;
      }
      shares[j] = lengths[j] > 0 ? Math.min(1, sum / (lengths[j] * lengths[j])) : Double.NaN;
    }
    return shares;
  }

  /** The mean of what is a number. */
  static double meanOfKnown(double[] values) {
    return Arrays.stream(values).filter(value -> !Double.isNaN(value)).average().orElse(Double.NaN);
  }
}
