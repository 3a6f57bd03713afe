package vitrine.interp.neurons;

/**
 * A matrix as a product of two: each row a mix of K factors, each factor a pattern over columns.
 *
 * @param rows n
 * @param columns m
 * @param count K
 * @param mixes W, (n,K) row-major
 * @param patterns H, (K,m) row-major
 * @param error the Frobenius norm of what the product misses
 * @param whole the Frobenius norm of the matrix
 * @param iterations how many it took
 * @param start where they began
 */
@SuppressWarnings("ArrayRecordComponent") // large, read only
public record Factors(
    int rows,
    int columns,
    int count,
    double[] mixes,
    double[] patterns,
    double error,
    double whole,
    int iterations,
    FactorSpec.Start start) {
  /** The share of the matrix's sum of squares that the product has. */
  public double explained() {
    return whole == 0 ? 1 : 1 - error * error / (whole * whole);
  }
}
