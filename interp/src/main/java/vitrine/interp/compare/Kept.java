package vitrine.interp.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import vitrine.engine.data.Draw;
import vitrine.engine.data.Permutation;
import vitrine.interp.compare.measures.Activations;
import vitrine.interp.compare.measures.LayerSums;
import vitrine.interp.compare.measures.Options;

/**
 * A sample of a stream's rows, of every layer of both sides: each row gets a number drawn by the
 * seed, and those with the smallest stay, so that every row is as likely whatever the number of
 * rows.
 */
final class Kept {
  private final Options options;
  private final LayerSums.Sides sides;
  private final List<long[]> lots = new ArrayList<>();
  private final List<double[][]> ofX = new ArrayList<>();
  private final List<double[][]> ofY = new ArrayList<>();
  private long seen;

  Kept(Options options, LayerSums.Sides sides) {
    this.options = options;
    this.sides = sides;
  }

  void add(List<Activations> x, List<Activations> y) {
    long key = Draw.key(options.seed(), Draw.Use.SAMPLING);
    for (int row = 0; row < x.getFirst().rows(); row++) {
      lots.add(new long[] {Draw.next(key, seen) >>> 1, seen});
      ofX.add(rows(x, row));
      ofY.add(sides == LayerSums.Sides.ONE ? ofX.getLast() : rows(y, row));
      seen++;
    }
    if (ofX.size() > 2 * options.sample()) {
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
    if (sorted.length <= options.sample()) {
      return;
    }
    long most = sorted[options.sample() - 1];
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

  /** The order of rows that chance is told with. */
  int[] shuffled() {
    return Permutation.of(rows(), Draw.key(options.seed(), Draw.Use.SHUFFLING));
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
