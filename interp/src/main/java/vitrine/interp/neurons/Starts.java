package vitrine.interp.neurons;

import java.util.SplittableRandom;

/**
 * Where factors begin.
 *
 * @param mixes W transposed, (K,n)
 * @param patterns H, (K,m)
 */
@SuppressWarnings("ArrayRecordComponent") // made and used within one factorisation
record Starts(double[] mixes, double[] patterns) {
  /** What is smaller counts as zero, as in scikit-learn. */
  private static final double NOTHING = 1e-6;

  static Starts of(NonNegative x, FactorSpec spec, SingularVectors vectors) {
    return switch (spec.start()) {
      case NNDSVD -> nndsvd(x, vectors, 0);
      case NNDSVDA -> nndsvd(x, vectors, x.mean());
      case RANDOM -> random(x, spec);
      case BEST -> throw new IllegalArgumentException("neurons: several starts");
    };
  }

  /**
   * Of each pair of singular vectors, the positive parts or the negative, whichever is larger
   * together (Boutsidis and Gallopoulos 2008).
   *
   * @param filler in the place of zeros
   */
  private static Starts nndsvd(NonNegative x, SingularVectors vectors, double filler) {
    int K = vectors.values().length;
    int n = x.rows();
    int m = x.columns();
    double[] mixes = new double[K * n];
    double[] patterns = new double[K * m];
    for (int t = 0; t < K; t++) {
      double above = part(vectors.left(), t, n, 1) * part(vectors.right(), t, m, 1);
      double below = part(vectors.left(), t, n, -1) * part(vectors.right(), t, m, -1);
      int sign = above > below ? 1 : -1;
      double size = Math.sqrt(vectors.values()[t] * Math.max(above, below));
      put(vectors.left(), mixes, t, n, sign, size);
      put(vectors.right(), patterns, t, m, sign, size);
    }
    fill(mixes, filler);
    fill(patterns, filler);
    return new Starts(mixes, patterns);
  }

  /** The norm of the entries of one sign. */
  private static double part(double[] rows, int row, int length, int sign) {
    double squares = 0;
    for (int i = row * length; i < (row + 1) * length; i++) {
      double value = Math.max(0, sign * rows[i]);
      squares += value * value;
    }
    return Math.sqrt(squares);
  }

  private static void put(double[] from, double[] to, int row, int length, int sign, double size) {
    double norm = part(from, row, length, sign);
    for (int i = row * length; i < (row + 1) * length; i++) {
      to[i] = norm == 0 ? 0 : size * Math.max(0, sign * from[i]) / norm;
    }
  }

  private static void fill(double[] values, double filler) {
    for (int i = 0; i < values.length; i++) {
      values[i] = values[i] < NOTHING ? filler : values[i];
    }
  }

  /** Of a size that the product has the matrix's mean. */
  private static Starts random(NonNegative x, FactorSpec spec) {
    SplittableRandom random = new SplittableRandom(spec.seed());
    double size = Math.sqrt(x.mean() / spec.factors());
    double[] mixes = new double[spec.factors() * x.rows()];
    double[] patterns = new double[spec.factors() * x.columns()];
    for (int i = 0; i < patterns.length; i++) {
      patterns[i] = size * Math.abs(random.nextGaussian());
    }
    for (int i = 0; i < mixes.length; i++) {
      mixes[i] = size * Math.abs(random.nextGaussian());
    }
    return new Starts(mixes, patterns);
  }
}
