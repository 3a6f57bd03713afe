package vitrine.interp.compare.measures;

import org.jspecify.annotations.Nullable;

/**
 * What the measures leave open.
 *
 * @param tolerance a direction counts when its singular value is more than this times the largest
 * @param keep what SVCCA keeps of each side
 * @param fraction RBF's bandwidth: sigma is this times the root of the median squared distance
 * @param dissimilarity RSA's, between two examples
 * @param agreement how RSA correlates two sets of dissimilarities
 * @param neighbours how many nearest ones count
 * @param sample measures over all pairs of examples take at most so many rows, drawn by the seed
 * @param resamples of the intervals; null for as many as are quick, up to 200
 * @param shuffles of the baseline; null for as many as are quick, from 10 up to 100
 * @param seed of rows, resamples and shuffles
 */
public record Options(
    double tolerance,
    Keep keep,
    double fraction,
    Dissimilarity dissimilarity,
    Agreement agreement,
    int neighbours,
    int sample,
    @Nullable Integer resamples,
    @Nullable Integer shuffles,
    long seed) {
  /** What SVCCA keeps. */
  public sealed interface Keep {
    /** For people. */
    String words();
  }

  /** The fewest directions that have at least this share of the variance. */
  public record Variance(double share) implements Keep {
    @Override
    public String words() {
      return "fewest directions with at least " + share + " of the variance";
    }
  }

  /** So many directions, or all where there are fewer. */
  public record Count(int directions) implements Keep {
    @Override
    public String words() {
      return directions + " directions of largest variance";
    }
  }

  /** Between two examples. */
  public enum Dissimilarity {
    /** 1 - Pearson's correlation over units. */
    PEARSON,
    /** 1 - cosine. */
    COSINE,
    /** The length of the difference. */
    EUCLIDEAN
  }

  /** Of two sets of dissimilarities. */
  public enum Agreement {
    SPEARMAN,
    PEARSON
  }

  /** The defaults: tolerance 1e-6, 99%, f = 0.5, Spearman of 1 - Pearson, 10 neighbours. */
  public static Options usual(long seed) {
    return new Options(
        1e-6,
        new Variance(0.99),
        0.5,
        Dissimilarity.PEARSON,
        Agreement.SPEARMAN,
        10,
        10_000,
        null,
        null,
        seed);
  }

  /** These with so many draws. */
  public Options draws(@Nullable Integer resamples, @Nullable Integer shuffles) {
    return new Options(
        tolerance,
        keep,
        fraction,
        dissimilarity,
        agreement,
        neighbours,
        sample,
        resamples,
        shuffles,
        seed);
  }

  /** These with another tolerance. */
  public Options tolerance(double other) {
    return new Options(
        other,
        keep,
        fraction,
        dissimilarity,
        agreement,
        neighbours,
        sample,
        resamples,
        shuffles,
        seed);
  }

  /** These with SVCCA's choice. */
  public Options keeping(Keep other) {
    return new Options(
        tolerance,
        other,
        fraction,
        dissimilarity,
        agreement,
        neighbours,
        sample,
        resamples,
        shuffles,
        seed);
  }

  /** These with RSA's choices. */
  public Options rsa(Dissimilarity kind, Agreement by) {
    return new Options(
        tolerance, keep, fraction, kind, by, neighbours, sample, resamples, shuffles, seed);
  }

  /** These with so many nearest ones. */
  public Options nearest(int count) {
    return new Options(
        tolerance,
        keep,
        fraction,
        dissimilarity,
        agreement,
        count,
        sample,
        resamples,
        shuffles,
        seed);
  }

  /** These with at most so many rows of which all pairs are looked at. */
  public Options sampling(int rows) {
    return new Options(
        tolerance,
        keep,
        fraction,
        dissimilarity,
        agreement,
        neighbours,
        rows,
        resamples,
        shuffles,
        seed);
  }
}
