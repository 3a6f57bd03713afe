package vitrine.kernels.scalar;

import org.jspecify.annotations.Nullable;
import vitrine.kernels.Activation;
import vitrine.kernels.AdamStep;
import vitrine.kernels.AttentionMask;
import vitrine.kernels.DropoutMask;
import vitrine.kernels.Into;
import vitrine.kernels.Shape;
import vitrine.kernels.host.BackwardArithmetic;
import vitrine.kernels.host.HostTensor;
import vitrine.kernels.host.HostWeight;

/** Every gradient as its formula. Sums over rows are added up from the first row to the last. */
final class ScalarBackward implements BackwardArithmetic {
  // ---- element-wise ----

  @Override
  public void dropout(HostTensor x, float probability, long key, HostTensor out) {
    double staying = 1 - (double) probability;
    for (long i = 0; i < x.shape().size(); i++) {
      out.put(i, DropoutMask.keeps(key, (int) i, probability) ? x.at(i) / staying : 0);
    }
  }

  @Override
  public void activateBackward(
      HostTensor x, Activation activation, HostTensor dOut, HostTensor dX) {
    for (long i = 0; i < x.shape().size(); i++) {
      dX.put(i, dOut.at(i) * ScalarMath.slope(x.at(i), activation));
    }
  }

  @Override
  public void meanOverBackward(
      HostTensor x, int axis, boolean[] counts, HostTensor dOut, HostTensor dX) {
    Shape shape = x.shape();
    int length = shape.dim(axis);
    long inner = 1; // elements between two neighbours on the axis
    for (int a = axis + 1; a < shape.rank(); a++) {
      inner *= shape.dim(a);
    }
    long perExample = shape.dim(0) == 0 ? 0 : shape.size() / shape.dim(0);
    for (int b = 0; b < shape.dim(0); b++) {
      for (long base = b * perExample; base < (b + 1) * perExample; base += inner * length) {
        for (long i = 0; i < inner; i++) {
          backThroughMean(x, base + i, inner, length, counts, b * length, dOut, dX);
        }
      }
    }
  }

  /** One line along the axis: {@code x[first + t * stride]}. */
  private static void backThroughMean(
      HostTensor x,
      long first,
      long stride,
      int length,
      boolean[] counts,
      int countsAt,
      HostTensor dOut,
      HostTensor dX) {
    double sum = 0;
    int n = 0;
    for (int t = 0; t < length; t++) {
      long at = first + t * stride;
      if (x.at(at) != Double.NEGATIVE_INFINITY) {
        sum += dOut.at(at);
        n += counts[countsAt + t] ? 1 : 0;
      }
    }
    for (int t = 0; t < length; t++) {
      long at = first + t * stride;
      boolean counted = counts[countsAt + t] && x.at(at) != Double.NEGATIVE_INFINITY;
      dX.put(at, counted ? sum / n : 0);
    }
  }

  // ---- products ----

  @Override
  public void gatherBackward(HostTensor dOut, int[] ids, HostTensor dTable) {
    int d = dTable.columns();
    for (int i = 0; i < ids.length; i++) {
      for (int j = 0; j < d; j++) {
        long at = (long) ids[i] * d + j;
        dTable.put(at, dTable.at(at) + dOut.at((long) i * d + j));
      }
    }
  }

  @Override
  public void gatherColumnsBackward(HostTensor dOut, int[] ids, HostWeight dW) {
    for (int i = 0; i < ids.length; i++) {
      for (int k = 0; k < dW.in(); k++) {
        long at = dW.index(k, ids[i]);
        dW.panels().put(at, dW.panels().at(at) + dOut.at((long) i * dW.in() + k));
      }
    }
  }

  @Override
  public void linearBackwardInput(HostTensor dOut, HostWeight w, Into into, HostTensor dX) {
    long rows = dOut.shape().size() / w.out();
    for (long r = 0; r < rows; r++) {
      for (int k = 0; k < w.in(); k++) {
        double sum = dotOfRow(dOut, r * w.out(), w, k);
        long at = r * w.in() + k;
        dX.put(
            at,
            switch (into) {
              case REPLACE -> sum;
              case ADD -> dX.at(at) + sum;
            });
      }
    }
  }

  /** sum over j of x[at + j] w[k][j]. */
  private static double dotOfRow(HostTensor x, long at, HostWeight w, int k) {
    double sum = 0;
    for (int j = 0; j < w.out(); j++) {
      sum += x.at(at + j) * w.number(w.index(k, j));
    }
    return sum;
  }

  @Override
  public void linearBackwardWeight(HostTensor x, HostTensor dOut, HostWeight dW) {
    long rows = x.shape().size() / dW.in();
    for (int k = 0; k < dW.in(); k++) {
      addOuter(x, k, dW.in(), dOut, 0, dW.out(), rows, dW, k);
    }
  }

  /**
   * {@code dW[to][j] += sum over r of x[xAt + r * xStride] dOut[dOutAt + r * dOutStride + j]}, for
   * every column j.
   */
  private static void addOuter(
      HostTensor x,
      long xAt,
      long xStride,
      HostTensor dOut,
      long dOutAt,
      long dOutStride,
      long rows,
      HostWeight dW,
      int to) {
    for (int j = 0; j < dW.out(); j++) {
      double sum = 0;
      for (long r = 0; r < rows; r++) {
        sum += x.at(xAt + r * xStride) * dOut.at(dOutAt + r * dOutStride + j);
      }
      long at = dW.index(to, j);
      dW.panels().put(at, dW.panels().at(at) + sum);
    }
  }

  @Override
  public void sumRows(HostTensor x, HostTensor out) {
    int d = out.columns();
    int rows = (int) (x.shape().size() / d);
    for (int j = 0; j < d; j++) {
      double sum = 0;
      for (int r = 0; r < rows; r++) {
        sum += x.at((long) r * d + j);
      }
      out.put(j, out.at(j) + sum);
    }
  }

  // ---- layer normalisation ----

  @Override
  public void layerNormBackward(
      HostTensor x,
      HostTensor gamma,
      float eps,
      HostTensor dOut,
      HostTensor dX,
      @Nullable GammaBeta parameters) {
    int d = x.columns();
    double[] row = new double[d];
    double[] g = new double[d];
    double[] dGamma = new double[d];
    double[] dBeta = new double[d];
    for (int r = 0; r < x.rows(); r++) {
      ScalarArithmetic.read(x, r, row);
      double mean = ScalarArithmetic.mean(row);
      double scale = Math.sqrt(ScalarArithmetic.variance(row, mean) + eps);
      double meanOfProducts = 0;
      for (int i = 0; i < d; i++) {
        double slope = dOut.at((long) r * d + i);
        row[i] = (row[i] - mean) / scale;
        g[i] = slope * gamma.at(i);
        meanOfProducts += g[i] * row[i] / d;
        dGamma[i] += slope * row[i];
        dBeta[i] += slope;
      }
      double meanOfG = ScalarArithmetic.mean(g);
      for (int i = 0; i < d; i++) {
        dX.put((long) r * d + i, (g[i] - meanOfG - row[i] * meanOfProducts) / scale);
      }
    }
    addParameters(parameters, dGamma, dBeta);
  }

  private static void addParameters(
      @Nullable GammaBeta parameters, double[] dGamma, double[] dBeta) {
    if (parameters != null) {
      for (int i = 0; i < dGamma.length; i++) {
        parameters.dGamma().put(i, parameters.dGamma().at(i) + dGamma[i]);
        parameters.dBeta().put(i, parameters.dBeta().at(i) + dBeta[i]);
      }
    }
  }

  @Override
  public void layerNormScaleBackward(HostTensor x, float eps, HostTensor dScale, HostTensor dX) {
    int d = x.columns();
    double[] row = new double[d];
    for (int r = 0; r < x.rows(); r++) {
      ScalarArithmetic.read(x, r, row);
      double mean = ScalarArithmetic.mean(row);
      double scale = Math.sqrt(ScalarArithmetic.variance(row, mean) + eps);
      for (int i = 0; i < d; i++) {
        long at = (long) r * d + i;
        dX.put(at, dX.at(at) + dScale.at(r) * (row[i] - mean) / (d * scale));
      }
    }
  }

  @Override
  public void layerNormNormalizeBackward(
      HostTensor x, HostTensor scale, HostTensor dOut, HostTensor dX, HostTensor dScale) {
    int d = x.columns();
    double[] row = new double[d];
    double[] slopes = new double[d];
    for (int r = 0; r < x.rows(); r++) {
      ScalarArithmetic.read(x, r, row);
      ScalarArithmetic.read(dOut, r, slopes);
      double mean = ScalarArithmetic.mean(row);
      double meanOfSlopes = ScalarArithmetic.mean(slopes);
      double divisor = scale.at(r);
      double sum = 0;
      for (int i = 0; i < d; i++) {
        sum += slopes[i] * (row[i] - mean);
        dX.put((long) r * d + i, (slopes[i] - meanOfSlopes) / divisor);
      }
      dScale.put(r, -sum / (divisor * divisor));
    }
  }

  @Override
  public void affineBackward(
      HostTensor x,
      HostTensor gamma,
      HostTensor dOut,
      HostTensor dX,
      @Nullable GammaBeta parameters) {
    int d = x.columns();
    double[] dGamma = new double[d];
    double[] dBeta = new double[d];
    for (int r = 0; r < x.rows(); r++) {
      for (int i = 0; i < d; i++) {
        long at = (long) r * d + i;
        double slope = dOut.at(at);
        dGamma[i] += slope * x.at(at);
        dBeta[i] += slope;
        dX.put(at, slope * gamma.at(i));
      }
    }
    addParameters(parameters, dGamma, dBeta);
  }

  // ---- attention ----

  @Override
  public void attentionBackward(
      HostTensor q,
      HostTensor k,
      HostTensor v,
      AttentionMask mask,
      float scale,
      HostTensor dOut,
      HostTensor dQ,
      HostTensor dK,
      HostTensor dV) {
    ScalarAttentionBackward.attention(q, k, v, mask, scale, dOut, dQ, dK, dV);
  }

  @Override
  public void attentionScoresBackward(
      HostTensor dScores,
      HostTensor q,
      HostTensor k,
      AttentionMask mask,
      float scale,
      HostTensor dQ,
      HostTensor dK) {
    ScalarAttentionBackward.scores(dScores, q, k, mask, scale, dQ, dK);
  }

  @Override
  public void softmaxBackward(HostTensor y, HostTensor dOut, HostTensor dX) {
    int n = y.columns();
    for (int r = 0; r < y.rows(); r++) {
      double sum = 0;
      for (int j = 0; j < n; j++) {
        sum += y.at((long) r * n + j) * dOut.at((long) r * n + j);
      }
      for (int j = 0; j < n; j++) {
        long at = (long) r * n + j;
        dX.put(at, y.at(at) * (dOut.at(at) - sum));
      }
    }
  }

  @Override
  public void attentionMixBackward(
      HostTensor pattern, HostTensor v, HostTensor dOut, HostTensor dPattern, HostTensor dV) {
    ScalarAttentionBackward.mix(pattern, v, dOut, dPattern, dV);
  }

  @Override
  public void headResultsBackwardInput(HostTensor dOut, HostWeight w, HostTensor dZ) {
    int heads = dZ.shape().dim(2);
    int size = dZ.shape().dim(3);
    for (int row = 0; row < dZ.rows(); row++) { // B * T * H
      for (int c = 0; c < size; c++) {
        double sum = dotOfRow(dOut, (long) row * w.out(), w, row % heads * size + c);
        dZ.put((long) row * size + c, sum);
      }
    }
  }

  @Override
  public void headResultsBackwardWeight(HostTensor z, HostTensor dOut, HostWeight dW) {
    int heads = z.shape().dim(2);
    int size = z.shape().dim(3);
    long positions = (long) z.shape().dim(0) * z.shape().dim(1);
    long dOutStride = (long) heads * dW.out();
    for (int k = 0; k < dW.in(); k++) { // head k / size, its coordinate k % size
      long dOutAt = (long) (k / size) * dW.out();
      addOuter(z, k, dW.in(), dOut, dOutAt, dOutStride, positions, dW, k);
    }
  }

  // ---- losses and optimization ----

  @Override
  public void crossEntropyBackward(
      HostTensor logits, int[] targets, float factor, HostTensor dLogits) {
    int n = logits.columns();
    double[] row = new double[n];
    for (int r = 0; r < targets.length; r++) {
      ScalarArithmetic.read(logits, r, row);
      double logSum = targets[r] < 0 ? 0 : ScalarArithmetic.logSumExp(row);
      for (int j = 0; j < n; j++) {
        double slope = targets[r] < 0 ? 0 : Math.exp(row[j] - logSum) - (j == targets[r] ? 1 : 0);
        dLogits.put((long) r * n + j, factor * slope);
      }
    }
  }

  @Override
  public double sumOfSquares(HostTensor x) {
    double sum = 0;
    for (long i = 0; i < x.shape().size(); i++) {
      sum += x.at(i) * x.at(i);
    }
    return sum;
  }

  @Override
  public void adamW(HostTensor x, HostTensor gradient, HostTensor m, HostTensor v, AdamStep step) {
    double beta1 = step.beta1();
    double beta2 = step.beta2();
    double ofMean = 1 - Math.pow(beta1, step.t());
    double ofSquare = 1 - Math.pow(beta2, step.t());
    double rate = step.learningRate();
    for (long i = 0; i < x.shape().size(); i++) {
      double g = step.gradientScale() * gradient.at(i);
      double mean = beta1 * m.at(i) + (1 - beta1) * g;
      double square = beta2 * v.at(i) + (1 - beta2) * g * g;
      m.put(i, mean);
      v.put(i, square);
      double before = x.at(i);
      double change = mean / ofMean / (Math.sqrt(square / ofSquare) + step.eps());
      x.put(i, before - rate * step.weightDecay() * before - rate * change);
    }
  }
}
