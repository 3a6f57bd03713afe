package vitrine.interp.probe;

import java.lang.foreign.MemorySegment;
import vitrine.kernels.Activation;
import vitrine.kernels.Into;
import vitrine.kernels.Kernels;
import vitrine.kernels.Shape;
import vitrine.kernels.Tensor;
import vitrine.kernels.Weight;
import vitrine.kernels.Workspace;

/**
 * X W + b and X' dScores, block by block. Features that are few enough are multiplied in double
 * here; others in float32 by the backend. A weak penalty lets scores grow to thousands, of which
 * float32 keeps so few digits that the end of the search drowns in its own rounding.
 */
final class LinearMap implements AutoCloseable {
  private final Features x;
  private final int count;
  private final Kernels kernels;
  private final Workspace workspace;
  private final Weight weight;
  private final Tensor matrix;
  private final Tensor bias;
  private double[] weights = new double[0];
  private double[] intercepts = new double[0];

  /**
   * @param count K
   */
  LinearMap(Features x, int count) {
    this.x = x;
    this.count = count;
    kernels = x.kernels();
    workspace = kernels.workspace();
    int d = x.width();
    weight =
        kernels.pack(
            workspace, MemorySegment.ofArray(new float[d * count]), d, count, Weight.Layout.IN_OUT);
    matrix = workspace.allocate(d, count);
    bias = workspace.allocate(count);
  }

  /**
   * Takes a map.
   *
   * @param w (d,K) row by row; not to be changed afterwards
   * @param b (K), likewise
   */
  void put(double[] w, double[] b) {
    weights = w;
    intercepts = b;
    if (x.isExact()) {
      return;
    }
    try (Workspace passing = kernels.workspace()) {
      kernels.repack(
          kernels.upload(passing, matrix.shape(), floats(w)), Weight.Layout.IN_OUT, weight);
      kernels.copy(kernels.upload(passing, bias.shape(), floats(b)), bias);
    }
  }

  /** The scores of a block's rows, (rows,K). */
  double[] scores(int block) {
    return x.isExact() ? exactScores(x.exact(block)) : computed(x.blocks().get(block));
  }

  private double[] computed(Tensor rows) {
    try (Workspace passing = kernels.workspace()) {
      Tensor scores = passing.allocate(rows.shape().dim(0), count);
      kernels.linear(rows, weight, bias, Activation.IDENTITY, scores);
      float[] values = scores.toArray();
      double[] wide = new double[values.length];
      for (int i = 0; i < values.length; i++) {
        wide[i] = values[i];
      }
      return wide;
    }
  }

  private double[] exactScores(double[] rows) {
    int d = x.width();
    int n = rows.length / d;
    double[] scores = new double[n * count];
    for (int i = 0; i < n; i++) {
      System.arraycopy(intercepts, 0, scores, i * count, count);
      for (int j = 0; j < d; j++) {
        addScaled(rows[i * d + j], weights, j * count, scores, i * count, count);
      }
    }
    return scores;
  }

  /**
   * Adds a block's part of the gradient by the weights.
   *
   * @param dScores (rows,K)
   * @param to (d,K)
   */
  void gradient(int block, double[] dScores, double[] to) {
    if (x.isExact()) {
      double[] rows = x.exact(block);
      int d = x.width();
      for (int i = 0; i < rows.length / d; i++) {
        for (int j = 0; j < d; j++) {
          addScaled(rows[i * d + j], dScores, i * count, to, j * count, count);
        }
      }
      return;
    }
    Tensor rows = x.blocks().get(block);
    try (Workspace passing = kernels.workspace()) {
      Weight dW = kernels.zeros(passing, weight);
      Tensor given = kernels.upload(passing, Shape.of(rows.shape().dim(0), count), floats(dScores));
      kernels.linearBackwardWeight(rows, given, dW);
      kernels.unpack(dW, Weight.Layout.IN_OUT, Into.REPLACE, matrix);
      float[] values = matrix.toArray();
      for (int i = 0; i < values.length; i++) {
        to[i] += values[i];
      }
    }
  }

  private static void addScaled(
      double factor, double[] what, int from, double[] to, int at, int length) {
    for (int k = 0; k < length; k++) {
      to[at + k] += factor * what[from + k];
    }
  }

  private static float[] floats(double[] values) {
    float[] narrow = new float[values.length];
    for (int i = 0; i < narrow.length; i++) {
      narrow[i] = (float) values[i];
    }
    return narrow;
  }

  @Override
  public void close() {
    workspace.close();
  }
}
