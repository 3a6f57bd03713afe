package vitrine.interp.compare;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import vitrine.interp.compare.measures.Comparison;
import vitrine.interp.compare.measures.LayerSums;
import vitrine.interp.compare.measures.Measure;
import vitrine.interp.compare.measures.Options;
import vitrine.interp.stats.Interval;
import vitrine.interp.stats.Parallel;

/**
 * The numbers of a grid.
 *
 * @param rows that were seen
 * @param sampled rows that the measures over all pairs looked at; 0 where there were none
 * @param groups that intervals are of; 0 without
 * @param widest how many units the widest layer has
 * @param cells by measure, then by layer of X, then of Y
 */
record GridValues(long rows, int sampled, int groups, int widest, List<List<List<Cell>>> cells) {
  /** Two-sided 97.5% quantiles of Student's t for 1 to 30 degrees of freedom. */
  private static final double[] STUDENT = {
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160,
    2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056,
    2.052, 2.048, 2.045, 2.042
  };

  /**
   * One pair of layers.
   *
   * @param interval its ends NaN where none was taken
   * @param shuffled with shuffled rows; NaN off the diagonal
   */
  record Cell(Interval interval, double shuffled) {
    static final Cell NONE = of(Double.NaN, Double.NaN, Double.NaN, 0);

    static Cell of(double estimate, double reach, double shuffled, long rows) {
      boolean known = !Double.isNaN(reach);
      return new Cell(
          new Interval(
              estimate,
              known ? estimate - reach : Double.NaN,
              known ? estimate + reach : Double.NaN,
              Interval.USUAL_LEVEL,
              (int) Math.min(rows, Integer.MAX_VALUE)),
          shuffled);
    }
  }

  static GridValues of(
      GridSpec spec,
      List<String> namesX,
      List<String> namesY,
      List<LayerSums.Pair> pairs,
      LayerSums sums,
      int groups,
      Kept kept,
      int threads) {
    List<Measure> streamed = spec.measures().stream().filter(Measure::streams).toList();
    List<List<LayerSums.Value>> values =
        streamed.isEmpty() ? List.of() : sums.values(streamed, spec.options());
    long rows = sums.rows();
    int sampled = streamed.size() < spec.measures().size() ? kept.rows() : 0;
    List<List<List<Cell>>> cells = new ArrayList<>();
    for (Measure measure : spec.measures()) {
      List<Cell> each =
          measure.streams()
              ? values.get(streamed.indexOf(measure)).stream()
                  .map(value -> cell(value, groups, rows))
                  .toList()
              : pairwise(measure, spec.options(), pairs, kept, threads);
      cells.add(square(each, pairs, namesX.size(), namesY.size(), measure));
    }
    boolean intervals = groups > 1 && streamed.stream().anyMatch(LayerSums::isQuick);
    return new GridValues(rows, sampled, intervals ? groups : 0, sums.widest(), cells);
  }

  /**
   * The jackknife over groups of rows (Quenouille 1956; Tukey 1958): G - 1 degrees of freedom of
   * Student's t.
   */
  private static Cell cell(LayerSums.Value value, int groups, long rows) {
    // Groups that never had rows leave out nothing: their values are the estimate.
    double[] out = Arrays.copyOf(value.leftOut(), Math.min(groups, value.leftOut().length));
    double mean = Arrays.stream(out).average().orElse(Double.NaN);
    double squares = Arrays.stream(out).map(each -> (each - mean) * (each - mean)).sum();
    double reach =
        out.length < 2
            ? Double.NaN
            : student(out.length - 1) * Math.sqrt(squares * (out.length - 1) / out.length);
    return Cell.of(value.estimate(), reach, value.shuffled(), rows);
  }

  /** The 97.5% quantile; beyond the table, less than 2% above the normal distribution's. */
  static double student(int freedom) {
    return STUDENT[Math.min(STUDENT.length, freedom) - 1];
  }

  private static List<Cell> pairwise(
      Measure measure, Options options, List<LayerSums.Pair> pairs, Kept kept, int threads) {
    Options none = options.draws(0, 0);
    int[] shuffled = kept.shuffled();
    return Parallel.map(
        pairs.size(),
        threads,
        i -> {
          LayerSums.Pair pair = pairs.get(i);
          var x = kept.x(pair.x());
          var y = kept.y(pair.y());
          double estimate = Comparison.value(measure, x, y, none);
          double chance =
              pair.x() == pair.y()
                  ? Comparison.value(measure, x, y.choose(shuffled), none)
                  : Double.NaN;
          return Cell.of(estimate, Double.NaN, chance, kept.rows());
        });
  }

  /** A cell of the other half is the one across, where the measure has no direction. */
  private static List<List<Cell>> square(
      List<Cell> cells, List<LayerSums.Pair> pairs, int x, int y, Measure measure) {
    Cell[][] square = new Cell[x][y];
    for (Cell[] row : square) {
      Arrays.fill(row, Cell.NONE);
    }
    for (int i = 0; i < pairs.size(); i++) {
      square[pairs.get(i).x()][pairs.get(i).y()] = cells.get(i);
    }
    boolean half =
        pairs.stream().allMatch(pair -> pair.x() <= pair.y())
            && pairs.stream().anyMatch(pair -> pair.x() < pair.y());
    for (int i = 0; half && !measure.isDirected() && i < x; i++) {
      for (int j = 0; j < i; j++) {
        square[i][j] = square[j][i];
      }
    }
    return Arrays.stream(square).map(List::of).toList();
  }
}
