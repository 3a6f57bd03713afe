package vitrine.interp.compare;

import java.util.List;
import vitrine.interp.stats.Parallel;

/**
 * How alike what two heads look at is, text by text.
 *
 * <p>Jensen-Shannon (Lin 1991; of heads as in Clark et al. 2019, section 6): of each query the
 * divergence of the two distributions over keys, in nats; the mean over a text's queries is turned
 * into a similarity, 1 - JS / ln 2: 1 for the same, 0 where no key gets anything from both.
 *
 * <p>Pearson: the correlation of all T x T probabilities of a text; what a causal model may not
 * look at is left out. NaN for a head whose probabilities are all the same.
 *
 * <p>What it does not tell: whether the heads do the same. Most heads that look at the first or the
 * next token are alike by this, whatever they write; and of two models, a head may have its like
 * only as a sum of several.
 */
final class HeadSums {
  private final int x;
  private final int y;
  private final double[][] sums = new double[4][];
  private final double[] shuffled;
  private final int[] known;
  private int texts;

  /**
   * One text's patterns.
   *
   * @param length T
   * @param of head by head, (T,T) row by row
   */
  @SuppressWarnings("ArrayRecordComponent") // handed through once, compared by no one
  record Patterns(int length, List<double[]> of) {}

  HeadSums(int x, int y) {
    this.x = x;
    this.y = y;
    for (int i = 0; i < sums.length; i++) {
      sums[i] = new double[x * y];
    }
    this.shuffled = new double[x * y];
    this.known = new int[x * y];
  }

  int texts() {
    return texts;
  }

  /**
   * Adds a text.
   *
   * @param order of the keys of Y, for what chance gives
   */
  void add(Patterns a, Patterns b, int[] order, int threads) {
    int T = a.length();
    double[][] turned = b.of().stream().map(head -> shuffled(head, order)).toArray(double[][]::new);
    Parallel.map(
        x,
        threads,
        i -> {
          for (int j = 0; j < y; j++) {
            int at = i * y + j;
            double js = similarity(a.of().get(i), b.of().get(j), T);
            double r = correlation(a.of().get(i), b.of().get(j), T);
            sums[0][at] += js;
            sums[1][at] += js * js;
            if (!Double.isNaN(r)) {
              sums[2][at] += r;
              sums[3][at] += r * r;
              known[at]++;
            }
            shuffled[at] += similarity(a.of().get(i), turned[j], T);
          }
          return i;
        });
    texts++;
  }

  /** Each query's probabilities among the keys that it may see, in another order. */
  private static double[] shuffled(double[] head, int[] order) {
    int T = order.length;
    double[] turned = new double[head.length];
    for (int query = 0; query < T; query++) {
      int seen = T;
      while (seen > query + 1 && head[query * T + seen - 1] == 0) {
        seen--;
      }
      int at = 0;
      for (int key : order) {
        if (key < seen) {
          turned[query * T + at++] = head[query * T + key];
        }
      }
    }
    return turned;
  }

  static double similarity(double[] p, double[] q, int T) {
    double sum = 0;
    for (int i = 0; i < p.length; i++) {
      double middle = (p[i] + q[i]) / 2;
      if (p[i] > 0) {
        sum += p[i] * Math.log(p[i] / middle) / 2;
      }
      if (q[i] > 0) {
        sum += q[i] * Math.log(q[i] / middle) / 2;
      }
    }
    return 1 - sum / T / Math.log(2);
  }

  static double correlation(double[] p, double[] q, int T) {
    double sumP = 0;
    double sumQ = 0;
    int count = 0;
    for (int i = 0; i < p.length; i++) {
      if (isSeen(p, q, i, T)) {
        sumP += p[i];
        sumQ += q[i];
        count++;
      }
    }
    double pq = 0;
    double pp = 0;
    double qq = 0;
    for (int i = 0; i < p.length; i++) {
      if (isSeen(p, q, i, T)) {
        double a = p[i] - sumP / count;
        double b = q[i] - sumQ / count;
        pq += a * b;
        pp += a * a;
        qq += b * b;
      }
    }
    return pp < 1e-20 || qq < 1e-20 ? Double.NaN : pq / Math.sqrt(pp * qq);
  }

  /** Behind the query, only what somebody looks at. */
  private static boolean isSeen(double[] p, double[] q, int at, int T) {
    return at % T <= at / T || p[at] > 0 || q[at] > 0;
  }

  Cell jensenShannon(int a, int b) {
    int at = a * y + b;
    return cell(sums[0][at], sums[1][at], texts, 0, shuffled[at] / texts);
  }

  Cell pearson(int a, int b) {
    int at = a * y + b;
    return cell(sums[2][at], sums[3][at], known[at], -1, Double.NaN);
  }

  private static Cell cell(double sum, double squares, int n, double least, double chance) {
    if (n == 0) {
      return Cell.NONE;
    }
    double mean = sum / n;
    double variance = Math.max(0, squares / n - mean * mean);
    double error = n < 2 ? Double.NaN : Math.sqrt(variance / (n - 1));
    return Cell.ofStudent(mean, error, n - 1, least, chance, n);
  }
}
