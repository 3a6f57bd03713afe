package vitrine.interp.compare;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import vitrine.interp.compare.measures.Activations;
import vitrine.interp.compare.measures.Finding;
import vitrine.interp.compare.measures.LayerSums;
import vitrine.interp.compare.measures.Measure;
import vitrine.interp.compare.measures.PairwiseLayers;

/**
 * The numbers of a grid.
 *
 * @param rows that were seen
 * @param sampled rows that the measures over all pairs looked at; 0 where there were none
 * @param groups that texts were drawn into
 * @param widest how many units the widest layer has
 * @param cells by measure, then by layer of X, then of Y
 */
record GridValues(long rows, int sampled, int groups, int widest, List<List<List<Cell>>> cells) {
  static GridValues of(
      GridSpec spec,
      GridResult.Axes axes,
      List<LayerSums.Pair> pairs,
      LayerSums sums,
      Kept kept,
      int threads) {
    List<Measure> streamed = spec.streamed();
    List<List<LayerSums.Value>> values =
        streamed.isEmpty() ? List.of() : sums.values(streamed, spec.options());
    List<List<List<Cell>>> cells = new ArrayList<>();
    for (Measure measure : spec.measures()) {
      List<Cell> each =
          measure.streams()
              ? values.get(streamed.indexOf(measure)).stream()
                  .map(value -> jackknifed(value, measure, kept.seen()))
                  .toList()
              : pairwise(measure, spec, axes, pairs, kept, threads);
      cells.add(square(each, pairs, axes, measure));
    }
    return new GridValues(
        kept.seen(),
        spec.pairwise().isEmpty() ? 0 : kept.rows(),
        sums.groups(),
        sums.widest(),
        cells);
  }

  /** The jackknife over groups of texts (Quenouille 1956; Tukey 1958): G - 1 degrees of freedom. */
  private static Cell jackknifed(LayerSums.Value value, Measure measure, long rows) {
    double[] out = value.leftOut();
    double mean = Arrays.stream(out).average().orElse(Double.NaN);
    double squares = Arrays.stream(out).map(each -> (each - mean) * (each - mean)).sum();
    double error = out.length < 2 ? Double.NaN : Math.sqrt(squares * (out.length - 1) / out.length);
    return Cell.ofStudent(
        value.estimate(), error, out.length - 1, measure.least(), value.shuffled(), rows);
  }

  private static List<Cell> pairwise(
      Measure measure,
      GridSpec spec,
      GridResult.Axes axes,
      List<LayerSums.Pair> pairs,
      Kept kept,
      int threads) {
    List<Activations> x = IntStream.range(0, axes.layersX().size()).mapToObj(kept::x).toList();
    List<Activations> y =
        kept.isOne() ? x : IntStream.range(0, axes.layersY().size()).mapToObj(kept::y).toList();
    List<Cell> cells = new ArrayList<>();
    for (Finding finding : PairwiseLayers.findings(measure, x, y, pairs, spec.options(), threads)) {
      cells.add(new Cell(finding.interval(), finding.baseline().mean(), finding.baseline().p()));
    }
    return cells;
  }

  /** A cell of the other half is the one across, where the measure has no direction. */
  private static List<List<Cell>> square(
      List<Cell> cells, List<LayerSums.Pair> pairs, GridResult.Axes axes, Measure measure) {
    Cell[][] square = new Cell[axes.layersX().size()][axes.layersY().size()];
    for (Cell[] row : square) {
      Arrays.fill(row, Cell.NONE);
    }
    for (int i = 0; i < pairs.size(); i++) {
      square[pairs.get(i).x()][pairs.get(i).y()] = cells.get(i);
    }
    boolean half =
        pairs.stream().allMatch(pair -> pair.x() <= pair.y())
            && pairs.stream().anyMatch(pair -> pair.x() < pair.y());
    for (int i = 0; half && !measure.isDirected() && i < square.length; i++) {
      for (int j = 0; j < i; j++) {
        square[i][j] = square[j][i];
      }
    }
    return Arrays.stream(square).map(List::of).toList();
  }
}
