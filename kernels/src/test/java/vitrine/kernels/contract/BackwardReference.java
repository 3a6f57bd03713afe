package vitrine.kernels.contract;

import java.util.function.DoubleUnaryOperator;
import vitrine.kernels.Activation;
import vitrine.kernels.AttentionMask;
import vitrine.kernels.Shape;

/**
 * The gradients once more, in double and from the derivative of each output by each input, where
 * backends use formulas that have been simplified.
 */
final class BackwardReference {
  private BackwardReference() {}

  /** By central differences, but for the two whose slope is plain. */
  static DoubleUnaryOperator slope(Activation activation) {
    if (activation == Activation.IDENTITY) {
      return x -> 1;
    }
    if (activation == Activation.RELU) {
      return x -> x > 0 ? 1 : x <= 0 ? 0 : Double.NaN;
    }
    DoubleUnaryOperator f = Reference.function(activation);
    double h = 1e-5;
    return x -> (f.applyAsDouble(x + h) - f.applyAsDouble(x - h)) / (2 * h);
  }

  /** x (rows, in) and dOut (rows, out) to start + x^T dOut, (in, out). */
  static double[] product(float[] start, float[] x, float[] dOut, int in, int out) {
    double[] sum = Reference.widen(start);
    for (int r = 0; r < x.length / in; r++) {
      for (int i = 0; i < sum.length; i++) {
        sum[i] += (double) x[r * in + i / out] * dOut[r * out + i % out];
      }
    }
    return sum;
  }

  /** start + the sum over rows of x * y. */
  static double[] sumOfRows(float[] start, double[] x, float[] y) {
    double[] sum = Reference.widen(start);
    for (int i = 0; i < x.length; i++) {
      sum[i % sum.length] += x[i] * y[i];
    }
    return sum;
  }

  /** x normalised, without gamma and beta. */
  static double[] normalized(double[] x, int d, double eps) {
    double[] n = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      int row = i - i % d;
      n[i] = (x[i] - Reference.mean(x, row, d)) / Reference.scale(x, row, d, eps);
    }
    return n;
  }

  /** The derivative of n_j by x_i is (delta_ij - 1/D - n_i n_j / D) / scale. */
  static double[] layerNorm(double[] x, float[] gamma, float[] dOut, double eps) {
    int d = gamma.length;
    double[] n = normalized(x, d, eps);
    double[] dX = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      int row = i - i % d;
      double scale = Reference.scale(x, row, d, eps);
      for (int j = row; j < row + d; j++) {
        double slope = ((i == j ? 1 : 0) - 1.0 / d - n[i] * n[j] / d) / scale;
        dX[i] += (double) dOut[j] * gamma[j - row] * slope;
      }
    }
    return dX;
  }

  /** The derivative of y_j by x_i is y_j (delta_ij - y_i). */
  static double[] softmax(double[] y, double[] dOut, int n) {
    double[] dX = new double[y.length];
    for (int i = 0; i < y.length; i++) {
      int row = i - i % n;
      for (int j = row; j < row + n; j++) {
        if (y[j] != 0) {
          dX[i] += dOut[j] * y[j] * ((i == j ? 1 : 0) - y[i]);
        }
      }
    }
    return dX;
  }

  /** The derivative of mean t by x_t' is 1/n where t' counts and neither is minus infinity. */
  static double[] meanOver(Shape shape, float[] x, int axis, boolean[] counts, float[] dOut) {
    int stride = 1;
    for (int a = axis + 1; a < shape.rank(); a++) {
      stride *= shape.dim(a);
    }
    int length = shape.dim(axis);
    int example = x.length / shape.dim(0);
    double[] dX = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      int first = i - i / stride % length * stride;
      int flags = i / example * length;
      int n = 0;
      for (int t = 0; t < length; t++) {
        n += counts[flags + t] && Float.isFinite(x[first + t * stride]) ? 1 : 0;
      }
      boolean counted = counts[flags + i / stride % length] && Float.isFinite(x[i]);
      for (int t = 0; t < length && counted; t++) {
        dX[i] += Float.isFinite(x[first + t * stride]) ? (double) dOut[first + t * stride] / n : 0;
      }
    }
    return dX;
  }

  // ---- attention; q (B,Tq,H,K), k and v (B,room,H,K), pattern and scores (B,H,Tq,Tk) ----

  /** One pair of a query and a key. */
  @FunctionalInterface
  private interface Pair {
    void visit(int square, int query, int key);
  }

  /**
   * Every pair that the mask allows.
   *
   * @param pair gets where the pair's score lies, where the query's head begins, where the key's
   */
  private static void pairs(AttentionMask mask, int room, int heads, int size, Pair pair) {
    for (int b = 0; b < mask.batch(); b++) {
      for (int h = 0; h < heads; h++) {
        for (int i = 0; i < mask.queries(); i++) {
          for (int j = 0; j < mask.keys(); j++) {
            if (Reference.sees(mask, b, i, j)) {
              pair.visit(
                  ((b * heads + h) * mask.queries() + i) * mask.keys() + j,
                  ((b * mask.queries() + i) * heads + h) * size,
                  ((b * room + j) * heads + h) * size);
            }
          }
        }
      }
    }
  }

  /** {@code dPattern[pair] = dOut[query] . v[key]}, 0 where the mask forbids. */
  static double[] ofPattern(
      float[] dOut, float[] v, AttentionMask mask, int room, int heads, int size) {
    double[] dots = new double[mask.batch() * heads * mask.queries() * mask.keys()];
    pairs(
        mask,
        room,
        heads,
        size,
        (square, query, key) -> {
          for (int c = 0; c < size; c++) {
            dots[square] += (double) dOut[query + c] * v[key + c];
          }
        });
    return dots;
  }

  /** {@code dQ[query] = sum over keys of factor * weights[pair] * k[key]}. */
  static double[] ofQueries(
      double[] weights,
      float[] k,
      AttentionMask mask,
      double factor,
      int room,
      int heads,
      int size) {
    double[] sums = new double[mask.batch() * mask.queries() * heads * size];
    pairs(
        mask,
        room,
        heads,
        size,
        (square, query, key) -> {
          for (int c = 0; c < size; c++) {
            sums[query + c] += factor * weights[square] * k[key + c];
          }
        });
    return sums;
  }

  /** {@code dK[key] = sum over queries of factor * weights[pair] * q[query]}; and so dV. */
  static double[] ofKeys(
      double[] weights,
      float[] q,
      AttentionMask mask,
      double factor,
      int room,
      int heads,
      int size) {
    double[] sums = new double[mask.batch() * room * heads * size];
    pairs(
        mask,
        room,
        heads,
        size,
        (square, query, key) -> {
          for (int c = 0; c < size; c++) {
            sums[key + c] += factor * weights[square] * q[query + c];
          }
        });
    return sums;
  }
}
