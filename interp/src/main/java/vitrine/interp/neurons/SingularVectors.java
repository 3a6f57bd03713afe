package vitrine.interp.neurons;

import java.util.Arrays;
import java.util.Objects;
import java.util.SplittableRandom;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.jspecify.annotations.Nullable;

/**
 * The largest singular values of a matrix with their vectors, by subspace iteration (Halko et al.
 * 2011) until the values stand still.
 *
 * @param values the largest first, (k)
 * @param left (k,n)
 * @param right (k,m)
 */
@SuppressWarnings("ArrayRecordComponent") // made and used within one factorisation
record SingularVectors(double[] values, double[] left, double[] right) {
  private static final int MORE = 10;
  private static final int ROUNDS = 60;

  /** Between rounds the values may change by this share. */
  private static final double STILL = 1e-9;

  /**
   * Of a matrix, the first k.
   *
   * @param k at most the smaller side
   */
  static SingularVectors of(NonNegative x, int k, long seed, int threads) {
    int n = x.rows();
    int m = x.columns();
    int p = Math.min(Math.min(n, m), k + MORE);
    double[] q = orthonormal(random(p * n, seed), p, n);
    double[] before = new double[k];
    @Nullable SingularVectors found = null;
    for (int round = 0; round < ROUNDS; round++) {
      double[] b = Products.of(q, x.byRow(), p, n, m, threads); // (p,m)
      found = rotated(q, b, p, n, m, k);
      if ((p == Math.min(n, m) && round > 0) || still(before, found.values())) {
        return found;
      }
      before = found.values();
      double[] right = orthonormal(b, p, m);
      q = orthonormal(Products.of(right, x.byColumn(), p, m, n, threads), p, n);
    }
    return Objects.requireNonNull(found);
  }

  private static boolean still(double[] before, double[] values) {
    for (int i = 0; i < values.length; i++) {
      if (Math.abs(values[i] - before[i]) > STILL * values[0]) {
        return false;
      }
    }
    return true;
  }

  /** Rayleigh and Ritz: the singular vectors within the span of q. */
  private static SingularVectors rotated(double[] q, double[] b, int p, int n, int m, int k) {
    var eigen = DecompositionFactory_DDRM.eig(p, true, true);
    if (!eigen.decompose(new DMatrixRMaj(p, p, true, Products.gram(b, p, m)))) {
      throw new ArithmeticException("neurons: no eigenvalues");
    }
    Integer[] order = new Integer[p];
    Arrays.setAll(order, i -> i);
    Arrays.sort(
        order,
        (i, j) ->
            Double.compare(eigen.getEigenvalue(j).getReal(), eigen.getEigenvalue(i).getReal()));
    double[] values = new double[k];
    double[] left = new double[k * n];
    double[] right = new double[k * m];
    for (int i = 0; i < k; i++) {
      double square = eigen.getEigenvalue(order[i]).getReal();
      values[i] = Math.sqrt(Math.max(0, square));
      DMatrixRMaj vector = eigen.getEigenVector(order[i]);
      for (int j = 0; j < p; j++) {
        Products.add(vector.get(j), q, j * n, left, i * n, n);
        if (values[i] > 0) {
          Products.add(vector.get(j) / values[i], b, j * m, right, i * m, m);
        }
      }
    }
    return new SingularVectors(values, left, right);
  }

  private static double[] random(int size, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double[] numbers = new double[size];
    for (int i = 0; i < size; i++) {
      numbers[i] = random.nextGaussian();
    }
    return numbers;
  }

  /** The rows made orthonormal, twice over (Gram and Schmidt); one that is nothing stays zero. */
  private static double[] orthonormal(double[] given, int p, int n) {
    double[] rows = given.clone();
    for (int i = 0; i < p; i++) {
      double size = Math.sqrt(Products.dot(rows, i * n, rows, i * n, n));
      for (int pass = 0; pass < 2; pass++) {
        for (int j = 0; j < i; j++) {
          double along = Products.dot(rows, j * n, rows, i * n, n);
          Products.add(-along, rows, j * n, rows, i * n, n);
        }
      }
      double left = Math.sqrt(Products.dot(rows, i * n, rows, i * n, n));
      double factor = left <= 1e-13 * size ? 0 : 1 / left;
      for (int e = i * n; e < (i + 1) * n; e++) {
        rows[e] *= factor;
      }
    }
    return rows;
  }
}
