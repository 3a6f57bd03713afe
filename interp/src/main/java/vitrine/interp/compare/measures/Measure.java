package vitrine.interp.compare.measures;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The measures by their names on the command line. */
public enum Measure {
  /** Mean canonical correlation. */
  CCA("cca", Kind.LINEAR, 0),
  /** Mean canonical correlation of the leading principal directions. */
  SVCCA("svcca", Kind.LINEAR, 0),
  /** Canonical correlations weighted by how much of X they account for. */
  PWCCA("pwcca", Kind.LINEAR, 0),
  /** Centred kernel alignment with the linear kernel. */
  CKA_LINEAR("cka-linear", Kind.LINEAR, 0),
  /** The same without its bias for few examples. */
  CKA_UNBIASED("cka-unbiased", Kind.LINEAR, -1),
  /** Centred kernel alignment with the Gaussian kernel. */
  CKA_RBF("cka-rbf", Kind.PAIRWISE, 0),
  /** Correlation of dissimilarities between examples. */
  RSA("rsa", Kind.PAIRWISE, -1),
  /** What an orthogonal map leaves of the agreement. */
  PROCRUSTES("procrustes", Kind.LINEAR, 0),
  /** How many nearest neighbours examples have in common. */
  NEIGHBOURS("neighbours", Kind.PAIRWISE, 0),
  /** Of each unit of X the unit of Y that correlates most, on average. */
  MAX_CORRELATION("max-correlation", Kind.LINEAR, 0),
  /** Likewise of several other sides, in the one where the best is worst. */
  MIN_CORRELATION("min-correlation", Kind.SEVERAL, 0),
  /** Of each unit of X the share of variance that all units of Y predict, on average. */
  REGRESSION("regression", Kind.LINEAR, 0);

  /** What a measure has to look at. */
  enum Kind {
    /** Covariances alone: any number of rows. */
    LINEAR,
    /** All pairs of examples. */
    PAIRWISE,
    /** More than two sides. */
    SEVERAL
  }

  private final String label;
  private final Kind kind;
  private final double least;

  Measure(String label, Kind kind, double least) {
    this.label = label;
    this.kind = kind;
    this.least = least;
  }

  /** As on the command line and in JSON. */
  public String label() {
    return label;
  }

  /** Whether sums over a stream of rows are enough. */
  public boolean streams() {
    return kind == Kind.LINEAR;
  }

  /** Whether all pairs of rows are looked at. */
  public boolean isPairwise() {
    return kind == Kind.PAIRWISE;
  }

  /** The smallest value there can be; the largest is 1. */
  public double least() {
    return least;
  }

  /** Whether Y against X is another number than X against Y. */
  public boolean isDirected() {
    return this == PWCCA
        || this == MAX_CORRELATION
        || this == MIN_CORRELATION
        || this == REGRESSION;
  }

  /** What {@code all} means: the eight that compare whole representations. */
  public static List<Measure> all() {
    return List.of(CCA, SVCCA, PWCCA, CKA_LINEAR, CKA_UNBIASED, CKA_RBF, RSA, PROCRUSTES);
  }

  /** By its name. */
  public static Optional<Measure> named(String label) {
    return Arrays.stream(values()).filter(measure -> measure.label.equals(label)).findFirst();
  }

  /** All names. */
  public static List<String> labels() {
    return Arrays.stream(values()).map(Measure::label).toList();
  }
}
