package vitrine.interp.stats;

/**
 * A sum in double with its rounding errors carried along (Neumaier 1974): as if summed in twice the
 * precision and rounded once.
 */
final class Sums {
  private double sum;
  private double compensation;

  /** Adds one number. */
  void add(double value) {
    double next = sum + value;
    if (Math.abs(sum) >= Math.abs(value)) {
      compensation += (sum - next) + value;
    } else {
      compensation += (value - next) + sum;
    }
    sum = next;
  }

  /** Of an infinite sum the compensation is no number: the plain one then tells. */
  double value() {
    return Double.isFinite(sum) ? sum + compensation : sum;
  }

  static double of(double[] values) {
    Sums sums = new Sums();
    for (double value : values) {
      sums.add(value);
    }
    return sums.value();
  }
}
