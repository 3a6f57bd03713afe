package vitrine.kernels.scalar;

import vitrine.kernels.AttentionMask;
import vitrine.kernels.host.HostKeyValues;
import vitrine.kernels.host.HostTensor;

/** Scaled dot-product attention (Vaswani et al. 2017), one query at a time. */
final class ScalarAttention {
  private ScalarAttention() {}

  static void attention(
      HostTensor q, HostTensor k, HostTensor v, AttentionMask mask, float scale, HostTensor out) {
    double[] weights = new double[mask.keys()];
    for (int b = 0; b < mask.batch(); b++) {
      for (int i = 0; i < mask.queries(); i++) {
        for (int h = 0; h < q.shape().dim(2); h++) {
          scoresOfQuery(q, k, mask, scale, b, i, h, weights);
          softmax(weights, mask.keys());
          mixOfQuery(weights, mask.keys(), v, b, i, h, out);
        }
      }
    }
  }

  static void append(HostTensor k, HostTensor v, int position, HostKeyValues past) {
    for (int b = 0; b < past.batch(); b++) {
      for (int t = 0; t < k.shape().dim(1); t++) {
        for (int h = 0; h < past.heads(); h++) {
          long from = head(k, b, t, h);
          long key = past.key(b, position + t, h);
          long value = past.value(b, position + t, h);
          for (int c = 0; c < past.size(); c++) {
            past.keys().put(key + (long) c * past.step(), k.at(from + c));
            past.values().put(value + c, v.at(from + c));
          }
        }
      }
    }
  }

  static void cached(
      HostTensor q, HostKeyValues past, AttentionMask mask, float scale, HostTensor out) {
    double[] weights = new double[mask.keys()];
    for (int b = 0; b < mask.batch(); b++) {
      for (int i = 0; i < mask.queries(); i++) {
        for (int h = 0; h < past.heads(); h++) {
          long query = head(q, b, i, h);
          for (int j = 0; j < weights.length; j++) {
            double dot = 0;
            for (int c = 0; c < past.size(); c++) {
              dot += q.at(query + c) * past.keys().at(past.key(b, j, h) + (long) c * past.step());
            }
            weights[j] = mask.allows(b, i, j) ? scale * dot : Double.NEGATIVE_INFINITY;
          }
          softmax(weights, weights.length);
          for (int c = 0; c < past.size(); c++) {
            double sum = 0;
            for (int j = 0; j < weights.length; j++) {
              if (weights[j] != 0) {
                sum += weights[j] * past.values().at(past.value(b, j, h) + c);
              }
            }
            out.put(query + c, sum);
          }
        }
      }
    }
  }

  static void scores(HostTensor q, HostTensor k, AttentionMask mask, float scale, HostTensor out) {
    int heads = q.shape().dim(2);
    double[] row = new double[mask.keys()];
    for (int b = 0; b < mask.batch(); b++) {
      for (int h = 0; h < heads; h++) {
        for (int i = 0; i < mask.queries(); i++) {
          scoresOfQuery(q, k, mask, scale, b, i, h, row);
          long at = (((long) b * heads + h) * mask.queries() + i) * row.length;
          for (int j = 0; j < row.length; j++) {
            out.put(at + j, row[j]);
          }
        }
      }
    }
  }

  static void mix(HostTensor pattern, HostTensor v, HostTensor out) {
    int heads = pattern.shape().dim(1);
    int queries = pattern.shape().dim(2);
    double[] weights = new double[pattern.shape().dim(3)];
    for (int b = 0; b < pattern.shape().dim(0); b++) {
      for (int i = 0; i < queries; i++) {
        for (int h = 0; h < heads; h++) {
          long at = (((long) b * heads + h) * queries + i) * weights.length;
          for (int j = 0; j < weights.length; j++) {
            weights[j] = pattern.at(at + j);
          }
          mixOfQuery(weights, weights.length, v, b, i, h, out);
        }
      }
    }
  }

  /** In place; a row of nothing but minus infinity becomes zeros. */
  static void softmax(double[] row, int length) {
    double max = Double.NEGATIVE_INFINITY;
    for (int j = 0; j < length; j++) {
      max = Math.max(max, row[j]);
    }
    double sum = 0;
    for (int j = 0; j < length; j++) {
      row[j] = max == Double.NEGATIVE_INFINITY ? 0 : Math.exp(row[j] - max);
      sum += row[j];
    }
    for (int j = 0; j < length; j++) {
      row[j] = sum == 0 ? 0 : row[j] / sum;
    }
  }

  static void scoresOfQuery(
      HostTensor q,
      HostTensor k,
      AttentionMask mask,
      float scale,
      int b,
      int i,
      int h,
      double[] scores) {
    int size = q.shape().dim(3);
    long query = head(q, b, i, h);
    for (int j = 0; j < mask.keys(); j++) {
      double dot = 0;
      long key = head(k, b, j, h);
      for (int c = 0; c < size; c++) {
        dot += q.at(query + c) * k.at(key + c);
      }
      scores[j] = mask.allows(b, i, j) ? scale * dot : Double.NEGATIVE_INFINITY;
    }
  }

  /** A key of weight 0 contributes nothing, whatever its value holds. */
  private static void mixOfQuery(
      double[] weights, int keys, HostTensor v, int b, int i, int h, HostTensor out) {
    int size = v.shape().dim(3);
    long to = head(out, b, i, h);
    for (int c = 0; c < size; c++) {
      double sum = 0;
      for (int j = 0; j < keys; j++) {
        if (weights[j] != 0) {
          sum += weights[j] * v.at(head(v, b, j, h) + c);
        }
      }
      out.put(to + c, sum);
    }
  }

  /** Where {@code x[b][t][h]} begins in x (B,T,H,K). */
  static long head(HostTensor x, int b, int t, int h) {
    return (((long) b * x.shape().dim(1) + t) * x.shape().dim(2) + h) * x.shape().dim(3);
  }
}
