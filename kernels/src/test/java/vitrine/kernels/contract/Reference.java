package vitrine.kernels.contract;

import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;
import vitrine.kernels.Activation;
import vitrine.kernels.AttentionMask;

/** The ops once more, as naively as they can be written, in double: what backends are held to. */
final class Reference {
  private Reference() {}

  static DoubleUnaryOperator function(Activation activation) {
    return switch (activation) {
      case IDENTITY -> x -> x;
      case GELU -> x -> x * 0.5 * (1 + erf(x / Math.sqrt(2)));
      case GELU_TANH ->
          x -> 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * Math.pow(x, 3))));
      case QUICK_GELU -> x -> x * (1 / (1 + Math.exp(-1.702 * x)));
      case RELU -> x -> x < 0 ? 0 : x; // NaN stays NaN
      case SILU -> x -> x * (1 / (1 + Math.exp(-x)));
      case TANH -> Math::tanh;
    };
  }

  /** By Simpson's rule on the defining integral, 2000 steps: shares nothing with any backend. */
  static double erf(double x) {
    double end = Math.min(Math.abs(x), 7);
    int steps = 2000;
    double h = end / steps;
    double sum = 0;
    for (int i = 0; i <= steps; i++) {
      double weight = i == 0 || i == steps ? 1 : i % 2 == 1 ? 4 : 2;
      sum += weight * Math.exp(-(i * h) * (i * h));
    }
    return Math.signum(x) * sum * h / 3 * 2 / Math.sqrt(Math.PI);
  }

  /** x (rows, in) times w (in, out), plus bias, activated. */
  static double[] linear(
      float[] x, float[] w, int in, int out, float @Nullable [] bias, Activation activation) {
    int rows = x.length / in;
    double[] y = new double[rows * out];
    for (int r = 0; r < rows; r++) {
      for (int j = 0; j < out; j++) {
        double sum = bias == null ? 0 : bias[j];
        for (int k = 0; k < in; k++) {
          sum += (double) x[r * in + k] * w[k * out + j];
        }
        y[r * out + j] = function(activation).applyAsDouble(sum);
      }
    }
    return y;
  }

  static double mean(double[] x, int at, int n) {
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sum += x[at + i];
    }
    return sum / n;
  }

  static double scale(double[] x, int at, int n, double eps) {
    double mean = mean(x, at, n);
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sum += Math.pow(x[at + i] - mean, 2);
    }
    return Math.sqrt(sum / n + eps);
  }

  static double[] layerNorm(double[] x, float[] gamma, float[] beta, double eps) {
    int d = gamma.length;
    double[] y = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      int row = i - i % d;
      y[i] = (x[i] - mean(x, row, d)) / scale(x, row, d, eps) * gamma[i % d] + beta[i % d];
    }
    return y;
  }

  static double[] softmax(double[] x, int n) {
    double[] y = new double[x.length];
    for (int row = 0; row < x.length; row += n) {
      double max = Double.NEGATIVE_INFINITY;
      for (int j = 0; j < n; j++) {
        max = Math.max(max, x[row + j]);
      }
      double sum = 0;
      for (int j = 0; j < n; j++) {
        sum += max == Double.NEGATIVE_INFINITY ? 0 : Math.exp(x[row + j] - max);
      }
      for (int j = 0; j < n; j++) {
        y[row + j] = max == Double.NEGATIVE_INFINITY ? 0 : Math.exp(x[row + j] - max) / sum;
      }
    }
    return y;
  }

  /** q (B,Tq,H,K), k (B,room,H,K) to (B,H,Tq,Tk). */
  static double[] scores(
      float[] q, float[] k, AttentionMask mask, int room, int heads, int size, float scale) {
    double[] s = new double[mask.batch() * heads * mask.queries() * mask.keys()];
    int at = 0;
    for (int b = 0; b < mask.batch(); b++) {
      for (int h = 0; h < heads; h++) {
        for (int i = 0; i < mask.queries(); i++) {
          for (int j = 0; j < mask.keys(); j++) {
            double dot = 0;
            for (int c = 0; c < size; c++) {
              dot +=
                  (double) q[((b * mask.queries() + i) * heads + h) * size + c]
                      * k[((b * room + j) * heads + h) * size + c];
            }
            s[at++] = sees(mask, b, i, j) ? scale * dot : Double.NEGATIVE_INFINITY;
          }
        }
      }
    }
    return s;
  }

  /** The mask's meaning, written again. */
  static boolean sees(AttentionMask mask, int b, int i, int j) {
    boolean[] real = mask.real();
    boolean isReal = real == null || real[b * mask.keys() + j];
    int position = i + mask.keys() - mask.queries();
    return isReal && (mask.causality() == AttentionMask.Causality.BIDIRECTIONAL || j <= position);
  }

  /** pattern (B,H,Tq,Tk), v (B,room,H,K) to (B,Tq,H,K); weights of 0 silence anything. */
  static double[] mix(
      double[] pattern,
      float[] v,
      int batch,
      int heads,
      int queries,
      int keys,
      int room,
      int size) {
    double[] z = new double[batch * queries * heads * size];
    for (int b = 0; b < batch; b++) {
      for (int h = 0; h < heads; h++) {
        for (int i = 0; i < queries; i++) {
          for (int j = 0; j < keys; j++) {
            double p = pattern[((b * heads + h) * queries + i) * keys + j];
            for (int c = 0; c < size && p != 0; c++) {
              z[((b * queries + i) * heads + h) * size + c] +=
                  p * v[((b * room + j) * heads + h) * size + c];
            }
          }
        }
      }
    }
    return z;
  }

  static double crossEntropy(double[] logits, int at, int n, int target) {
    double sum = 0;
    for (int j = 0; j < n; j++) {
      sum += Math.exp(logits[at + j] - logits[at + target]);
    }
    return Math.log(sum);
  }

  static double[] widen(float[] x) {
    double[] y = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      y[i] = x[i];
    }
    return y;
  }
}
