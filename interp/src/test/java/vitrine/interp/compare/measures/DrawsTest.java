package vitrine.interp.compare.measures;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How many draws there are, what is said of them, and that each family draws as all others. */
final class DrawsTest {
  private static Activations random(int seed, int n, int d) {
    Random random = new Random(seed);
    double[] values = new double[n * d];
    Arrays.setAll(values, i -> random.nextGaussian());
    return Activations.of("random", n, d, values);
  }

  /** Draws that cost so many operations each. */
  private record Costing(double resample, double shuffle) implements Family {
    @Override
    public List<Measure> measures() {
      return List.of(Measure.CCA);
    }

    @Override
    public int rows() {
      return 10;
    }

    @Override
    public double[] estimates() {
      return new double[] {0.5};
    }

    @Override
    public double[] shuffled(int[] order) {
      return new double[] {0.1 * order[0]};
    }

    @Override
    public double[] resampled(int[] units) {
      return new double[] {0.1 * units[0]};
    }

    @Override
    public Cost cost() {
      return new Cost(resample, shuffle);
    }
  }

  private static Finding finding(Draws draws) {
    return draws.findings(new double[] {0.5}).getFirst();
  }

  @Test
  void should_have_a_baseline_and_say_what_is_missing_when_draws_are_slow() {
    Draws slow = new Draws(new Costing(1e12, 1e12), Options.usual(0), 1);
    assertEquals(0, finding(slow).spread().resamples());
    assertEquals(10, finding(slow).baseline().shuffles());
    assertEquals(
        "cca: no interval, chance of 10 shuffles, because more take long; --resamples 200 has the usual",
        slow.warning());
    Draws half = new Draws(new Costing(1e9, 1e6), Options.usual(0), 1);
    assertEquals(20, finding(half).spread().resamples());
    assertEquals(100, finding(half).baseline().shuffles());
    assertTrue(String.valueOf(half.warning()).startsWith("cca: interval of 20 resamples, because"));
    assertNull(new Draws(new Costing(1, 1), Options.usual(0), 1).warning());
    Draws asked = new Draws(new Costing(1e12, 1e12), Options.usual(0).draws(3, 0), 1);
    assertEquals(3, finding(asked).spread().resamples());
    assertEquals(0, finding(asked).baseline().shuffles());
    assertNull(asked.warning());
  }

  @Test
  void should_narrow_the_interval_when_draws_are_of_fewer_rows() {
    Options options = Options.usual(0).draws(200, 0);
    Finding same = finding(new Draws(new Costing(1, 1), options, 1));
    Finding four = finding(new Draws(new Costing(1, 1), 40, options, 1));
    assertEquals(40, four.interval().n());
    assertEquals(10, four.spread().rows());
    double width = same.interval().high() - same.interval().low();
    assertEquals(width / 2, four.interval().high() - four.interval().low(), 1e-12);
  }

  /** Of 384 units each of 600 examples: what once had neither interval nor chance, and no word. */
  @Test
  void should_have_a_baseline_for_every_measure_when_sides_are_wide() {
    Activations x = random(1, 600, 200);
    Activations y = random(2, 600, 150);
    Comparison comparison = Comparison.of(x, y, Measure.all(), Options.usual(0), 2);
    for (Finding finding : comparison.findings()) {
      String name = finding.measure().label();
      assertTrue(finding.baseline().shuffles() >= 10, name);
      assertTrue(finding.baseline().mean() > -1, name);
      boolean told =
          comparison.warnings().stream()
              .anyMatch(warning -> warning.contains(name) && warning.contains("--resamples"));
      assertEquals(finding.spread().resamples() < 200, told, name);
    }
    assertTrue(comparison.findings().get(3).interval().isKnown(), "cka-linear");
  }

  /** Either way to linear CKA: kernels, or covariances. */
  @Test
  void should_draw_the_same_when_linear_cka_has_two_ways() {
    List<Measure> both = List.of(Measure.CKA_LINEAR, Measure.CKA_UNBIASED);
    Activations x = random(1, 50, 8);
    Activations y = random(2, 50, 11);
    Family kernels =
        new KernelFamily(both, KernelFamily.Kernel.linear(x, 1), KernelFamily.Kernel.linear(y, 1));
    Family covariances = new CovarianceFamily(both, x, y);
    int[] order = new Random(3).ints(50, 0, 50).toArray();
    int[] permutation = IntStream.range(0, 50).map(i -> (i * 7 + 3) % 50).toArray();
    for (int i = 0; i < 2; i++) {
      assertEquals(covariances.estimates()[i], kernels.estimates()[i], 1e-13);
      assertEquals(covariances.shuffled(permutation)[i], kernels.shuffled(permutation)[i], 1e-13);
      assertEquals(covariances.resampled(order)[i], kernels.resampled(order)[i], 1e-13);
    }
    Comparison drawn =
        Comparison.of(x.choose(order), y.choose(order), both, Options.usual(0).draws(0, 0), 1);
    assertEquals(drawn.findings().get(1).estimate(), kernels.resampled(order)[1], 1e-13);
  }

  /** What a resample or a shuffle is: the measure of the rows drawn. */
  @Test
  void should_be_the_measure_of_the_rows_drawn_when_families_draw() {
    Activations x = random(1, 40, 5);
    Activations y = random(2, 40, 4);
    int[] permutation = IntStream.range(0, 40).map(i -> (i * 7 + 3) % 40).toArray();
    Options options = Options.usual(0).draws(0, 0);
    Bases bases = new Bases(x, y, 1e-6, 1);
    List<Family> families =
        List.of(
            new LinearFamily(
                List.of(Measure.CCA, Measure.PWCCA, Measure.SVCCA, Measure.REGRESSION),
                bases,
                options),
            new ProcrustesFamily(bases),
            new UnitFamily(
                List.of(Measure.MAX_CORRELATION, Measure.MIN_CORRELATION), x, List.of(y)),
            Comparer.pairwise(Measure.RSA, x, y, options, 1),
            Comparer.pairwise(Measure.CKA_RBF, x, y, options, 1),
            Comparer.pairwise(Measure.NEIGHBOURS, x, y, options, 1));
    int checked = 0;
    for (Family family : families) {
      Comparison shuffled = Comparison.of(x, y.choose(permutation), family.measures(), options, 1);
      for (int i = 0; i < family.measures().size(); i++) {
        Measure measure = family.measures().get(i);
        assertEquals(
            shuffled.findings().get(i).estimate(),
            family.shuffled(permutation)[i],
            1e-12,
            measure.label());
        checked++;
      }
    }
    assertEquals(10, checked);
    int[] units = new Random(3).ints(40, 0, 40).toArray();
    for (Family family : families.subList(0, 3)) {
      Comparison resampled =
          Comparison.of(x.choose(units), y.choose(units), family.measures(), options, 1);
      for (int i = 0; i < family.measures().size(); i++) {
        assertEquals(
            resampled.findings().get(i).estimate(),
            family.resampled(units)[i],
            1e-7,
            family.measures().get(i).label());
      }
    }
  }

  @Test
  void should_take_no_decomposition_when_no_measure_needs_one() {
    Activations x = random(1, 30, 3);
    Comparison comparison = Comparison.of(x, x, List.of(Measure.RSA), Options.usual(0), 1);
    assertNull(comparison.extras().ranks());
    assertEquals(1, comparison.findings().getFirst().estimate(), 1e-12);
    assertFalse(comparison.findings().isEmpty());
  }

  @Test
  void should_look_at_all_rows_when_draws_take_fewer() {
    Activations x = random(1, 2500, 2);
    Activations y = random(2, 2500, 2);
    Options options = Options.usual(0).draws(2, 2);
    Finding rbf = Comparison.of(x, y, List.of(Measure.CKA_RBF), options, 2).findings().getFirst();
    assertEquals(2500, rbf.interval().n());
    assertEquals(Comparer.DRAWN_ROWS, rbf.spread().rows());
    assertEquals(Comparer.DRAWN_ROWS, rbf.baseline().rows());
    assertEquals(Comparison.value(Measure.CKA_RBF, x, y, options), rbf.estimate());
  }
}
