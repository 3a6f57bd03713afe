package vitrine.interp.compare.measures;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import vitrine.engine.data.Draw;
import vitrine.engine.data.Permutation;

/** Goes through the families that the measures asked for belong to, one after the other. */
final class Comparer {
  /** Up to here linear CKA comes from n x n matrices, whose draws are quick. */
  private static final int FEW_ROWS = 4000;

  /** Draws of measures over all pairs take at most so many rows. */
  static final int DRAWN_ROWS = 2000;

  private final Activations x;
  private final Activations y;
  private final List<Activations> also;
  private final List<Measure> measures;
  private final Options options;
  private final int threads;
  private final List<Finding> found = new ArrayList<>();
  private final Warnings warnings = new Warnings();
  private final List<Comparison.Reverse> reverse = new ArrayList<>();
  private final List<Comparison.Units> units = new ArrayList<>();
  private Comparison.@Nullable Ranks ranks;
  private Comparison.@Nullable Canonical canonical;
  private Comparison.@Nullable Kept kept;
  private Comparison.@Nullable Median median;

  /**
   * Of one pair.
   *
   * @param x scaled
   * @param y likewise
   * @param also further sides, for {@code min-correlation}
   */
  Comparer(
      Activations x,
      Activations y,
      List<Activations> also,
      List<Measure> measures,
      Options options,
      int threads) {
    this.x = x;
    this.y = y;
    this.also = also;
    this.measures = measures;
    this.options = options;
    this.threads = threads;
  }

  Comparer run() {
    ofCovariances();
    ofBases();
    ofUnits();
    int[] sample = sample(x.rows(), options.sample());
    List<Measure> pairwise = asked(Measure::isPairwise);
    if (!pairwise.isEmpty() && sample.length < x.rows()) {
      warnings.add(sampled(pairwise, sample.length));
    }
    for (Measure measure : pairwise) {
      ofPairs(measure, x.choose(sample), y.choose(sample));
    }
    if (ranks == null) {
      warnings.ofRanks(measures, x.rows(), most(x), most(y));
    }
    warnings.ofColumns("x", x);
    warnings.ofColumns("y", y);
    if (ranks != null) {
      warnings.ofRank("x", x, ranks.x());
      warnings.ofRank("y", y, ranks.y());
    }
    warnings.ofUndefined(findings());
    return this;
  }

  private List<Measure> asked(java.util.function.Predicate<Measure> kind) {
    return measures.stream().filter(kind).toList();
  }

  private static int most(Activations side) {
    return Math.min(side.columns() - side.constantColumns(), side.rows() - 1);
  }

  private void draw(Draws draws, double[] estimates) {
    String warning = draws.warning();
    if (warning != null) {
      warnings.add(warning);
    }
    found.addAll(draws.findings(estimates));
  }

  private void draw(Family family) {
    draw(new Draws(family, options, threads), family.estimates());
  }

  private void ofCovariances() {
    List<Measure> cka =
        asked(measure -> measure == Measure.CKA_LINEAR || measure == Measure.CKA_UNBIASED);
    if (!cka.isEmpty()) {
      draw(linearCka(cka, x, y, threads));
    }
  }

  /** Whichever way is shorter. */
  static Family linearCka(List<Measure> measures, Activations x, Activations y, int threads) {
    boolean few = x.rows() <= FEW_ROWS || x.rows() <= Math.max(x.columns(), y.columns());
    return few
        ? new KernelFamily(
            measures,
            KernelFamily.Kernel.linear(x, threads),
            KernelFamily.Kernel.linear(y, threads))
        : new CovarianceFamily(measures, x, y);
  }

  private static boolean needsBases(Measure measure) {
    return switch (measure) {
      case CCA, SVCCA, PWCCA, PROCRUSTES, REGRESSION -> true;
      case CKA_LINEAR, CKA_UNBIASED, CKA_RBF, RSA, NEIGHBOURS, MAX_CORRELATION, MIN_CORRELATION ->
          false;
    };
  }

  private void ofBases() {
    List<Measure> based = asked(Comparer::needsBases);
    if (based.isEmpty()) {
      return;
    }
    Bases bases = new Bases(x, y, options.tolerance(), threads);
    Alignment alignment = bases.alignment();
    ranks = new Comparison.Ranks(alignment.x().rank(), alignment.y().rank());
    warnings.ofRanks(measures, x.rows(), ranks.x(), ranks.y());
    List<Measure> linear = based.stream().filter(measure -> measure != Measure.PROCRUSTES).toList();
    if (!linear.isEmpty()) {
      draw(new LinearFamily(linear, bases, options));
    }
    if (based.contains(Measure.PROCRUSTES)) {
      draw(new ProcrustesFamily(bases));
    }
    for (Measure measure : linear) {
      if (measure.isDirected()) {
        reverse.add(
            new Comparison.Reverse(
                measure, LinearFamily.value(measure, alignment.turned(), options)));
      }
    }
    if (linear.contains(Measure.CCA)) {
      double[] rho = LinearMeasures.canonicalCorrelations(alignment);
      canonical = new Comparison.Canonical(rho, LinearMeasures.meanSquare(rho));
    }
    if (linear.contains(Measure.SVCCA)) {
      kept =
          new Comparison.Kept(
              alignment.x().kept(options.keep()),
              alignment.y().kept(options.keep()),
              LinearMeasures.svcca(alignment, options.keep()));
    }
    if (linear.contains(Measure.REGRESSION)) {
      units.add(new Comparison.Units(Measure.REGRESSION, LinearMeasures.regressions(alignment)));
    }
  }

  private void ofUnits() {
    List<Measure> single =
        asked(measure -> measure == Measure.MAX_CORRELATION || measure == Measure.MIN_CORRELATION);
    if (single.isEmpty()) {
      return;
    }
    List<Activations> others = new ArrayList<>(List.of(y));
    others.addAll(also);
    UnitFamily family = new UnitFamily(single, x, others);
    List<double[]> each = family.units();
    draw(
        new Draws(family, options, threads),
        each.stream().mapToDouble(LinearMeasures::meanOfKnown).toArray());
    for (int i = 0; i < single.size(); i++) {
      units.add(new Comparison.Units(single.get(i), each.get(i)));
    }
    if (single.contains(Measure.MAX_CORRELATION)) {
      reverse.add(new Comparison.Reverse(Measure.MAX_CORRELATION, family.reverse()));
    }
    if (single.contains(Measure.MIN_CORRELATION) && also.isEmpty()) {
      warnings.add(
          "min-correlation: of one other side, so that it is max-correlation; --also gives more");
    }
  }

  private void ofPairs(Measure measure, Activations someX, Activations someY) {
    int[] fewer = sample(someX.rows(), DRAWN_ROWS);
    if (fewer.length == someX.rows()) {
      Family whole = pairwise(measure, someX, someY, options, threads);
      note(whole);
      draw(whole);
      return;
    }
    double[] estimates = estimates(measure, someX, someY);
    Family some = pairwise(measure, someX.choose(fewer), someY.choose(fewer), options, threads);
    draw(new Draws(some, someX.rows(), options, threads), estimates);
  }

  /** The matrices of all rows are let go before draws are made of fewer. */
  private double[] estimates(Measure measure, Activations someX, Activations someY) {
    Family whole = pairwise(measure, someX, someY, options, threads);
    note(whole);
    return whole.estimates();
  }

  private void note(Family family) {
    if (family instanceof KernelFamily kernels) {
      median = new Comparison.Median(kernels.medianOfX(), kernels.medianOfY());
    }
  }

  static Family pairwise(
      Measure measure, Activations x, Activations y, Options options, int threads) {
    return switch (measure) {
      case CKA_RBF ->
          new KernelFamily(
              List.of(measure),
              KernelFamily.Kernel.gaussian(x, options.fraction(), threads),
              KernelFamily.Kernel.gaussian(y, options.fraction(), threads));
      case RSA ->
          new RsaFamily(
              RsaFamily.Ranked.of(x, options, threads),
              RsaFamily.Ranked.of(y, options, threads),
              options.agreement());
      case NEIGHBOURS ->
          new NeighbourFamily(
              NeighbourFamily.Nearest.of(x, threads),
              NeighbourFamily.Nearest.of(y, threads),
              options.neighbours());
      case CCA,
          SVCCA,
          PWCCA,
          CKA_LINEAR,
          CKA_UNBIASED,
          PROCRUSTES,
          MAX_CORRELATION,
          MIN_CORRELATION,
          REGRESSION ->
          throw new IllegalArgumentException("compare: " + measure.label() + ": needs no pairs");
    };
  }

  /** All rows, or as many as are wanted, in ascending order. */
  private int[] sample(int rows, int most) {
    int[] order = Permutation.of(rows, Draw.key(options.seed(), Draw.Use.SAMPLING));
    int[] some = Arrays.copyOf(order, Math.min(rows, most));
    Arrays.sort(some);
    return some;
  }

  private String sampled(List<Measure> pairwise, int sample) {
    String names = String.join(", ", pairwise.stream().map(Measure::label).toList());
    return "%s: of %d of %d rows, drawn by seed %d: all pairs of all rows would take %d MiB a matrix; --sample says how many"
        .formatted(names, sample, x.rows(), options.seed(), (4L * x.rows() * x.rows()) >> 20);
  }

  // ---- what came out ----

  /** In the order asked for. */
  List<Finding> findings() {
    return measures.stream()
        .map(measure ->
            found.stream()
                .filter(finding -> finding.measure() == measure)
                .findFirst()
                .orElseThrow())
        .toList();
  }

  List<String> warnings() {
    return warnings.sentences();
  }

  /**
   * The rest.
   *
   * @param scaleX what X was divided by
   */
  Comparison.Extras extras(double scaleX, double scaleY) {
    return new Comparison.Extras(
        ranks,
        canonical,
        kept,
        reverse,
        median == null
            ? null
            : new Comparison.Median(median.x() * scaleX * scaleX, median.y() * scaleY * scaleY),
        units);
  }
}
