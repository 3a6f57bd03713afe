package vitrine.interp.probe;

/**
 * What features are counted from, and in which unit: x' = (x - means) / 2^exponent. Both are taken
 * in double, before anything is rounded to float32, so that features far from zero or of any size
 * keep their digits. For a probe with free intercepts neither changes what it can say.
 *
 * @param means (d)
 * @param exponent of the power of two that the largest distance from the means is near
 */
@SuppressWarnings("ArrayRecordComponent") // compared by no one
public record Origin(double[] means, int exponent) {
  /** Such powers of two, and their squares, are doubles. */
  private static final int WIDEST = 500;

  /** Gives a row of numbers. */
  @FunctionalInterface
  public interface Rows {
    /** The numbers of a row, which are only looked at. */
    double[] row(int row);
  }

  /** The means of rows, and the size of what is left of them. */
  static Origin of(int rows, int width, Rows given) {
    double[] means = new double[width];
    for (int i = 0; i < rows; i++) {
      double[] row = given.row(i);
      for (int j = 0; j < width; j++) {
        means[j] += row[j] / rows; // a sum could leave the range of doubles
      }
    }
    double largest = 0;
    for (int i = 0; i < rows; i++) {
      double[] row = given.row(i);
      for (int j = 0; j < width; j++) {
        largest = Math.max(largest, Math.abs(row[j] - means[j]));
      }
    }
    int exponent = largest == 0 ? 0 : Math.getExponent(largest);
    return new Origin(means, Math.clamp(exponent, -WIDEST, WIDEST));
  }

  /** What distances from the means are multiplied by. */
  double factor() {
    return Math.scalb(1.0, -exponent);
  }

  /** What a weight on the numbers counted from here is on those that were given. */
  double weight(double counted) {
    return Math.scalb(counted, -exponent);
  }
}
