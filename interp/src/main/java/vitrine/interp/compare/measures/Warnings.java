package vitrine.interp.compare.measures;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What the reader of a comparison must know; sentences without their full stops. */
final class Warnings {
  /** Of examples to rank: fewer, and canonical correlations are large by chance. */
  private static final int ENOUGH = 10;

  /** From here on one column is said to decide. */
  private static final double OUTLIER = 0.5;

  private final List<String> sentences = new ArrayList<>();

  List<String> sentences() {
    return sentences;
  }

  void add(String sentence) {
    sentences.add(sentence);
  }

  /** How a measure takes few examples for many units. */
  private enum FewRows {
    /** Some correlations are 1 whatever the matrices are. */
    FORCED,
    /** Large by chance. */
    BIASED,
    /** As large as with many, but less sure. */
    UNBIASED
  }

  private static FewRows fewRows(Measure measure) {
    return switch (measure) {
      case CCA, SVCCA, PWCCA, REGRESSION -> FewRows.FORCED;
      case CKA_LINEAR, CKA_RBF, PROCRUSTES, MAX_CORRELATION, MIN_CORRELATION -> FewRows.BIASED;
      case CKA_UNBIASED, RSA, NEIGHBOURS -> FewRows.UNBIASED;
    };
  }

  /**
   * When examples are not well above units.
   *
   * @param rankX directions of X that count, or that can count
   */
  void ofRanks(List<Measure> measures, int n, int rankX, int rankY) {
    if (n >= (long) ENOUGH * Math.max(rankX, rankY)) {
      return;
    }
    String of = "%d examples for ranks %d and %d".formatted(n, rankX, rankY);
    for (FewRows kind : FewRows.values()) {
      List<String> names =
          measures.stream()
              .filter(measure -> fewRows(measure) == kind)
              .map(Measure::label)
              .toList();
      if (!names.isEmpty()) {
        add(String.join(", ", names) + ": " + of + what(kind, n, rankX, rankY));
      }
    }
  }

  private static String what(FewRows kind, int n, int x, int y) {
    long forced = Math.min(x + y - (n - 1), Math.min(x, y));
    String few = ", fewer than %d times as many: ".formatted(ENOUGH);
    return switch (kind) {
      case FORCED ->
          forced > 0
              ? ": at least %d of the %d canonical correlations are 1 whatever the matrices"
                  .formatted(forced, Math.min(x, y))
              : few + "large by chance; compare with the shuffled baseline";
      case BIASED -> few + "large by chance; compare with the shuffled baseline";
      case UNBIASED -> few + "no larger by chance, but less sure; look at the interval";
    };
  }

  void ofColumns(String name, Activations matrix) {
    int constant = matrix.constantColumns();
    if (constant > 0) {
      add(
          "%s: %d of %d columns are constant and count as nothing"
              .formatted(name, constant, matrix.columns()));
    }
    Activations.Heaviest heaviest = matrix.heaviest();
    if (matrix.columns() - constant > 2 && heaviest.share() > OUTLIER) {
      add(
          String.format(
              Locale.ROOT,
              "%s: column %d has %.1f%% of the variance: cka, procrustes and svcca look at little else",
              name,
              heaviest.column(),
              100 * heaviest.share()));
    }
  }

  void ofRank(String name, Activations matrix, int rank) {
    int varying = matrix.columns() - matrix.constantColumns();
    if (rank < Math.min(varying, matrix.rows() - 1)) {
      add(
          "%s: rank %d, of %d columns that vary: some are duplicates or sums of others, or nearly"
              .formatted(name, rank, varying));
    }
  }

  void ofUndefined(List<Finding> findings) {
    for (Finding finding : findings) {
      if (Double.isNaN(finding.estimate())) {
        add(finding.measure().label() + ": undefined here: " + why(finding.measure()));
      } else if (finding.spread().resamples() > 1 && !finding.interval().isKnown()) {
        add(finding.measure().label() + ": no interval: undefined for some of the resamples");
      }
    }
  }

  private static String why(Measure measure) {
    return switch (measure) {
      case CKA_UNBIASED -> "it needs four examples or more, and more than one unlike all others";
      case CKA_RBF -> "more than half of a side's distances are 0, so that there is no bandwidth";
      case RSA -> "a row has no variance over units, or all dissimilarities are the same";
      case NEIGHBOURS -> "a row is zero, or there are no more rows than neighbours asked for";
      case CCA,
          SVCCA,
          PWCCA,
          CKA_LINEAR,
          PROCRUSTES,
          MAX_CORRELATION,
          MIN_CORRELATION,
          REGRESSION ->
          "no direction counts";
    };
  }
}
