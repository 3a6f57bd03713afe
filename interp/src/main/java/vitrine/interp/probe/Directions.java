package vitrine.interp.probe;

import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;
import org.jspecify.annotations.Nullable;
import vitrine.kernels.Into;
import vitrine.kernels.Kernels;
import vitrine.kernels.Tensor;
import vitrine.kernels.Weight;
import vitrine.kernels.Workspace;

/**
 * The principal directions of features and the variance along each. In them the curvature of what a
 * linear probe minimises is known beforehand, up to how sure the probe is: see {@link
 * Preconditioner}.
 *
 * @param axes (d,d) row by row, a column a direction; null for the features' own columns
 * @param variances (d), about the origin
 */
@SuppressWarnings("ArrayRecordComponent") // compared by no one
public record Directions(double @Nullable [] axes, double[] variances) {
  /** Beyond these a decomposition takes longer than what it saves. */
  private static final int WIDEST = 1024;

  /**
   * Of features. Where they are too wide, or fewer than their columns, the columns themselves.
   *
   * @param x (n,d)
   */
  public static Directions of(Features x) {
    int d = x.width();
    if (d > WIDEST || x.rows() < d) {
      return new Directions(null, columns(x));
    }
    DMatrixRMaj products = new DMatrixRMaj(d, d, true, products(x));
    EigenDecomposition_F64<DMatrixRMaj> eigen = DecompositionFactory_DDRM.eig(d, true, true);
    if (!eigen.decompose(products.copy())) {
      return new Directions(null, columns(x)); // the way is longer, the optimum is the same
    }
    double[] axes = new double[d * d];
    double[] variances = new double[d];
    for (int k = 0; k < d; k++) {
      variances[k] = Math.max(0, eigen.getEigenvalue(k).real);
      DMatrixRMaj axis = eigen.getEigenVector(k);
      for (int j = 0; j < d; j++) {
        axes[j * d + k] = axis.data[j];
      }
    }
    return new Directions(axes, variances);
  }

  /** X'X / n, (d,d). */
  private static double[] products(Features x) {
    Kernels kernels = x.kernels();
    int d = x.width();
    double[] sums = new double[d * d];
    try (Workspace workspace = kernels.workspace()) {
      Weight like =
          kernels.pack(
              workspace,
              java.lang.foreign.MemorySegment.ofArray(new float[d * d]),
              d,
              d,
              Weight.Layout.IN_OUT);
      Tensor matrix = workspace.allocate(d, d);
      for (Tensor block : x.blocks()) {
        try (Workspace passing = kernels.workspace()) {
          Weight product = kernels.zeros(passing, like);
          kernels.linearBackwardWeight(block, block, product);
          kernels.unpack(product, Weight.Layout.IN_OUT, Into.REPLACE, matrix);
        }
        float[] values = matrix.toArray();
        for (int i = 0; i < sums.length; i++) {
          sums[i] += values[i] / (double) x.rows();
        }
      }
    }
    for (int i = 0; i < d; i++) {
      for (int j = 0; j < i; j++) {
        sums[i * d + j] = sums[j * d + i]; // to the last bit
      }
    }
    return sums;
  }

  /** The variance of each column. */
  private static double[] columns(Features x) {
    int d = x.width();
    double[] variances = new double[d];
    for (Tensor block : x.blocks()) {
      float[] values = block.toArray();
      for (int i = 0; i < values.length; i++) {
        variances[i % d] += (double) values[i] * values[i] / x.rows();
      }
    }
    return variances;
  }

  /**
   * From coordinates along the directions to columns: A z.
   *
   * @param z (d,F) row by row
   */
  double[] columns(double[] z, int free) {
    return axes == null ? z : product(z, free, Turn.FORTH);
  }

  /**
   * From columns to coordinates along the directions: A' g.
   *
   * @param g (d,F) row by row
   */
  double[] coordinates(double[] g, int free) {
    return axes == null ? g : product(g, free, Turn.BACK);
  }

  private enum Turn {
    FORTH,
    BACK
  }

  private double[] product(double[] values, int free, Turn turn) {
    int d = variances.length;
    double[] own = java.util.Objects.requireNonNull(axes);
    double[] product = new double[values.length];
    for (int i = 0; i < d; i++) {
      for (int j = 0; j < d; j++) {
        double factor = own[i * d + j];
        int from = (turn == Turn.FORTH ? j : i) * free;
        int to = (turn == Turn.FORTH ? i : j) * free;
        for (int k = 0; k < free; k++) {
          product[to + k] += factor * values[from + k];
        }
      }
    }
    return product;
  }
}
