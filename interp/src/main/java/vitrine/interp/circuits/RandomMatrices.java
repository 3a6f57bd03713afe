package vitrine.interp.circuits;

import org.ejml.data.DMatrixRMaj;
import vitrine.engine.data.Draw;
import vitrine.engine.hooks.SplitMix;
import vitrine.interp.stats.Sample;

/** What composition scores are of heads that have nothing to do with each other. */
final class RandomMatrices {
  /**
   * The scores of random pairs.
   *
   * @param mean of them
   * @param sd of them
   * @param largest of them
   * @param draws how many pairs
   */
  record Baseline(double mean, double sd, double largest, int draws) {
    /** What chance hardly reaches, of thousands of pairs: five standard deviations above. */
    double threshold() {
      return mean + DEVIATIONS * sd;
    }
  }

  static final int DEVIATIONS = 5;

  private static final int DRAWS = 48;

  private RandomMatrices() {}

  /**
   * Scores of pairs whose four matrices hold independent normal numbers.
   *
   * @param D width of the stream
   * @param K of a head
   */
  static Baseline baseline(int D, int K, long seed) {
    double[] scores = new double[DRAWS];
    for (int i = 0; i < DRAWS; i++) {
      long key = Draw.key(seed, Draw.Use.MATRICES, i);
      DMatrixRMaj v = normal(D, K, Draw.next(key, 0));
      DMatrixRMaj o = normal(K, D, Draw.next(key, 1));
      DMatrixRMaj in = normal(D, K, Draw.next(key, 2));
      DMatrixRMaj other = normal(D, K, Draw.next(key, 3));
      DMatrixRMaj writing = Matrices.times(Matrices.Orthogonal.of(v).r(), o);
      DMatrixRMaj reading = Matrices.timesTransposed(in, Matrices.Orthogonal.of(other).r());
      scores[i] =
          Matrices.norm(Matrices.times(writing, reading))
              / (Matrices.norm(writing) * Matrices.norm(reading));
    }
    return new Baseline(Sample.mean(scores), Sample.sd(scores), Sample.quantile(scores, 1), DRAWS);
  }

  private static DMatrixRMaj normal(int rows, int columns, long key) {
    DMatrixRMaj matrix = new DMatrixRMaj(rows, columns);
    for (int i = 0; i < matrix.data.length; i++) {
      matrix.data[i] = SplitMix.gaussian(Draw.next(key, i));
    }
    return matrix;
  }
}
