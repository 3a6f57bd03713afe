package vitrine.kernels.scalar;

import static vitrine.kernels.scalar.ScalarAttention.head;

import java.util.function.IntPredicate;
import vitrine.kernels.AttentionMask;
import vitrine.kernels.host.HostTensor;

/**
 * The gradients of {@link ScalarAttention}, one head of one example at a time: what several queries
 * give to a key is added up in double, from the first query to the last.
 */
final class ScalarAttentionBackward {
  private ScalarAttentionBackward() {}

  static void attention(
      HostTensor q,
      HostTensor k,
      HostTensor v,
      AttentionMask mask,
      float scale,
      HostTensor dOut,
      HostTensor dQ,
      HostTensor dK,
      HostTensor dV) {
    double[] pattern = new double[mask.keys()];
    double[] slopes = new double[mask.keys()];
    for (int b = 0; b < mask.batch(); b++) {
      for (int h = 0; h < q.shape().dim(2); h++) {
        Sums ofKeys = new Sums(dK, b, h);
        Sums ofValues = new Sums(dV, b, h);
        for (int i = 0; i < mask.queries(); i++) {
          ScalarAttention.scoresOfQuery(q, k, mask, scale, b, i, h, pattern);
          ScalarAttention.softmax(pattern, pattern.length);
          dots(dOut, v, b, i, h, slopes);
          throughSoftmax(pattern, slopes, mask, b, i);
          IntPredicate allowed = allowed(mask, b, i);
          ofValues.add(pattern, 1, dOut, i, allowed);
          ofKeys.add(slopes, scale, q, i, allowed);
          mixKeys(slopes, scale, k, mask, b, i, h, dQ);
        }
        ofKeys.store();
        ofValues.store();
      }
    }
  }

  static void scores(
      HostTensor dScores,
      HostTensor q,
      HostTensor k,
      AttentionMask mask,
      float scale,
      HostTensor dQ,
      HostTensor dK) {
    double[] slopes = new double[mask.keys()];
    for (int b = 0; b < mask.batch(); b++) {
      for (int h = 0; h < q.shape().dim(2); h++) {
        Sums ofKeys = new Sums(dK, b, h);
        for (int i = 0; i < mask.queries(); i++) {
          readRow(dScores, b, h, i, slopes);
          ofKeys.add(slopes, scale, q, i, allowed(mask, b, i));
          mixKeys(slopes, scale, k, mask, b, i, h, dQ);
        }
        ofKeys.store();
      }
    }
  }

  static void mix(
      HostTensor pattern, HostTensor v, HostTensor dOut, HostTensor dPattern, HostTensor dV) {
    int queries = pattern.shape().dim(2);
    int keys = pattern.shape().dim(3);
    double[] weights = new double[keys];
    double[] slopes = new double[keys];
    for (int b = 0; b < pattern.shape().dim(0); b++) {
      for (int h = 0; h < pattern.shape().dim(1); h++) {
        Sums ofValues = new Sums(dV, b, h);
        for (int i = 0; i < queries; i++) {
          readRow(pattern, b, h, i, weights);
          dots(dOut, v, b, i, h, slopes);
          ofValues.add(weights, 1, dOut, i, j -> true);
          for (int j = 0; j < keys; j++) {
            dPattern.put(row(pattern, b, h, i) + j, slopes[j]);
          }
        }
        ofValues.store();
      }
    }
  }

  private static IntPredicate allowed(AttentionMask mask, int b, int i) {
    return j -> mask.allows(b, i, j);
  }

  /** Where {@code x[b][h][i]} begins in x (B,H,Tq,Tk). */
  private static long row(HostTensor x, int b, int h, int i) {
    return (((long) b * x.shape().dim(1) + h) * x.shape().dim(2) + i) * x.shape().dim(3);
  }

  private static void readRow(HostTensor x, int b, int h, int i, double[] values) {
    for (int j = 0; j < values.length; j++) {
      values[j] = x.at(row(x, b, h, i) + j);
    }
  }

  /** {@code dots[j] = dOut[b][i][h] . v[b][j][h]}. */
  private static void dots(HostTensor dOut, HostTensor v, int b, int i, int h, double[] dots) {
    for (int j = 0; j < dots.length; j++) {
      double dot = 0;
      for (int c = 0; c < v.shape().dim(3); c++) {
        dot += dOut.at(head(dOut, b, i, h) + c) * v.at(head(v, b, j, h) + c);
      }
      dots[j] = dot;
    }
  }

  /** From the gradient to a row of the pattern to that of the scores, in place. */
  private static void throughSoftmax(
      double[] pattern, double[] slopes, AttentionMask mask, int b, int i) {
    double mean = 0;
    for (int j = 0; j < pattern.length; j++) {
      mean += mask.allows(b, i, j) ? pattern[j] * slopes[j] : 0;
    }
    for (int j = 0; j < pattern.length; j++) {
      slopes[j] = mask.allows(b, i, j) ? pattern[j] * (slopes[j] - mean) : 0;
    }
  }

  /** {@code dQ[b][i][h] = scale * sum over allowed j of slopes[j] k[b][j][h]}. */
  private static void mixKeys(
      double[] slopes,
      double scale,
      HostTensor k,
      AttentionMask mask,
      int b,
      int i,
      int h,
      HostTensor dQ) {
    for (int c = 0; c < k.shape().dim(3); c++) {
      double sum = 0;
      for (int j = 0; j < slopes.length; j++) {
        sum += mask.allows(b, i, j) ? slopes[j] * k.at(head(k, b, j, h) + c) : 0;
      }
      dQ.put(head(dQ, b, i, h) + c, scale * sum);
    }
  }

  /** What one head's keys, or values, are given by all queries of one example. */
  private static final class Sums {
    private final HostTensor to;
    private final int b;
    private final int h;
    private final int size;
    private final double[] sums;

    Sums(HostTensor to, int b, int h) {
      this.to = to;
      this.b = b;
      this.h = h;
      this.size = to.shape().dim(3);
      this.sums = new double[to.shape().dim(1) * size];
    }

    /** {@code sums[j] += factor * weights[j] * x[b][i][h]} for each allowed key j. */
    void add(double[] weights, double factor, HostTensor x, int i, IntPredicate allowed) {
      for (int j = 0; j < weights.length; j++) {
        for (int c = 0; c < size && allowed.test(j); c++) {
          sums[j * size + c] += factor * weights[j] * x.at(head(x, b, i, h) + c);
        }
      }
    }

    /** Writes them; keys that no query may see, and room beyond the keys, get zeros. */
    void store() {
      for (int i = 0; i < sums.length; i++) {
        to.put(head(to, b, i / size, h) + i % size, sums[i]);
      }
    }
  }
}
