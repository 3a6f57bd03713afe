package vitrine.interp.compare.measures;

import java.util.Arrays;
import java.util.List;
import org.ejml.data.DMatrixRMaj;

/**
 * Whether units, and not just what is spanned by them, are found again (Bau et al. 2019; Wu et al.
 * 2020): of each unit of X the largest |Pearson correlation| with a unit of another side.
 *
 * <ul>
 *   <li>{@code max-correlation}: with a unit of Y.
 *   <li>{@code min-correlation}: of several other sides, Y and what came with it, the one where the
 *       best is worst: a unit scores high only when all of them have its like. Of one other side it
 *       is {@code max-correlation}.
 * </ul>
 *
 * <p>What it does not tell: whether two units of X found the same one.
 */
final class UnitFamily implements Family {
  private final List<Measure> measures;
  private final Activations x;
  private final List<Activations> others;

  /**
   * Of one pair, or more.
   *
   * @param others Y first
   */
  UnitFamily(List<Measure> measures, Activations x, List<Activations> others) {
    this.measures = measures;
    this.x = x;
    this.others = others;
  }

  @Override
  public List<Measure> measures() {
    return measures;
  }

  @Override
  public int rows() {
    return x.rows();
  }

  /** Of each unit of X, by each measure; NaN for constant ones. */
  List<double[]> units() {
    return units(x, others);
  }

  private List<double[]> units(Activations rows, List<Activations> sides) {
    DMatrixRMaj a = standardised(rows);
    double[] first = largest(a, standardised(sides.getFirst()));
    return measures.stream()
        .map(measure -> measure == Measure.MIN_CORRELATION ? least(a, first, sides) : first)
        .toList();
  }

  private static double[] least(DMatrixRMaj a, double[] first, List<Activations> sides) {
    double[] least = first.clone();
    for (Activations side : sides.subList(1, sides.size())) {
      double[] best = largest(a, standardised(side));
      Arrays.setAll(least, j -> Math.min(least[j], best[j]));
    }
    return least;
  }

  /** Columns less their means, divided by their lengths; NaN for a constant one. */
  private static DMatrixRMaj standardised(Activations rows) {
    Activations centred = rows.centred();
    double[] lengths = Basis.lengthsOfColumns(centred);
    double[] values = centred.values();
    int d = centred.columns();
    for (int i = 0; i < values.length; i += d) {
      for (int j = 0; j < d; j++) {
        values[i + j] /= lengths[j];
      }
    }
    return ProcrustesFamily.matrix(centred);
  }

  private static double[] largest(DMatrixRMaj a, DMatrixRMaj b) {
    DMatrixRMaj r = Products.transposedTimes(a, b);
    double[] largest = new double[r.numRows];
    for (int i = 0; i < largest.length; i++) {
      largest[i] = Double.NaN;
      for (int j = 0; j < r.numCols; j++) {
        double value = Math.abs(r.data[i * r.numCols + j]);
        if (value >= 0 && !(largest[i] >= value)) {
          largest[i] = Math.min(1, value);
        }
      }
    }
    return largest;
  }

  private double[] means(Activations rows, List<Activations> sides) {
    return units(rows, sides).stream().mapToDouble(LinearMeasures::meanOfKnown).toArray();
  }

  @Override
  public double[] estimates() {
    return means(x, others);
  }

  /** Each of the others in an order of its own would be less: here they keep to each other. */
  @Override
  public double[] shuffled(int[] order) {
    return means(x, others.stream().map(side -> side.choose(order)).toList());
  }

  @Override
  public double[] resampled(int[] units) {
    return means(x.choose(units), others.stream().map(side -> side.choose(units)).toList());
  }

  /** Y's units in X: a mean. */
  double reverse() {
    UnitFamily turned =
        new UnitFamily(List.of(Measure.MAX_CORRELATION), others.getFirst(), List.of(x));
    return turned.estimates()[0];
  }

  @Override
  public Cost cost() {
    double n = rows();
    double draw =
        others.stream().mapToDouble(side -> n * x.columns() * (2.0 * side.columns() + 10)).sum();
    return new Cost(draw, draw);
  }
}
