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
  private static final int FEWEST = 20;

  /** Operations that draws may take when nobody said how many: a second or two. */
  private static final double BUDGET = 1e9;

  /** And for the fewest. */
  private static final double MOST = 4e9;

  private static final double LEVEL = Interval.USUAL_LEVEL;

  private final Family family;
  private final Options options;
  private final int threads;

  Draws(Family family, Options options, int threads) {
    this.family = family;
    this.options = options;
    this.threads = threads;
  }

  /** One finding a measure of the family. */
  List<Finding> findings() {
    double[] estimates = family.estimates();
    int resamples = count(options.resamples(), USUAL_RESAMPLES);
    int shuffles = count(options.shuffles(), USUAL_SHUFFLES);
    List<double[]> resampled =
        Parallel.map(resamples, threads, draw -> family.resampled(units(draw)));
    List<double[]> shuffled = Parallel.map(shuffles, threads, draw -> family.shuffled(order(draw)));
    List<Finding> findings = new ArrayList<>();
    for (int i = 0; i < estimates.length; i++) {
      Measure measure = family.measures().get(i);
      double[] spread = column(resampled, i);
      findings.add(
          new Finding(
              measure,
              interval(estimates[i], spread, measure),
              new Finding.Spread(resamples, Sample.mean(spread) - estimates[i]),
              baseline(estimates[i], column(shuffled, i))));
    }
    return findings;
  }

  private int count(@Nullable Integer asked, int usual) {
    if (asked != null) {
      return asked;
    }
    int quick = (int) Math.min(usual, BUDGET / family.cost());
    return quick >= FEWEST ? quick : FEWEST * family.cost() <= MOST ? FEWEST : 0;
  }

  private int[] units(int draw) {
    long key = Draw.key(options.seed(), Draw.Use.RESAMPLING, draw);
    int[] units = new int[family.rows()];
    for (int i = 0; i < units.length; i++) {
      units[i] = Draw.below(Draw.next(key, i), units.length);
    }
    return units;
  }

  private int[] order(int draw) {
    return Permutation.of(family.rows(), Draw.key(options.seed(), Draw.Use.SHUFFLING, draw));
  }

  private static double[] column(List<double[]> draws, int index) {
    return draws.stream().mapToDouble(each -> each[index]).toArray();
  }

  private Interval interval(double estimate, double[] drawn, Measure measure) {
    if (drawn.length < 2 || Double.isNaN(Sample.mean(drawn)) || Double.isNaN(estimate)) {
      return new Interval(estimate, Double.NaN, Double.NaN, LEVEL, family.rows());
    }
    double shift = estimate - Sample.mean(drawn);
    double tail = (1 - LEVEL) / 2;
    double low = Sample.quantile(drawn, tail) + shift;
    double high = Sample.quantile(drawn, 1 - tail) + shift;
    return new Interval(
        estimate,
        Math.min(estimate, Math.clamp(low, measure.least(), 1.0)),
        Math.max(estimate, Math.clamp(high, measure.least(), 1.0)),
        LEVEL,
        family.rows());
  }

  private static Finding.Baseline baseline(double estimate, double[] shuffled) {
    int count = shuffled.length;
    double mean = Sample.mean(shuffled);
    if (count == 0 || Double.isNaN(mean) || Double.isNaN(estimate)) {
      return new Finding.Baseline(count, Double.NaN, Double.NaN, Double.NaN);
    }
    long atLeast = Arrays.stream(shuffled).filter(each -> each >= estimate).count();
    return new Finding.Baseline(
        count, mean, Sample.quantile(shuffled, 0.95), (atLeast + 1.0) / (count + 1.0));
  }
}
