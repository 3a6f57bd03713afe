package vitrine.kernels.scalar;

import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import vitrine.kernels.Activation;
import vitrine.kernels.AttentionMask;
import vitrine.kernels.Shape;
import vitrine.kernels.host.Arithmetic;
import vitrine.kernels.host.BackwardArithmetic;
import vitrine.kernels.host.HostKeyValues;
import vitrine.kernels.host.HostTensor;
import vitrine.kernels.host.HostWeight;

/** Every op as its formula. Meant to be read; for speed there is {@code simd}. */
final class ScalarArithmetic implements Arithmetic {
  @Override
  public String description() {
    return "plain Java, sums in double, 1 thread";
  }

  /** One panel: the row-major matrix. */
  @Override
  public int panelWidth(int out) {
    return out;
  }

  @Override
  public void forEach(int tasks, IntConsumer task) {
    for (int i = 0; i < tasks; i++) {
      task.accept(i);
    }
  }

  // ---- element-wise ----

  @Override
  public void fill(HostTensor x, float value) {
    for (long i = 0; i < x.shape().size(); i++) {
      x.put(i, value);
    }
  }

  @Override
  public void scale(HostTensor x, float factor, HostTensor out) {
    for (long i = 0; i < x.shape().size(); i++) {
      out.put(i, factor * x.at(i));
    }
  }

  @Override
  public void add(HostTensor a, HostTensor b, HostTensor out) {
    for (long i = 0; i < a.shape().size(); i++) {
      out.put(i, a.at(i) + b.at(i));
    }
  }

  @Override
  public void activate(HostTensor x, Activation activation, HostTensor out) {
    for (long i = 0; i < x.shape().size(); i++) {
      out.put(i, ScalarMath.activate(x.at(i), activation));
    }
  }

  @Override
  public void meanOver(HostTensor x, int axis, boolean[] counts, HostTensor out) {
    Shape shape = x.shape();
    int length = shape.dim(axis);
    long inner = 1; // elements between two neighbours on the axis
    for (int a = axis + 1; a < shape.rank(); a++) {
      inner *= shape.dim(a);
    }
    long perExample = shape.dim(0) == 0 ? 0 : shape.size() / shape.dim(0);
    long block = inner * length;
    for (int b = 0; b < shape.dim(0); b++) {
      for (long base = b * perExample; base < (b + 1) * perExample; base += block) {
        for (long i = 0; i < inner; i++) {
          meanOfLine(x, base + i, inner, length, counts, b * length, out);
        }
      }
    }
  }

  /** One line along the axis: {@code x[first + t * stride]}; the mean of nothing is 0. */
  private static void meanOfLine(
      HostTensor x,
      long first,
      long stride,
      int length,
      boolean[] counts,
      int countsAt,
      HostTensor out) {
    double sum = 0;
    int n = 0;
    for (int t = 0; t < length; t++) {
      double value = x.at(first + t * stride);
      if (counts[countsAt + t] && value != Double.NEGATIVE_INFINITY) {
        sum += value;
        n++;
      }
    }
    double mean = n == 0 ? 0 : sum / n;
    for (int t = 0; t < length; t++) {
      boolean masked = x.at(first + t * stride) == Double.NEGATIVE_INFINITY;
      out.put(first + t * stride, masked ? Double.NEGATIVE_INFINITY : mean);
    }
  }

  // ---- layers ----

  @Override
  public void gatherColumns(HostWeight w, int[] ids, HostTensor out) {
    for (int i = 0; i < ids.length; i++) {
      for (int k = 0; k < w.in(); k++) {
        out.put((long) i * w.in() + k, w.number(w.index(k, ids[i])));
      }
    }
  }

  @Override
  public void linear(
      HostTensor x,
      HostWeight w,
      @Nullable HostTensor bias,
      Activation activation,
      HostTensor out) {
    int rows = (int) (x.shape().size() / w.in());
    double[] sums = new double[w.out()];
    for (int row = 0; row < rows; row++) {
      for (int j = 0; j < w.out(); j++) {
        sums[j] = bias == null ? 0 : bias.at(j);
      }
      addProduct(x, (long) row * w.in(), w, 0, w.in(), sums);
      for (int j = 0; j < w.out(); j++) {
        out.put((long) row * w.out() + j, ScalarMath.activate(sums[j], activation));
      }
    }
  }

  /** sums[j] += sum over k of x[at + k] w[firstRow + k][j], for k below {@code length}. */
  private static void addProduct(
      HostTensor x, long at, HostWeight w, int firstRow, int length, double[] sums) {
    for (int k = 0; k < length; k++) {
      double factor = x.at(at + k);
      long row = (long) (firstRow + k) * w.out();
      for (int j = 0; j < sums.length; j++) {
        sums[j] += factor * w.number(row + j);
      }
    }
  }

  @Override
  public void layerNorm(
      HostTensor x, HostTensor gamma, HostTensor beta, float eps, HostTensor out) {
    normalizeRows(x, null, gamma, beta, eps, out);
  }

  @Override
  public void addLayerNorm(
      HostTensor a, HostTensor b, HostTensor gamma, HostTensor beta, float eps, HostTensor out) {
    normalizeRows(a, b, gamma, beta, eps, out);
  }

  private static void normalizeRows(
      HostTensor x,
      @Nullable HostTensor plus,
      HostTensor gamma,
      HostTensor beta,
      float eps,
      HostTensor out) {
    int d = x.columns();
    double[] row = new double[d];
    for (int r = 0; r < x.rows(); r++) {
      read(x, r, row);
      if (plus != null) {
        for (int i = 0; i < d; i++) {
          row[i] += plus.at((long) r * d + i);
        }
      }
      double mean = mean(row);
      double scale = Math.sqrt(variance(row, mean) + eps);
      for (int i = 0; i < d; i++) {
        double normalized = (row[i] - mean) / scale;
        out.put((long) r * d + i, normalized * gamma.at(i) + beta.at(i));
      }
    }
  }

  static void read(HostTensor x, int r, double[] row) {
    for (int i = 0; i < row.length; i++) {
      row[i] = x.at((long) r * row.length + i);
    }
  }

  static double mean(double[] row) {
    double sum = 0;
    for (double value : row) {
      sum += value;
    }
    return sum / row.length;
  }

  static double variance(double[] row, double mean) {
    double sum = 0;
    for (double value : row) {
      sum += (value - mean) * (value - mean);
    }
    return sum / row.length;
  }

  @Override
  public void layerNormScale(HostTensor x, float eps, HostTensor out) {
    double[] row = new double[x.columns()];
    for (int r = 0; r < x.rows(); r++) {
      read(x, r, row);
      out.put(r, Math.sqrt(variance(row, mean(row)) + eps));
    }
  }

  @Override
  public void layerNormNormalize(HostTensor x, HostTensor scale, HostTensor out) {
    int d = x.columns();
    double[] row = new double[d];
    for (int r = 0; r < x.rows(); r++) {
      read(x, r, row);
      double mean = mean(row);
      double divisor = scale.at(r);
      for (int i = 0; i < d; i++) {
        out.put((long) r * d + i, (row[i] - mean) / divisor);
      }
    }
  }

  @Override
  public void affine(HostTensor x, HostTensor gamma, HostTensor beta, HostTensor out) {
    int d = x.columns();
    for (int r = 0; r < x.rows(); r++) {
      for (int i = 0; i < d; i++) {
        long at = (long) r * d + i;
        double value = x.at(at) * gamma.at(i);
        out.put(at, value + beta.at(i));
      }
    }
  }

  // ---- attention ----

  @Override
  public void attention(
      HostTensor q, HostTensor k, HostTensor v, AttentionMask mask, float scale, HostTensor out) {
    ScalarAttention.attention(q, k, v, mask, scale, out);
  }

  @Override
  public void appendKeyValues(HostTensor k, HostTensor v, int position, HostKeyValues past) {
    ScalarAttention.append(k, v, position, past);
  }

  @Override
  public void attentionCached(
      HostTensor q, HostKeyValues past, AttentionMask mask, float scale, HostTensor out) {
    ScalarAttention.cached(q, past, mask, scale, out);
  }

  @Override
  public void attentionScores(
      HostTensor q, HostTensor k, AttentionMask mask, float scale, HostTensor out) {
    ScalarAttention.scores(q, k, mask, scale, out);
  }

  @Override
  public void softmax(HostTensor x, HostTensor out) {
    double[] row = new double[x.columns()];
    for (int r = 0; r < x.rows(); r++) {
      read(x, r, row);
      ScalarAttention.softmax(row, row.length);
      for (int i = 0; i < row.length; i++) {
        out.put((long) r * row.length + i, row[i]);
      }
    }
  }

  @Override
  public void attentionMix(HostTensor pattern, HostTensor v, HostTensor out) {
    ScalarAttention.mix(pattern, v, out);
  }

  @Override
  public void headResults(HostTensor z, HostWeight w, HostTensor out) {
    int heads = z.shape().dim(2);
    int headSize = z.shape().dim(3);
    double[] sums = new double[w.out()];
    for (int row = 0; row < z.rows(); row++) { // B * T * H
      java.util.Arrays.fill(sums, 0);
      addProduct(z, (long) row * headSize, w, (row % heads) * headSize, headSize, sums);
      for (int j = 0; j < sums.length; j++) {
        out.put((long) row * sums.length + j, sums[j]);
      }
    }
  }

  @Override
  public void sumHeads(HostTensor results, @Nullable HostTensor bias, HostTensor out) {
    int heads = results.shape().dim(2);
    int d = results.columns();
    for (int row = 0; row < out.rows(); row++) {
      for (int i = 0; i < d; i++) {
        double sum = bias == null ? 0 : bias.at(i);
        for (int h = 0; h < heads; h++) {
          sum += results.at(((long) row * heads + h) * d + i);
        }
        out.put((long) row * d + i, sum);
      }
    }
  }

  // ---- losses ----

  @Override
  public void crossEntropy(HostTensor logits, int[] targets, HostTensor out) {
    double[] row = new double[logits.columns()];
    for (int r = 0; r < targets.length; r++) {
      double loss = 0;
      if (targets[r] >= 0) {
        read(logits, r, row);
        loss = logSumExp(row) - row[targets[r]];
      }
      out.put(r, loss);
    }
  }

  static double logSumExp(double[] row) {
    double max = Double.NEGATIVE_INFINITY;
    for (double value : row) {
      max = Math.max(max, value);
    }
    double sum = 0;
    for (double value : row) {
      sum += Math.exp(value - max);
    }
    return max + Math.log(sum);
  }

  @Override
  public BackwardArithmetic backward() {
    return new ScalarBackward();
  }

  @Override
  public void close() {}
}
