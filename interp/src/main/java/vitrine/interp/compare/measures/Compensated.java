package vitrine.interp.compare.measures;

/**
 * Many sums in double, each with its rounding errors carried along (Knuth's two-sum, which needs no
 * branch, and so runs on vectors): as if summed in twice the precision and rounded once.
 */
final class Compensated {
  private final double[] sums;
  private final double[] errors;

  Compensated(int count) {
    this.sums = new double[count];
    this.errors = new double[count];
  }

  private Compensated(double[] sums, double[] errors) {
    this.sums = sums;
    this.errors = errors;
  }

  int count() {
    return sums.length;
  }

  /** Adds one number to each sum. */
  void add(double[] terms) {
    add(sums, errors, terms, 0);
  }

  /**
   * Adds a part.
   *
   * @param offset of the first sum
   */
  void add(double[] terms, int offset) {
    add(sums, errors, terms, offset);
  }

  private static void add(double[] sums, double[] errors, double[] terms, int offset) {
    for (int i = 0; i < terms.length; i++) {
      double sum = sums[offset + i];
      double term = terms[i];
      double next = sum + term;
      double part = next - sum;
      errors[offset + i] += (sum - (next - part)) + (term - part);
      sums[offset + i] = next;
    }
  }

  /** Adds other sums with what they carry. */
  void add(Compensated other) {
    add(other.sums);
    for (int i = 0; i < errors.length; i++) {
      errors[i] += other.errors[i];
    }
  }

  /** A copy that goes on for itself. */
  Compensated copy() {
    return new Compensated(sums.clone(), errors.clone());
  }

  double value(int index) {
    return sums[index] + errors[index];
  }

  /** A new array of all sums. */
  double[] values() {
    double[] values = new double[sums.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = sums[i] + errors[i];
    }
    return values;
  }
}
