package vitrine.interp.neurons;

import java.util.Locale;

/**
 * How a matrix is taken apart.
 *
 * @param factors K
 * @param most iterations at most
 * @param tolerance it ends when all that could still be gained by moving single numbers is this
 *     share of what it was at first (scikit-learn's criterion); for multiplicative updates when ten
 *     iterations bring the error down by less than this share
 * @param seed of random starts
 * @param threads results do not depend on it
 */
public record FactorSpec(
    int factors,
    Algorithm algorithm,
    Start start,
    int most,
    double tolerance,
    long seed,
    int threads) {
  /** How the factors get better. */
  public enum Algorithm {
    /** Each number to its best, one after the other (Cichocki and Phan 2009). */
    COORDINATE_DESCENT,
    /** Every number times a ratio (Lee and Seung 2001). */
    MULTIPLICATIVE;

    public String label() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** Where the factors begin. */
  public enum Start {
    /** Positive parts of singular vectors (Boutsidis and Gallopoulos 2008). */
    NNDSVD,
    /** The same with the matrix's mean for zeros. */
    NNDSVDA,
    /** Drawn at random. */
    RANDOM,
    /**
     * All three, of random ones up to eight: after a hundred iterations the three with the least
     * error go on, and of these the best is kept.
     */
    BEST;

    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** What is usual. */
  public static FactorSpec of(int factors, long seed, int threads) {
    return new FactorSpec(
        factors, Algorithm.COORDINATE_DESCENT, Start.BEST, 1000, 1e-5, seed, threads);
  }

  FactorSpec from(Start other, long draws) {
    return new FactorSpec(factors, algorithm, other, most, tolerance, draws, threads);
  }
}
