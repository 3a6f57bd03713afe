package vitrine.interp.compare.measures;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import vitrine.interp.stats.Parallel;

/**
 * CKA from kernel matrices (Kornblith et al. 2019, section 3), n x n, of either kernel:
 *
 * <ul>
 *   <li>linear, of few rows: {@link LinearMeasures#linearCka} and {@link
 *       LinearMeasures#unbiasedCka}, whose draws cost n^2 here, however many units there are;
 *   <li>Gaussian: k(a,b) = exp(-|a-b|^2 / (2 f^2 m)), m the median of all n x n squared distances
 *       of that side, the zeros of the diagonal included; of the biased HSIC, tr(K H L H), and
 *       normalised as linear CKA is. "The median" is not one thing in the literature: of squared
 *       distances or of distances, with or without the diagonal. This is of squared ones with it,
 *       as in the authors' notebook.
 * </ul>
 *
 * <p>What the Gaussian one does not tell: which scale the agreement is at. A small fraction looks
 * at near neighbours alone, a large one is linear CKA.
 */
final class KernelFamily implements Family {
  private final List<Measure> measures;
  private final Kernel x;
  private final Kernel y;

  /**
   * One side.
   *
   * @param centred H K H, its lower half
   * @param squares the sum of the squares of all its numbers
   * @param median m of a Gaussian kernel, of the rows as they were scaled; 0 of a linear one
   */
  @SuppressWarnings("ArrayRecordComponent") // handed through once, compared by no one
  record Kernel(double[][] centred, double squares, double median) {
    /** XX' of centred columns. */
    static Kernel linear(Activations rows, int threads) {
      double[][] products = Distances.products(rows.centred(), threads);
      return new Kernel(products, product(products, products), 0);
    }

    /** With more than half of all distances 0 there is no bandwidth: NaN. */
    static Kernel gaussian(Activations rows, double fraction, int threads) {
      double[][] kernel = Distances.squared(rows, threads);
      double median = Distances.median(kernel);
      double width = 2 * fraction * fraction * median;
      Parallel.map(
          kernel.length,
          threads,
          i -> {
            for (int j = 0; j <= i; j++) {
              kernel[i][j] = median > 0 ? Math.exp(-kernel[i][j] / width) : Double.NaN;
            }
            return i;
          });
      centre(kernel);
      return new Kernel(kernel, product(kernel, kernel), median);
    }

    int rows() {
      return centred.length;
    }

    double at(int i, int j) {
      return i >= j ? centred[i][j] : centred[j][i];
    }
  }

  KernelFamily(List<Measure> measures, Kernel x, Kernel y) {
    this.measures = measures;
    this.x = x;
    this.y = y;
  }

  double medianOfX() {
    return x.median();
  }

  double medianOfY() {
    return y.median();
  }

  /** H K H, in place. */
  private static void centre(double[][] kernel) {
    int n = kernel.length;
    double[] means = new double[n];
    for (int i = 0; i < n; i++) {
      double sum = 0;
      for (int j = 0; j < i; j++) {
        sum += kernel[i][j];
        means[j] += kernel[i][j];
      }
      means[i] += sum + kernel[i][i];
    }
    double all = 0;
    for (int i = 0; i < n; i++) {
      means[i] /= n;
      all += means[i] / n;
    }
    for (int i = 0; i < n; i++) {
      for (int j = 0; j <= i; j++) {
        kernel[i][j] -= means[i] + means[j] - all;
      }
    }
  }

  /** The sum over all n x n products of numbers at the same place. */
  private static double product(double[][] a, double[][] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      double row = 0;
      for (int j = 0; j < i; j++) {
        row += a[i][j] * b[i][j];
      }
      sum += 2 * row + a[i][i] * b[i][i];
    }
    return sum;
  }

  @Override
  public List<Measure> measures() {
    return measures;
  }

  @Override
  public int rows() {
    return x.rows();
  }

  @Override
  public double[] estimates() {
    return values(
        x.squares(),
        product(x.centred(), y.centred()),
        y.squares(),
        Alignment.Lengths.of(diagonal(x), diagonal(y), IntStream.range(0, rows()).toArray()));
  }

  @Override
  public double[] shuffled(int[] order) {
    double sum = 0;
    for (int i = 0; i < order.length; i++) {
      double part = 0;
      double[] row = x.centred()[i];
      for (int j = 0; j < i; j++) {
        part += row[j] * y.at(order[i], order[j]);
      }
      sum += 2 * part + row[i] * y.at(order[i], order[i]);
    }
    return values(
        x.squares(), sum, y.squares(), Alignment.Lengths.of(diagonal(x), diagonal(y), order));
  }

  private static double[] diagonal(Kernel kernel) {
    double[] diagonal = new double[kernel.rows()];
    Arrays.setAll(diagonal, i -> kernel.centred()[i][i]);
    return diagonal;
  }

  /** The bandwidth stays that of all rows. */
  @Override
  public double[] resampled(int[] units) {
    double[] weights = weights(units);
    double[] a = means(x.centred(), weights);
    double[] b = means(y.centred(), weights);
    int n = units.length;
    double xx = 0;
    double xy = 0;
    double yy = 0;
    double[] lengths = new double[5];
    for (int i = 0; i < n; i++) {
      if (weights[i] == 0) {
        continue;
      }
      double[] k = x.centred()[i];
      double[] l = y.centred()[i];
      double shiftK = a[i] - a[n];
      double shiftL = b[i] - b[n];
      double kk = 0;
      double kl = 0;
      double ll = 0;
      for (int j = 0; j < i; j++) {
        double p = k[j] - shiftK - a[j];
        double q = l[j] - shiftL - b[j];
        kk += weights[j] * p * p;
        kl += weights[j] * p * q;
        ll += weights[j] * q * q;
      }
      double w = weights[i];
      double p = k[i] - shiftK - a[i];
      double q = l[i] - shiftL - b[i];
      // Copies of a row are rows of their own, so that each of their pairs counts.
      xx += w * (2 * kk + w * p * p);
      xy += w * (2 * kl + w * p * q);
      yy += w * (2 * ll + w * q * q);
      addTo(lengths, w * p, w * q, w * p * p, w * p * q, w * q * q);
    }
    return values(
        xx,
        xy,
        yy,
        new Alignment.Lengths(n, lengths[0], lengths[1], lengths[2], lengths[3], lengths[4]));
  }

  private static void addTo(double[] sums, double... terms) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] += terms[i];
    }
  }

  /** Of each row, and at the end of all. */
  private static double[] means(double[][] kernel, double[] weights) {
    int n = kernel.length;
    double[] means = new double[n + 1];
    for (int i = 0; i < n; i++) {
      double[] row = kernel[i];
      double own = 0;
      double weight = weights[i];
      for (int j = 0; j < i; j++) {
        own += weights[j] * row[j];
        means[j] += weight * row[j];
      }
      means[i] += own + weight * row[i];
    }
    for (int i = 0; i < n; i++) {
      means[i] /= n;
      means[n] += weights[i] * means[i] / n;
    }
    return means;
  }

  /** How often each row was drawn. */
  static double[] weights(int[] units) {
    double[] weights = new double[units.length];
    for (int unit : units) {
      weights[unit]++;
    }
    return weights;
  }

  private double[] values(double xx, double xy, double yy, Alignment.Lengths lengths) {
    return LinearMeasures.cka(measures, xx, xy, yy, lengths);
  }

  @Override
  public Cost cost() {
    double pairs = 0.5 * rows() * rows();
    return new Cost(8 * pairs, 6 * pairs);
  }
}
