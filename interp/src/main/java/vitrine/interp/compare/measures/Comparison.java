package vitrine.interp.compare.measures;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import vitrine.engine.InputException;
import vitrine.engine.data.Draw;
import vitrine.engine.data.Permutation;

/** Two matrices by any measures, with intervals, baselines and warnings. */
public final class Comparison {
  /** Of examples to rank: fewer, and canonical correlations are large by chance. */
  private static final int ENOUGH = 10;

  /** From here on one column is said to decide. */
  private static final double OUTLIER = 0.5;

  private final Activations x;
  private final Activations y;
  private final List<Finding> findings;
  private final List<String> warnings;
  private final Extras extras;

  /**
   * What measures tell beside their number; null where the measure was not asked for.
   *
   * @param rankX how many directions of X count
   * @param rankY of Y
   * @param canonical all canonical correlations
   * @param kept SVCCA's
   * @param reverse PWCCA, greatest correlations and regression with Y's weights and units
   * @param median RBF's m on both sides
   * @param units each unit's own number
   * @param pairwise how many rows the measures over all pairs looked at
   */
  public record Extras(
      int rankX,
      int rankY,
      @Nullable Canonical canonical,
      @Nullable Kept kept,
      List<Reverse> reverse,
      @Nullable Median median,
      List<Units> units,
      int pairwise) {}

  /** Canonical correlations, descending. */
  @SuppressWarnings("ArrayRecordComponent") // compared by no one
  public record Canonical(double[] rho, double rSquared) {}

  /** What SVCCA kept: directions, and its correlations. */
  @SuppressWarnings("ArrayRecordComponent") // compared by no one
  public record Kept(int x, int y, double[] rho) {}

  /** A directed measure from Y's side. */
  public record Reverse(Measure measure, double value) {}

  /** The median squared distances. */
  public record Median(double x, double y) {}

  /** One number a unit of X; NaN for constant ones. */
  @SuppressWarnings("ArrayRecordComponent") // compared by no one
  public record Units(Measure measure, double[] values) {}

  private Comparison(
      Activations x, Activations y, List<Finding> findings, List<String> warnings, Extras extras) {
    this.x = x;
    this.y = y;
    this.findings = List.copyOf(findings);
    this.warnings = List.copyOf(warnings);
    this.extras = extras;
  }

  /**
   * Compares.
   *
   * @param givenX (n,d_x)
   * @param givenY (n,d_y), the same examples in the same order
   * @param threads for draws; results do not depend on it
   * @throws InputException when the rows do not pair, or a side does not vary at all
   */
  public static Comparison of(
      Activations givenX,
      Activations givenY,
      List<Measure> measures,
      Options options,
      int threads) {
    if (givenX.rows() != givenY.rows()) {
      throw new InputException(
          "compare: x has %d rows, y has %d; expected the same examples in the same order. Give as many rows of each"
              .formatted(givenX.rows(), givenY.rows()));
    }
    requireVariance("x", givenX);
    requireVariance("y", givenY);
    Activations x = givenX.scaled();
    Activations y = givenY.scaled();
    List<Measure> linear = measures.stream().filter(Measure::streams).toList();
    LinearFamily covariances = new LinearFamily(linear, x, y, options);
    List<Finding> found = new ArrayList<>(new Draws(covariances, options, threads).findings());
    List<String> warnings = new ArrayList<>();
    warnOfRanks(warnings, measures, covariances.alignment());
    warnOfColumns(warnings, "x", x, covariances.alignment().x());
    warnOfColumns(warnings, "y", y, covariances.alignment().y());
    int[] sample = sample(x.rows(), options);
    List<Measure> pairwise = measures.stream().filter(measure -> !measure.streams()).toList();
    if (!pairwise.isEmpty() && sample.length < x.rows()) {
      warnings.add(sampled(pairwise, sample.length, x.rows(), options.seed()));
    }
    Median median = null;
    for (Measure measure : pairwise) {
      Family family = pairwise(measure, x.choose(sample), y.choose(sample), options);
      found.addAll(new Draws(family, options, threads).findings());
      if (family instanceof RbfFamily rbf) {
        median = new Median(rbf.medianOfX(), rbf.medianOfY());
      }
    }
    List<Finding> ordered =
        measures.stream()
            .map(measure ->
                found.stream()
                    .filter(finding -> finding.measure() == measure)
                    .findFirst()
                    .orElseThrow())
            .toList();
    warnOfUndefined(warnings, ordered);
    return new Comparison(
        givenX,
        givenY,
        ordered,
        warnings,
        extras(
            measures,
            covariances.alignment(),
            options,
            unscaled(median, givenX, givenY),
            sample.length));
  }

  /**
   * One measure's number alone; NaN where it is undefined.
   *
   * @param x all of its rows are looked at
   */
  public static double value(Measure measure, Activations x, Activations y, Options options) {
    if (measure.streams()) {
      return new LinearFamily(List.of(measure), x.scaled(), y.scaled(), options).estimates()[0];
    }
    return pairwise(measure, x.scaled(), y.scaled(), options).estimates()[0];
  }

  private static void requireVariance(String name, Activations matrix) {
    if (matrix.constantColumns() == matrix.columns()) {
      throw new InputException(
          "compare: %s: every column is constant; expected activations that differ between rows. Give rows of different examples"
              .formatted(name));
    }
  }

  private static Family pairwise(Measure measure, Activations x, Activations y, Options options) {
    return switch (measure) {
      case CKA_RBF -> new RbfFamily(x, y, options.fraction());
      case RSA -> new RsaFamily(x, y, options);
      case NEIGHBOURS -> new NeighbourFamily(x, y, options.neighbours());
      case CCA, SVCCA, PWCCA, CKA_LINEAR, CKA_UNBIASED, PROCRUSTES, MAX_CORRELATION, REGRESSION ->
          throw new IllegalArgumentException("compare: " + measure.label() + ": needs no pairs");
    };
  }

  /** All rows, or as many as the measures over all pairs take, in ascending order. */
  private static int[] sample(int rows, Options options) {
    int[] order = Permutation.of(rows, Draw.key(options.seed(), Draw.Use.SAMPLING));
    int[] some = Arrays.copyOf(order, Math.min(rows, options.sample()));
    Arrays.sort(some);
    return some;
  }

  private static String sampled(List<Measure> measures, int sample, int rows, long seed) {
    String names = String.join(", ", measures.stream().map(Measure::label).toList());
    return "%s: of %d of %d rows, drawn by seed %d: all pairs of all rows would take %d MiB a matrix; --sample says how many"
        .formatted(names, sample, rows, seed, ((long) rows * rows * Double.BYTES) >> 20);
  }

  /** In the scale of the matrices as they were given. */
  private static @Nullable Median unscaled(@Nullable Median median, Activations x, Activations y) {
    return median == null
        ? null
        : new Median(median.x() * square(x.scaling()), median.y() * square(y.scaling()));
  }

  private static double square(double value) {
    return value * value;
  }

  private static Extras extras(
      List<Measure> measures,
      Alignment alignment,
      Options options,
      @Nullable Median median,
      int sample) {
    Canonical canonical = null;
    Kept kept = null;
    List<Reverse> reverse = new ArrayList<>();
    List<Units> units = new ArrayList<>();
    for (Measure measure : measures) {
      if (measure.isDirected()) {
        reverse.add(new Reverse(measure, LinearFamily.value(measure, alignment.turned(), options)));
      }
      switch (measure) {
        case CCA -> {
          double[] rho = LinearMeasures.canonicalCorrelations(alignment);
          canonical = new Canonical(rho, LinearMeasures.meanSquare(rho));
        }
        case SVCCA ->
            kept =
                new Kept(
                    alignment.x().kept(options.keep()),
                    alignment.y().kept(options.keep()),
                    LinearMeasures.svcca(alignment, options.keep()));
        case MAX_CORRELATION ->
            units.add(new Units(measure, LinearMeasures.maximalCorrelations(alignment)));
        case REGRESSION -> units.add(new Units(measure, LinearMeasures.regressions(alignment)));
        case PWCCA, CKA_LINEAR, CKA_UNBIASED, CKA_RBF, RSA, PROCRUSTES, NEIGHBOURS -> {}
      }
    }
    return new Extras(
        alignment.x().rank(),
        alignment.y().rank(),
        canonical,
        kept,
        reverse,
        median,
        units,
        sample);
  }

  // ---- warnings ----

  private static void warnOfRanks(
      List<String> warnings, List<Measure> measures, Alignment alignment) {
    List<String> concerned =
        measures.stream()
            .filter(measure ->
                switch (measure) {
                  case CCA, SVCCA, PWCCA, REGRESSION -> true;
                  case CKA_LINEAR,
                      CKA_UNBIASED,
                      CKA_RBF,
                      RSA,
                      PROCRUSTES,
                      NEIGHBOURS,
                      MAX_CORRELATION ->
                      false;
                })
            .map(Measure::label)
            .toList();
    long n = alignment.lengths().n();
    int x = alignment.x().rank();
    int y = alignment.y().rank();
    if (concerned.isEmpty() || n >= (long) ENOUGH * Math.max(x, y)) {
      return;
    }
    String names = String.join(", ", concerned);
    long forced = Math.min(x + y - (n - 1), Math.min(x, y));
    warnings.add(
        forced > 0
            ? "%s: %d examples for ranks %d and %d: at least %d of the %d canonical correlations are 1 whatever the matrices"
                .formatted(names, n, x, y, forced, Math.min(x, y))
            : "%s: %d examples for ranks %d and %d, fewer than %d times as many: large by chance; compare with the shuffled baseline"
                .formatted(names, n, x, y, ENOUGH));
  }

  private static void warnOfColumns(
      List<String> warnings, String name, Activations matrix, Side side) {
    int constant = matrix.constantColumns();
    if (constant > 0) {
      warnings.add(
          "%s: %d of %d columns are constant and count as nothing"
              .formatted(name, constant, matrix.columns()));
    }
    int most = Math.min(matrix.columns() - constant, matrix.rows() - 1);
    if (side.rank() < most) {
      warnings.add(
          "%s: rank %d, of %d columns that vary: some are duplicates or sums of others, or nearly"
              .formatted(name, side.rank(), matrix.columns() - constant));
    }
    Activations.Heaviest heaviest = matrix.heaviest();
    if (matrix.columns() - constant > 2 && heaviest.share() > OUTLIER) {
      warnings.add(
          String.format(
              Locale.ROOT,
              "%s: column %d has %.1f%% of the variance: cka, procrustes and svcca look at little else",
              name,
              heaviest.column(),
              100 * heaviest.share()));
    }
  }

  private static void warnOfUndefined(List<String> warnings, List<Finding> findings) {
    for (Finding finding : findings) {
      if (Double.isNaN(finding.estimate())) {
        warnings.add(finding.measure().label() + ": undefined here: " + why(finding.measure()));
      } else if (finding.spread().resamples() > 1 && !finding.interval().isKnown()) {
        warnings.add(
            finding.measure().label() + ": no interval: undefined for some of the resamples");
      }
    }
  }

  private static String why(Measure measure) {
    return switch (measure) {
      case CKA_UNBIASED -> "it needs four examples or more that are not all alike";
      case CKA_RBF -> "more than half of a side's distances are 0, so that there is no bandwidth";
      case RSA -> "a row has no variance over units, or all dissimilarities are the same";
      case NEIGHBOURS -> "a row is zero, or there are no more rows than neighbours asked for";
      case CCA, SVCCA, PWCCA, CKA_LINEAR, PROCRUSTES, MAX_CORRELATION, REGRESSION ->
          "no direction counts";
    };
  }

  // ---- what was found ----

  /** One a measure, in the order asked for. */
  public List<Finding> findings() {
    return findings;
  }

  /** What the reader must know; sentences. */
  public List<String> warnings() {
    return warnings;
  }

  public Extras extras() {
    return extras;
  }

  public Activations x() {
    return x;
  }

  public Activations y() {
    return y;
  }
}
