package vitrine.interp.compare.measures;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.RandomMatrices_DDRM;

/** What each measure must not notice, and that streams see what all rows at once are. */
final class MeasuresPropertiesTest {
  private static final List<Measure> ALL = List.of(Measure.values());

  private static Activations random(Random random, int n, int d) {
    DMatrixRMaj matrix = new DMatrixRMaj(n, d);
    RandomMatrices_DDRM.fillGaussian(matrix, 0, 1, random);
    return Activations.of("random", n, d, matrix.data);
  }

  /** Of some directions in common. */
  private static Activations related(Random random, Activations x, int d) {
    DMatrixRMaj map = new DMatrixRMaj(x.columns(), d);
    RandomMatrices_DDRM.fillGaussian(map, 0, 1, random);
    Activations mapped = times(x, map);
    double[] values = mapped.values().clone();
    for (int i = 0; i < values.length; i++) {
      values[i] += random.nextGaussian();
    }
    return Activations.of("related", x.rows(), d, values);
  }

  private static Activations times(Activations x, DMatrixRMaj map) {
    DMatrixRMaj product = new DMatrixRMaj(x.rows(), map.numCols);
    CommonOps_DDRM.mult(DMatrixRMaj.wrap(x.rows(), x.columns(), x.values()), map, product);
    return Activations.of("product", x.rows(), map.numCols, product.data);
  }

  private static Activations moved(Activations x, double factor, double shift) {
    double[] values = x.values().clone();
    for (int i = 0; i < values.length; i++) {
      values[i] = values[i] * factor + shift * (i % x.columns() + 1);
    }
    return Activations.of("moved", x.rows(), x.columns(), values);
  }

  private static double value(Measure measure, Activations x, Activations y) {
    return Comparison.of(x, y, List.of(measure), Options.usual(0).draws(0, 0), 1)
        .findings()
        .getFirst()
        .estimate();
  }

  private static DMatrixRMaj rotation(Random random, int d) {
    return RandomMatrices_DDRM.orthogonal(d, d, random);
  }

  /** Well away from singular: A rotation, axes stretched up to threefold, another rotation. */
  private static DMatrixRMaj invertible(Random random, int d) {
    DMatrixRMaj stretched = rotation(random, d);
    for (int i = 0; i < d; i++) {
      double factor = 1 + 2 * random.nextDouble();
      for (int j = 0; j < d; j++) {
        stretched.set(i, j, stretched.get(i, j) * factor);
      }
    }
    DMatrixRMaj map = new DMatrixRMaj(d, d);
    CommonOps_DDRM.mult(rotation(random, d), stretched, map);
    return map;
  }

  @Property(tries = 40)
  void should_stay_when_canonical_correlations_see_an_invertible_map(
      @ForAll int seed,
      @ForAll @IntRange(min = 2, max = 8) int dx,
      @ForAll @IntRange(min = 2, max = 8) int dy) {
    Random random = new Random(seed);
    Activations x = random(random, 40, dx);
    Activations y = related(random, x, dy);
    Activations mapped = moved(times(x, invertible(random, dx)), 3.7, 11);
    assertEquals(value(Measure.CCA, x, y), value(Measure.CCA, mapped, y), 1e-10);
    assertEquals(value(Measure.REGRESSION, y, x), value(Measure.REGRESSION, y, mapped), 1e-10);
    // PWCCA's weights are X's: a map of Y is not noticed, one of X is.
    assertEquals(value(Measure.PWCCA, y, x), value(Measure.PWCCA, y, mapped), 1e-9);
  }

  @Property(tries = 30)
  void should_stay_when_a_side_is_turned_scaled_and_moved(
      @ForAll int seed, @ForAll @IntRange(min = 2, max = 7) int d) {
    Random random = new Random(seed);
    Activations x = random(random, 30, d);
    Activations y = related(random, x, d + 1);
    Activations turned = times(x, rotation(random, d));
    for (Measure measure :
        List.of(
            Measure.CCA,
            Measure.SVCCA,
            Measure.CKA_LINEAR,
            Measure.CKA_UNBIASED,
            Measure.CKA_RBF,
            Measure.PROCRUSTES)) {
      double expected = value(measure, x, y);
      assertEquals(expected, value(measure, moved(turned, 0.031, -2), y), 1e-9, measure.label());
    }
    for (Measure measure : List.of(Measure.RSA, Measure.NEIGHBOURS)) {
      // Of rows' angles and correlations: a factor changes nothing.
      assertEquals(
          value(measure, x, y), value(measure, moved(x, 512, 0), y), 1e-12, measure.label());
    }
    Options distances =
        Options.usual(0)
            .draws(0, 0)
            .rsa(Options.Dissimilarity.EUCLIDEAN, Options.Agreement.PEARSON);
    List<Measure> rsa = List.of(Measure.RSA);
    assertEquals(
        Comparison.of(x, y, rsa, distances, 1).findings().getFirst().estimate(),
        Comparison.of(moved(turned, 7, 5), y, rsa, distances, 1).findings().getFirst().estimate(),
        1e-10);
  }

  @Property(tries = 30)
  void should_be_one_when_both_sides_are_the_same(
      @ForAll int seed,
      @ForAll @IntRange(min = 12, max = 40) int n,
      @ForAll @IntRange(min = 3, max = 20) int d) {
    Activations x = random(new Random(seed), n, d);
    for (Finding finding : Comparison.of(x, x, ALL, Options.usual(0).draws(0, 0), 1).findings()) {
      assertEquals(1, finding.estimate(), 1e-12, finding.measure().label());
    }
  }

  @Property(tries = 30)
  void should_be_the_same_when_the_sides_change_places(
      @ForAll int seed, @ForAll @IntRange(min = 2, max = 25) int dx) {
    Random random = new Random(seed);
    Activations x = random(random, 24, dx);
    Activations y = related(random, x, 5);
    int checked = 0;
    for (Measure measure : ALL) {
      if (!measure.isDirected()) {
        assertEquals(value(measure, x, y), value(measure, y, x), 1e-11, measure.label());
        checked++;
      }
    }
    assertEquals(8, checked);
  }

  private static double streamed(
      Measure measure, CrossMoments xx, CrossMoments xy, CrossMoments yy) {
    return LinearFamily.value(
        measure,
        CrossMoments.alignment(xx, xx.side(1e-6), xy, yy, yy.side(1e-6)),
        Options.usual(0));
  }

  private static CrossMoments moments(Activations a, Activations b, int... cuts) {
    CrossMoments all = new CrossMoments(a.columns(), b.columns());
    int from = 0;
    for (int i = 0; i <= cuts.length; i++) {
      int to = i < cuts.length ? cuts[i] : a.rows();
      int[] rows = java.util.stream.IntStream.range(from, to).toArray();
      if (rows.length > 0) {
        all.add(a.choose(rows), b.choose(rows));
      }
      from = to;
    }
    return all;
  }

  @Property(tries = 40)
  void should_be_what_all_rows_at_once_give_when_they_stream(
      @ForAll int seed, @ForAll @IntRange(min = 1, max = 899) int cut) {
    Random random = new Random(seed);
    Activations x = moved(random(random, 900, 6), 1, 30);
    Activations y = related(random, x, 4);
    int late = Math.min(899, cut + 5);
    for (Measure measure : ALL) {
      if (measure.streams()) {
        double streamed =
            streamed(
                measure,
                moments(x, x, cut, late),
                moments(x, y, cut, late),
                moments(y, y, cut, late));
        assertEquals(value(measure, x, y), streamed, 1e-10, measure.label());
      }
    }
  }

  @Property(tries = 40)
  void should_not_matter_when_parts_are_merged_in_another_order(@ForAll int seed) {
    Random random = new Random(seed);
    Activations x = moved(random(random, 600, 5), 1, 100);
    Activations y = related(random, x, 3);
    CrossMoments forwards = new CrossMoments(5, 3);
    CrossMoments backwards = new CrossMoments(5, 3);
    for (int part = 0; part < 6; part++) {
      forwards.merge(part(x, y, part));
      backwards.merge(part(x, y, 5 - part));
    }
    CrossMoments whole = moments(x, y);
    double scale = largest(whole);
    for (int i = 0; i < 15; i++) {
      double expected = whole.products().data[i];
      assertEquals(expected, forwards.products().data[i], 1e-12 * scale);
      assertEquals(forwards.products().data[i], backwards.products().data[i], 1e-12 * scale);
    }
    assertEquals(600, forwards.rows());
  }

  private static double largest(CrossMoments moments) {
    double largest = 0;
    for (double value : moments.products().data) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }

  private static CrossMoments part(Activations x, Activations y, int part) {
    int[] rows = java.util.stream.IntStream.range(part * 100, part * 100 + 100).toArray();
    CrossMoments moments = new CrossMoments(x.columns(), y.columns());
    moments.add(x.choose(rows), y.choose(rows));
    return moments;
  }

  @Property(tries = 10)
  void should_hold_the_estimate_and_beat_chance_when_sides_are_related(@ForAll int seed) {
    Random random = new Random(seed);
    Activations x = random(random, 80, 3);
    Activations y = related(random, x, 4);
    Comparison comparison = Comparison.of(x, y, ALL, Options.usual(seed).draws(40, 40), 2);
    for (Finding finding : comparison.findings()) {
      String name = finding.measure().label();
      assertTrue(finding.interval().isKnown(), name);
      assertTrue(finding.interval().contains(finding.estimate()), name);
      assertTrue(finding.baseline().mean() < finding.estimate(), name);
      assertEquals(80, finding.interval().n(), name);
    }
    Comparison again = Comparison.of(x, y, ALL, Options.usual(seed).draws(40, 40), 1);
    assertEquals(comparison.findings(), again.findings(), "the number of threads");
  }
}
