package vitrine.interp.probe;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import vitrine.kernels.Activation;
import vitrine.kernels.Into;
import vitrine.kernels.Kernels;
import vitrine.kernels.Tensor;
import vitrine.kernels.Weight;
import vitrine.kernels.Workspace;

/**
 * What logistic regression minimises, as a function of its parameters: {@code sum of -ln p(class) +
 * ||W||^2 / (2C)}, the intercepts free; scikit-learn's objective. Of two classes only the second
 * has weights, as there (a sigmoid); of more each has its own. A point is W row by row, (d,F), then
 * the F intercepts, with F = 1 of two classes and K of more.
 *
 * <p>Scores are computed in float32 by the backend, a block of rows at a time; sums over blocks,
 * and everything that does not grow with n, in double.
 */
final class SoftmaxLoss implements Lbfgs.Function, AutoCloseable {
  private final Features features;
  private final int[] classes;
  private final int rows;
  private final int count;
  private final int free;
  private final double inverseRegularization;
  private final Kernels kernels;
  private final Workspace workspace;
  private final Weight weight;
  private final Weight dWeight;
  private final Tensor matrix;
  private final Tensor bias;
  private final Tensor dBias;

  /**
   * @param classes of each row, from 0
   * @param rows how many of them count, from the first
   * @param count K, at least 2
   */
  SoftmaxLoss(Features features, int[] classes, int rows, int count, double inverseRegularization) {
    this.features = features;
    this.classes = classes;
    this.rows = rows;
    this.count = count;
    this.free = count == 2 ? 1 : count;
    this.inverseRegularization = inverseRegularization;
    kernels = features.kernels();
    workspace = kernels.workspace();
    int d = features.width();
    weight =
        kernels.pack(
            workspace, MemorySegment.ofArray(new float[d * count]), d, count, Weight.Layout.IN_OUT);
    dWeight = kernels.zeros(workspace, weight);
    matrix = workspace.allocate(d, count);
    bias = workspace.allocate(count);
    dBias = workspace.allocate(count);
  }

  int parameters() {
    return (features.width() + 1) * free;
  }

  @Override
  public double at(double[] point, double[] gradient) {
    int weights = features.width() * free;
    put(point);
    double loss = 0;
    for (int i = 0; i < gradient.length; i++) {
      gradient[i] = i < weights ? point[i] / inverseRegularization : 0;
    }
    for (int i = 0; i < weights; i++) {
      loss += point[i] * point[i] / (2 * inverseRegularization);
    }
    for (int block = 0; block < Features.blocksBefore(rows); block++) {
      loss += block(block, gradient);
    }
    return loss;
  }

  /** W, (d,K), and the intercepts below it, of all classes: zeros where they are not free. */
  static float[] whole(double[] point, int d, int count) {
    int free = count == 2 ? 1 : count;
    float[] values = new float[(d + 1) * count];
    for (int row = 0; row <= d; row++) {
      for (int k = 0; k < free; k++) {
        values[row * count + count - free + k] = (float) point[row * free + k];
      }
    }
    return values;
  }

  private void put(double[] point) {
    int d = features.width();
    float[] values = whole(point, d, count);
    try (Workspace passing = kernels.workspace()) {
      kernels.repack(
          kernels.upload(passing, matrix.shape(), Arrays.copyOf(values, d * count)),
          Weight.Layout.IN_OUT,
          weight);
      float[] intercepts = Arrays.copyOfRange(values, d * count, values.length);
      kernels.copy(kernels.upload(passing, bias.shape(), intercepts), bias);
    }
  }

  /** Adds a block's part of the gradient. */
  private double block(int block, double[] gradient) {
    Tensor x = features.blocks().get(block);
    int n = x.shape().dim(0);
    int[] targets = features.of(classes, block, rows);
    try (Workspace passing = kernels.workspace()) {
      Tensor logits = passing.allocate(n, count);
      Tensor losses = passing.allocate(n);
      kernels.linear(x, weight, bias, Activation.IDENTITY, logits);
      kernels.crossEntropy(logits, targets, losses);
      kernels.crossEntropyBackward(logits, targets, 1, logits);
      Weight dW = kernels.zeros(passing, dWeight);
      kernels.linearBackwardWeight(x, logits, dW);
      kernels.unpack(dW, Weight.Layout.IN_OUT, Into.REPLACE, matrix);
      kernels.fill(dBias, 0);
      kernels.sumRows(logits, dBias);
      add(matrix.toArray(), gradient, 0);
      add(dBias.toArray(), gradient, features.width() * free);
      double sum = 0;
      for (float loss : losses.toArray()) {
        sum += loss;
      }
      return sum;
    }
  }

  /** Adds rows of K numbers to rows of the free ones. */
  private void add(float[] rows, double[] to, int at) {
    for (int row = 0; row < rows.length / count; row++) {
      for (int k = 0; k < free; k++) {
        to[at + row * free + k] += rows[row * count + count - free + k];
      }
    }
  }

  @Override
  public void close() {
    workspace.close();
  }
}
