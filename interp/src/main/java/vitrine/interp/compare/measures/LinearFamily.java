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
    Alignment inCoordinates =
        Alignment.of(
            side(dA, x.side()),
            Products.transposedTimes(dA, dB),
            side(dB, y.side()),
            Alignment.Lengths.of(
                Basis.squaredLengths(a),
                Basis.squaredLengths(b),
                IntStream.range(0, units.length).toArray()));
    Alignment inUnits =
        new Alignment(
            turned(inCoordinates.x(), x.side()),
            turned(inCoordinates.y(), y.side()),
            inCoordinates.overlap(),
            inCoordinates.cross(),
            inCoordinates.lengths());
    return values(measures, inUnits, options);
  }

  private Side side(DMatrixRMaj coordinates, Side whole) {
    return Side.of(
        Decompositions.ofSquare(Products.transposedTimes(coordinates, coordinates)),
        options.tolerance(),
        whole.s());
  }

  /** From coordinates to the units themselves, which the measures of single units ask for. */
  private static Side turned(Side drawn, Side whole) {
    DMatrixRMaj vt = new DMatrixRMaj(drawn.vt().numRows, whole.vt().numCols);
    CommonOps_DDRM.mult(drawn.vt(), whole.vt(), vt);
    DMatrixRMaj scaled = new Side(drawn.s(), vt, drawn.rank(), whole.lengths()).scaledVt();
    double[] lengths = new double[vt.numCols];
    for (int j = 0; j < lengths.length; j++) {
      for (int i = 0; i < scaled.numRows; i++) {
        double value = scaled.data[i * scaled.numCols + j];
        lengths[j] += value * value;
      }
      lengths[j] = whole.lengths()[j] > 0 ? Math.sqrt(lengths[j]) : 0;
    }
    return new Side(drawn.s(), vt, drawn.rank(), lengths);
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
