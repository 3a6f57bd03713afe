package vitrine.interp.compare.measures;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import vitrine.engine.data.Draw;
import vitrine.engine.data.Permutation;
import vitrine.interp.stats.Interval;
import vitrine.interp.stats.Parallel;
import vitrine.interp.stats.Sample;

/** Resamples and shuffles of a family. */
final class Draws {
  private static final int USUAL_RESAMPLES = 200;
  private static final int USUAL_SHUFFLES = 100;

  /** Fewer say nothing of the ends of an interval. */
  private static final int FEWEST_RESAMPLES = 20;

  /**
   * A number without what chance gives cannot be read, so that these are made whatever they cost.
   */
  private static final int FEWEST_SHUFFLES = 10;

  /** Operations that draws may take when nobody said how many: a second or two. */
  private static final double BUDGET = 1e9;

  /** And for the fewest resamples. */
  private static final double MOST = 3e10;

  private static final double LEVEL = Interval.USUAL_LEVEL;

  private final Family drawn;
  private final int rows;
  private final Options options;
  private final int threads;

  /** Draws of the rows that the estimates are of. */
  Draws(Family family, Options options, int threads) {
    this(family, family.rows(), options, threads);
  }

  /**
   * Draws of fewer rows.
   *
   * @param drawn the same measures of some of the rows
   * @param rows that the estimates are of
   */
  Draws(Family drawn, int rows, Options options, int threads) {
    this.drawn = drawn;
    this.rows = rows;
    this.options = options;
    this.threads = threads;
  }

  /**
   * One finding a measure of the family.
   *
   * @param estimates of all rows
   */
  List<Finding> findings(double[] estimates) {
    double[] ofDrawn = drawn.rows() == rows ? estimates : drawn.estimates();
    List<double[]> resampled =
        Parallel.map(resamples(), threads, draw -> drawn.resampled(units(draw)));
    List<double[]> shuffled =
        Parallel.map(shuffles(), threads, draw -> drawn.shuffled(order(draw)));
    List<Finding> findings = new ArrayList<>();
    for (int i = 0; i < estimates.length; i++) {
      Measure measure = drawn.measures().get(i);
      double[] spread = column(resampled, i);
      findings.add(
          new Finding(
              measure,
              interval(estimates[i], spread, measure),
              new Finding.Spread(spread.length, drawn.rows(), Sample.mean(spread) - ofDrawn[i]),
              baseline(ofDrawn[i], column(shuffled, i))));
    }
    return findings;
  }

  private int resamples() {
    Integer asked = options.resamples();
    if (asked != null) {
      return asked;
    }
    double cost = drawn.cost().resample();
    int quick = (int) Math.min(USUAL_RESAMPLES, BUDGET / cost);
    return quick >= FEWEST_RESAMPLES
        ? quick
        : FEWEST_RESAMPLES * cost <= MOST ? FEWEST_RESAMPLES : 0;
  }

  private int shuffles() {
    Integer asked = options.shuffles();
    return asked != null
        ? asked
        : (int) Math.clamp(BUDGET / drawn.cost().shuffle(), FEWEST_SHUFFLES, USUAL_SHUFFLES);
  }

  /** What is less than one would expect; null where nothing is. */
  @Nullable String warning() {
    int resamples = resamples();
    boolean few = options.resamples() == null && resamples < USUAL_RESAMPLES;
    boolean fewShuffles = options.shuffles() == null && shuffles() < USUAL_SHUFFLES;
    if (!few && !fewShuffles) {
      return null;
    }
    String names = String.join(", ", drawn.measures().stream().map(Measure::label).toList());
    String interval =
        !few
            ? ""
            : resamples == 0 ? "no interval" : "interval of %d resamples".formatted(resamples);
    String chance = fewShuffles ? "chance of %d shuffles".formatted(shuffles()) : "";
    return "%s: %s%s%s, because more take long; %s"
        .formatted(
            names,
            interval,
            interval.isEmpty() || chance.isEmpty() ? "" : ", ",
            chance,
            few ? "--resamples 200 has the usual" : "--shuffles 100 has the usual");
  }

  private int[] units(int draw) {
    long key = Draw.key(options.seed(), Draw.Use.RESAMPLING, draw);
    int[] units = new int[drawn.rows()];
    for (int i = 0; i < units.length; i++) {
      units[i] = Draw.below(Draw.next(key, i), units.length);
    }
    return units;
  }

  private int[] order(int draw) {
    return Permutation.of(drawn.rows(), Draw.key(options.seed(), Draw.Use.SHUFFLING, draw));
  }

  private static double[] column(List<double[]> draws, int index) {
    return draws.stream().mapToDouble(each -> each[index]).toArray();
  }

  private Interval interval(double estimate, double[] draws, Measure measure) {
    if (draws.length < 2 || Double.isNaN(Sample.mean(draws)) || Double.isNaN(estimate)) {
      return new Interval(estimate, Double.NaN, Double.NaN, LEVEL, rows);
    }
    double narrowed = Math.sqrt((double) drawn.rows() / rows);
    double mean = Sample.mean(draws);
    double tail = (1 - LEVEL) / 2;
    double low = estimate + narrowed * (Sample.quantile(draws, tail) - mean);
    double high = estimate + narrowed * (Sample.quantile(draws, 1 - tail) - mean);
    return new Interval(
        estimate,
        Math.min(estimate, Math.clamp(low, measure.least(), 1.0)),
        Math.max(estimate, Math.clamp(high, measure.least(), 1.0)),
        LEVEL,
        rows);
  }

  private Finding.Baseline baseline(double estimate, double[] shuffled) {
    int count = shuffled.length;
    double mean = Sample.mean(shuffled);
    if (count == 0 || Double.isNaN(mean) || Double.isNaN(estimate)) {
      return new Finding.Baseline(count, drawn.rows(), Double.NaN, Double.NaN, Double.NaN);
    }
    long atLeast = Arrays.stream(shuffled).filter(each -> each >= estimate).count();
    return new Finding.Baseline(
        count,
        drawn.rows(),
        mean,
        Sample.quantile(shuffled, 0.95),
        (atLeast + 1.0) / (count + 1.0));
  }
}
