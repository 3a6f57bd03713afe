package vitrine.interp.compare.measures;

import java.util.List;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.jspecify.annotations.Nullable;

/**
 * Canonical correlations in all their forms, and regression, of one pair. The estimates are from
 * the matrices themselves; so are shuffles, whose bases stay. Resamples are from covariances of the
 * rows drawn, in the coordinates of the bases.
 */
final class LinearFamily implements Family {
  /** Operations of decompositions, as multiples of the cube of the width. */
  private static final double SINGULAR_VALUES = 12;

  private static final double SINGULAR_VECTORS = 40;
  private static final double EIGENVECTORS = 30;

  private final List<Measure> measures;
  private final Options options;
  private final Bases bases;

  LinearFamily(List<Measure> measures, Bases bases, Options options) {
    this.measures = measures;
    this.options = options;
    this.bases = bases;
  }

  @Override
  public List<Measure> measures() {
    return measures;
  }

  @Override
  public int rows() {
    return bases.rowsOfX().rows();
  }

  @Override
  public double[] estimates() {
    return values(measures, bases.alignment(), options);
  }

  @Override
  public double[] shuffled(int[] order) {
    return values(measures, bases.shuffled(order), options);
  }

  @Override
  public double[] resampled(int[] units) {
    Activations a = bases.rowsOfX().choose(units).centred();
    Activations b = bases.rowsOfY().choose(units).centred();
    DMatrixRMaj dA = ProcrustesFamily.matrix(a);
    DMatrixRMaj dB = ProcrustesFamily.matrix(b);
    Alignment inCoordinates =
        Alignment.of(
            side(dA, bases.x().side()),
            Products.transposedTimes(dA, dB),
            side(dB, bases.y().side()),
            Alignment.Lengths.of(
                Basis.squaredLengths(a),
                Basis.squaredLengths(b),
                IntStream.range(0, units.length).toArray()));
    Alignment inUnits =
        new Alignment(
            turned(inCoordinates.x(), bases.x().side()),
            turned(inCoordinates.y(), bases.y().side()),
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

  /** From coordinates to the units themselves, which weights and single units ask for. */
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

  /** Each measure's number; canonical correlations are decomposed once for all. */
  static double[] values(List<Measure> measures, Alignment of, Options options) {
    Decompositions.@Nullable Svd canonical =
        measures.contains(Measure.CCA)
                && measures.contains(Measure.PWCCA)
                && of.overlap().getNumElements() > 0
            ? Decompositions.svd(of.overlap())
            : null;
    double[] values = new double[measures.size()];
    for (int i = 0; i < values.length; i++) {
      Measure measure = measures.get(i);
      values[i] =
          canonical != null && measure == Measure.CCA
              ? LinearMeasures.mean(LinearMeasures.correlations(canonical.s()))
              : canonical != null && measure == Measure.PWCCA
                  ? LinearMeasures.pwcca(of, canonical)
                  : value(measure, of, options);
    }
    return values;
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
      case CKA_RBF, RSA, NEIGHBOURS, MIN_CORRELATION ->
          throw new IllegalArgumentException(
              "compare: " + measure.label() + ": needs more than covariances");
    };
  }

  @Override
  public Cost cost() {
    double times = 0;
    for (Measure measure : measures) {
      times += measure == Measure.PWCCA ? SINGULAR_VECTORS : SINGULAR_VALUES;
    }
    double shuffle = bases.product() + times * bases.cube();
    double wide = Math.max(bases.rowsOfX().columns(), bases.rowsOfY().columns());
    double own = 2 * rows() * wide * wide + EIGENVECTORS * wide * wide * wide;
    return new Cost(shuffle + 2 * own, shuffle);
  }
}
