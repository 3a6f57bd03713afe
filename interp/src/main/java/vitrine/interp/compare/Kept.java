package vitrine.interp.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import vitrine.engine.data.Draw;
import vitrine.interp.compare.measures.Activations;
import vitrine.interp.compare.measures.LayerSums;

/**
 * A sample of a stream's rows, of every layer of both sides, for the measures over all pairs of
 * rows: each row gets a number drawn by the seed, and those with the smallest stay, so that every
 * row is as likely whatever the number of rows. Where no measure needs them they are but counted.
 */
final class Kept {
  private final GridSpec spec;
  private final LayerSums.Sides sides;
  private final List<long[]> lots = new ArrayList<>();
  private final List<double[][]> ofX = new ArrayList<>();
  private final List<double[][]> ofY = new ArrayList<>();
  private long seen;

  Kept(GridSpec spec, LayerSums.Sides sides) {
    this.spec = spec;
    this.sides = sides;
  }

  /** Rows seen. */
  long seen() {
    return seen;
  }

  /** Whether Y's rows are X's own. */
  boolean isOne() {
    return sides == LayerSums.Sides.ONE;
  }

  void add(List<Activations> x, List<Activations> y) {
    if (spec.pairwise().isEmpty()) {
      seen += x.getFirst().rows();
      return;
    }
    long key = Draw.key(spec.options().seed(), Draw.Use.SAMPLING);
    for (int row = 0; row < x.getFirst().rows(); row++) {
      lots.add(new long[] {Draw.next(key, seen) >>> 1, seen});
      ofX.add(rows(x, row));
      ofY.add(isOne() ? ofX.getLast() : rows(y, row));
      seen++;
    }
    if (ofX.size() > 2L * spec.options().sample()) {
      shrink();
    }
  }

  private static double[][] rows(List<Activations> layers, int row) {
    return layers.stream()
        .map(layer ->
            IntStream.range(0, layer.columns()).mapToDouble(j -> layer.at(row, j)).toArray())
        .toArray(double[][]::new);
  }

  /** Keeps the smallest lots, in the order of the stream. */
  private void shrink() {
    long[] sorted = lots.stream().mapToLong(lot -> lot[0]).sorted().toArray();
    if (sorted.length <= spec.options().sample()) {
      return;
    }
    long most = sorted[spec.options().sample() - 1];
    for (int i = lots.size() - 1; i >= 0; i--) {
      if (lots.get(i)[0] > most) {
        lots.remove(i);
        ofX.remove(i);
        ofY.remove(i);
      }
    }
  }

  /** How many rows stay. */
  int rows() {
    shrink();
    return ofX.size();
  }

  Activations x(int layer) {
    return layer(ofX, layer);
  }

  Activations y(int layer) {
    return layer(ofY, layer);
  }

  private Activations layer(List<double[][]> rows, int layer) {
    shrink();
    int columns = rows.getFirst()[layer].length;
    double[] all = new double[rows.size() * columns];
    for (int i = 0; i < rows.size(); i++) {
      System.arraycopy(rows.get(i)[layer], 0, all, i * columns, columns);
    }
    return Activations.of("sample", rows.size(), columns, all);
  }
}
