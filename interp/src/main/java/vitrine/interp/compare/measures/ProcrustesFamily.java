package vitrine.interp.compare.measures;

import java.util.List;
import org.ejml.data.DMatrixRMaj;

/** {@link LinearMeasures#procrustes} of one pair: of each draw only a nuclear norm is new. */
final class ProcrustesFamily implements Family {
  /** Operations of singular values, as a multiple of the cube of the width. */
  private static final double SINGULAR_VALUES = 12;

  private final Bases bases;

  ProcrustesFamily(Bases bases) {
    this.bases = bases;
  }

  @Override
  public List<Measure> measures() {
    return List.of(Measure.PROCRUSTES);
  }

  @Override
  public int rows() {
    return bases.rowsOfX().rows();
  }

  @Override
  public double[] estimates() {
    return new double[] {LinearMeasures.procrustes(bases.alignment())};
  }

  @Override
  public double[] shuffled(int[] order) {
    return new double[] {LinearMeasures.procrustes(bases.shuffled(order))};
  }

  @Override
  public double[] resampled(int[] units) {
    Activations a = bases.rowsOfX().choose(units).centred();
    Activations b = bases.rowsOfY().choose(units).centred();
    return new double[] {
      LinearMeasures.procrustes(
          Products.transposedTimes(matrix(a), matrix(b)),
          LinearMeasures.squares(a.values()),
          LinearMeasures.squares(b.values()))
    };
  }

  static DMatrixRMaj matrix(Activations of) {
    return DMatrixRMaj.wrap(of.rows(), of.columns(), of.values());
  }

  @Override
  public Cost cost() {
    double draw = bases.product() + SINGULAR_VALUES * bases.cube();
    return new Cost(draw, draw);
  }
}
