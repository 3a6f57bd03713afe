package vitrine.interp.compare.measures;

import java.util.List;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;

/**
 * The measures that need covariances alone, of one pair. The estimates are from the matrices
 * themselves; so are shuffles, whose bases stay. Resamples are from covariances of the rows drawn,
 * in the coordinates of the bases.
 */
final class LinearFamily implements Family {
  /** Operations of the decompositions of a draw, as a multiple of the cube of the width. */
  private static final double DECOMPOSITIONS = 60;

  private final List<Measure> measures;
  private final Options options;
  private final Basis x;
  private final Basis y;
  private final Activations rowsOfX;
  private final Activations rowsOfY;
  private final Alignment alignment;

  LinearFamily(List<Measure> measures, Activations x, Activations y, Options options) {
    this.measures = measures;
    this.options = options;
    this.x = Basis.of(x, options.tolerance());
    this.y = Basis.of(y, options.tolerance());
    this.rowsOfX = this.x.coordinates();
    this.rowsOfY = this.y.coordinates();
    this.alignment = Alignment.of(this.x, this.y, IntStream.range(0, x.rows()).toArray());
  }

  /** As the estimates see it. */
  Alignment alignment() {
    return alignment;
  }

  @Override
  public List<Measure> measures() {
    return measures;
  }

  @Override
  public int rows() {
    return rowsOfX.rows();
  }

  @Override
  public double[] estimates() {
    return values(measures, alignment, options);
  }

  @Override
  public double[] shuffled(int[] order) {
    return values(measures, Alignment.of(x, y, order), options);
  }

  @Override
  public double[] resampled(int[] units) {
    Activations a = rowsOfX.choose(units).centred();
    Activations b = rowsOfY.choose(units).centred();
    DMatrixRMaj dA = DMatrixRMaj.wrap(a.rows(), a.columns(), a.values());
    DMatrixRMaj dB = DMatrixRMaj.wrap(b.rows(), b.columns(), b.values());
    return values(
        measures,
        Alignment.of(
            side(Products.transposedTimes(dA, dA), x),
            Products.transposedTimes(dA, dB),
            side(Products.transposedTimes(dB, dB), y),
            Alignment.Lengths.of(
                Basis.squaredLengths(a),
                Basis.squaredLengths(b),
                IntStream.range(0, units.length).toArray())),
        x.side().vt(),
        y.side().vt(),
        options);
  }

  private Side side(DMatrixRMaj products, Basis basis) {
    return Side.of(Decompositions.ofSquare(products), options.tolerance());
  }

  /** In the units' own coordinates, which the measures of single units ask for. */
  private static double[] values(
      List<Measure> measures,
      Alignment inCoordinates,
      DMatrixRMaj vtOfX,
      DMatrixRMaj vtOfY,
      Options options) {
    Alignment whole =
        new Alignment(
            turned(inCoordinates.x(), vtOfX),
            turned(inCoordinates.y(), vtOfY),
            inCoordinates.overlap(),
            inCoordinates.cross(),
            inCoordinates.lengths());
    return values(measures, whole, options);
  }

  private static Side turned(Side side, DMatrixRMaj vt) {
    DMatrixRMaj product = new DMatrixRMaj(side.vt().numRows, vt.numCols);
    CommonOps_DDRM.mult(side.vt(), vt, product);
    return new Side(side.s(), product, side.rank());
  }

  /** Each measure's number. */
  static double[] values(List<Measure> measures, Alignment of, Options options) {
    return measures.stream().mapToDouble(measure -> value(measure, of, options)).toArray();
  }

  /** NaN where a side has no variance. */
  static double value(Measure measure, Alignment of, Options options) {
    if (of.x().rank() == 0 || of.y().rank() == 0) {
      return Double.NaN;
    }
    return switch (measure) {
      case CCA -> LinearMeasures.mean(LinearMeasures.canonicalCorrelations(of));
      case SVCCA -> LinearMeasures.mean(LinearMeasures.svcca(of, options.keep()));
      case PWCCA -> LinearMeasures.pwcca(of);
      case CKA_LINEAR -> LinearMeasures.linearCka(of);
      case CKA_UNBIASED -> LinearMeasures.unbiasedCka(of);
      case PROCRUSTES -> LinearMeasures.procrustes(of);
      case MAX_CORRELATION -> LinearMeasures.meanOfKnown(LinearMeasures.maximalCorrelations(of));
      case REGRESSION -> LinearMeasures.meanOfKnown(LinearMeasures.regressions(of));
      case CKA_RBF, RSA, NEIGHBOURS ->
          throw new IllegalArgumentException("compare: " + measure.label() + ": needs all pairs");
    };
  }

  @Override
  public double cost() {
    double wide = Math.max(rowsOfX.columns(), rowsOfY.columns());
    return 3.0 * rows() * wide * wide + DECOMPOSITIONS * wide * wide * wide;
  }
}
