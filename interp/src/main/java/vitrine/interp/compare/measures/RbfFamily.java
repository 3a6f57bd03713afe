package vitrine.interp.compare.measures;

import java.util.List;

/**
 * CKA with the Gaussian kernel (Kornblith et al. 2019, section 3): k(a,b) = exp(-|a-b|^2 / (2 f^2
 * m)), m the median of all n x n squared distances of that side, the zeros of the diagonal
 * included; of the biased HSIC, tr(K H L H), and normalised as linear CKA is.
 *
 * <p>"The median" is not one thing in the literature: of squared distances or of distances, with or
 * without the diagonal. This is of squared ones with it, as in the authors' notebook.
 *
 * <p>What it does not tell: which scale the agreement is at. A small fraction looks at near
 * neighbours alone, a large one is linear CKA.
 */
final class RbfFamily implements Family {
  private final double medianOfX;
  private final double medianOfY;
  private final double[][] k;
  private final double[][] l;
  private final double norm;

  RbfFamily(Activations x, Activations y, double fraction) {
    this.k = Distances.squared(x);
    this.medianOfX = Distances.median(k);
    kernel(k, fraction, medianOfX);
    centre(k);
    this.l = Distances.squared(y);
    this.medianOfY = Distances.median(l);
    kernel(l, fraction, medianOfY);
    centre(l);
    this.norm = Math.sqrt(product(k, k) * product(l, l));
  }

  /** m of X. */
  double medianOfX() {
    return medianOfX;
  }

  /** m of Y. */
  double medianOfY() {
    return medianOfY;
  }

  /** In place. With more than half of all distances 0 there is no bandwidth: NaN. */
  private static void kernel(double[][] squared, double fraction, double median) {
    double width = 2 * fraction * fraction * median;
    for (double[] row : squared) {
      for (int j = 0; j < row.length; j++) {
        row[j] = median > 0 ? Math.exp(-row[j] / width) : Double.NaN;
      }
    }
  }

  /** H K H, in place. */
  private static void centre(double[][] kernel) {
    int n = kernel.length;
    double[] means = new double[n];
    double all = 0;
    for (int i = 0; i < n; i++) {
      double sum = 0;
      for (double value : kernel[i]) {
        sum += value;
      }
      means[i] = sum / n;
      all += means[i] / n;
    }
    for (int i = 0; i < n; i++) {
      double shift = means[i] - all;
      double[] row = kernel[i];
      for (int j = 0; j < n; j++) {
        row[j] -= shift + means[j];
      }
    }
  }

  private static double product(double[][] a, double[][] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      double row = 0;
      for (int j = 0; j < a.length; j++) {
        row += a[i][j] * b[i][j];
      }
      sum += row;
    }
    return sum;
  }

  @Override
  public List<Measure> measures() {
    return List.of(Measure.CKA_RBF);
  }

  @Override
  public int rows() {
    return k.length;
  }

  @Override
  public double[] estimates() {
    return new double[] {LinearMeasures.atMostOne(product(k, l) / norm)};
  }

  @Override
  public double[] shuffled(int[] order) {
    double sum = 0;
    for (int i = 0; i < order.length; i++) {
      double[] row = l[order[i]];
      double part = 0;
      for (int j = 0; j < order.length; j++) {
        part += k[i][j] * row[order[j]];
      }
      sum += part;
    }
    return new double[] {sum / norm};
  }

  /** The bandwidth stays that of all rows. */
  @Override
  public double[] resampled(int[] units) {
    double[] weights = weights(units);
    double[] a = means(k, weights);
    double[] b = means(l, weights);
    double xy = 0;
    double xx = 0;
    double yy = 0;
    int n = units.length;
    for (int i = 0; i < n; i++) {
      if (weights[i] == 0) {
        continue;
      }
      for (int j = 0; j < n; j++) {
        double p = k[i][j] - a[i] - a[j] + a[n];
        double q = l[i][j] - b[i] - b[j] + b[n];
        double weight = weights[i] * weights[j];
        xy += weight * p * q;
        xx += weight * p * p;
        yy += weight * q * q;
      }
    }
    return new double[] {LinearMeasures.atMostOne(xy / Math.sqrt(xx * yy))};
  }

  /** Of each row, and at the end of all. */
  private static double[] means(double[][] kernel, double[] weights) {
    int n = kernel.length;
    double[] means = new double[n + 1];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        means[i] += weights[j] * kernel[i][j];
      }
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

  @Override
  public double cost() {
    return 6.0 * k.length * k.length;
  }
}
