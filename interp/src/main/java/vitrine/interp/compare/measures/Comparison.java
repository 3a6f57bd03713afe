package vitrine.interp.compare.measures;

import java.util.List;
import org.jspecify.annotations.Nullable;
import vitrine.engine.InputException;

/** Two matrices by any measures, with intervals, baselines and warnings. */
public final class Comparison {
  private final Activations x;
  private final Activations y;
  private final List<Finding> findings;
  private final List<String> warnings;
  private final Extras extras;

  /**
   * What measures tell beside their number; null where the measure was not asked for.
   *
   * @param ranks null where no measure needed them
   * @param canonical all canonical correlations
   * @param kept SVCCA's
   * @param reverse PWCCA, greatest correlations and regression with Y's weights and units
   * @param median RBF's m on both sides
   * @param units each unit's own number
   */
  public record Extras(
      @Nullable Ranks ranks,
      @Nullable Canonical canonical,
      @Nullable Kept kept,
      List<Reverse> reverse,
      @Nullable Median median,
      List<Units> units) {}

  /** How many directions of each side count. */
  public record Ranks(int x, int y) {}

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
   * Compares two sides.
   *
   * @param x (n,d_x)
   * @param y (n,d_y), the same examples in the same order
   * @param threads for draws; results do not depend on it
   * @throws InputException when the rows do not pair, or a side does not vary at all
   */
  public static Comparison of(
      Activations x, Activations y, List<Measure> measures, Options options, int threads) {
    return of(x, y, List.of(), measures, options, threads);
  }

  /**
   * Compares two sides, and single units of X with those of further sides.
   *
   * @param also (n,.) each, of the same examples; for {@code min-correlation}
   */
  public static Comparison of(
      Activations x,
      Activations y,
      List<Activations> also,
      List<Measure> measures,
      Options options,
      int threads) {
    require("y", x, y);
    also.forEach(side -> require("also", x, side));
    requireVariance("x", x);
    requireVariance("y", y);
    Comparer done =
        new Comparer(
                x.scaled(),
                y.scaled(),
                also.stream().map(Activations::scaled).toList(),
                measures,
                options,
                threads)
            .run();
    return new Comparison(
        x, y, done.findings(), done.warnings(), done.extras(x.scaling(), y.scaling()));
  }

  private static void require(String name, Activations x, Activations other) {
    if (x.rows() != other.rows()) {
      throw new InputException(
          "compare: x has %d rows, %s has %d; expected the same examples in the same order. Give as many rows of each"
              .formatted(x.rows(), name, other.rows()));
    }
  }

  private static void requireVariance(String name, Activations matrix) {
    if (matrix.constantColumns() == matrix.columns()) {
      throw new InputException(
          "compare: %s: every column is constant; expected activations that differ between rows. Give rows of different examples"
              .formatted(name));
    }
  }

  /**
   * One measure's number alone; NaN where it is undefined.
   *
   * @param x all of its rows are looked at
   */
  public static double value(Measure measure, Activations x, Activations y, Options options) {
    Options all = options.draws(0, 0).sampling(Integer.MAX_VALUE);
    return new Comparer(x.scaled(), y.scaled(), List.of(), List.of(measure), all, 1)
        .run()
        .findings()
        .getFirst()
        .estimate();
  }

  /**
   * Bytes that comparing takes at least, beside the matrices as they were given: copies of them,
   * and numbers of all pairs of rows.
   *
   * @param rows n
   * @param columns of both sides together
   */
  public static long bytes(long rows, long columns, List<Measure> measures, Options options) {
    return 4 * Double.BYTES * rows * columns + bytesOfPairs(rows, measures, options);
  }

  /** Of these the part that grows with the square of the rows. */
  public static long bytesOfPairs(long rows, List<Measure> measures, Options options) {
    long looked = Math.min(rows, options.sample());
    // Half matrices: one side's numbers, the other's, and these in order; RSA has places too.
    long each = 0;
    for (Measure measure : measures) {
      each =
          Math.max(
              each,
              switch (measure) {
                case RSA -> 14;
                case CKA_RBF -> 12;
                case NEIGHBOURS -> 16;
                case CCA,
                    SVCCA,
                    PWCCA,
                    CKA_LINEAR,
                    CKA_UNBIASED,
                    PROCRUSTES,
                    MAX_CORRELATION,
                    MIN_CORRELATION,
                    REGRESSION ->
                    0;
              });
    }
    return each * looked * looked;
  }

  /** The most rows of which all pairs can be looked at, whatever memory there is. */
  public static int mostRowsOfPairs() {
    return Distances.MOST_ROWS;
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
