package vitrine.interp.compare.measures;

import java.util.List;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;

/**
 * Linear CKA of many rows: from sums of squares of covariances, without any decomposition. Of few
 * rows {@link KernelFamily} has the same from kernel matrices.
 */
final class CovarianceFamily implements Family {
  private final List<Measure> measures;
  private final Activations x;
  private final Activations y;
  private final double squaresOfX;
  private final double squaresOfY;
  private final double[] lengthsOfX;
  private final double[] lengthsOfY;

  CovarianceFamily(List<Measure> measures, Activations x, Activations y) {
    this.measures = measures;
    this.x = x.centred();
    this.y = y.centred();
    this.squaresOfX = squares(this.x, this.x);
    this.squaresOfY = squares(this.y, this.y);
    this.lengthsOfX = Basis.squaredLengths(this.x);
    this.lengthsOfY = Basis.squaredLengths(this.y);
  }

  /** |A'B|_F^2. */
  private static double squares(Activations a, Activations b) {
    DMatrixRMaj matrix = ProcrustesFamily.matrix(a);
    return LinearMeasures.squares(
        Products.transposedTimes(matrix, ProcrustesFamily.matrix(b)).data);
  }

  @Override
  public List<Measure> measures() {
    return measures;
  }

  @Override
  public int rows() {
    return x.rows();
  }

  @Override
  public double[] estimates() {
    return shuffled(IntStream.range(0, rows()).toArray());
  }

  @Override
  public double[] shuffled(int[] order) {
    return values(
        squaresOfX,
        squares(x, y.choose(order)),
        squaresOfY,
        Alignment.Lengths.of(lengthsOfX, lengthsOfY, order));
  }

  @Override
  public double[] resampled(int[] units) {
    Activations a = x.choose(units).centred();
    Activations b = y.choose(units).centred();
    return values(
        squares(a, a),
        squares(a, b),
        squares(b, b),
        Alignment.Lengths.of(
            Basis.squaredLengths(a),
            Basis.squaredLengths(b),
            IntStream.range(0, rows()).toArray()));
  }

  private double[] values(double xx, double xy, double yy, Alignment.Lengths lengths) {
    return LinearMeasures.cka(measures, xx, xy, yy, lengths);
  }

  @Override
  public Cost cost() {
    double n = rows();
    double shuffle = 2 * n * x.columns() * y.columns();
    double own = 2 * n * x.columns() * x.columns() + 2 * n * y.columns() * y.columns();
    return new Cost(shuffle + own, shuffle);
  }
}
