package vitrine.interp.compare.measures;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import vitrine.engine.InputException;

/** What is said of matrices that are not as one would have them. */
final class MeasuresRulesTest {
  private static Activations random(int seed, int n, int d) {
    Random random = new Random(seed);
    double[] values = new double[n * d];
    Arrays.setAll(values, i -> random.nextGaussian());
    return Activations.of("random", n, d, values);
  }

  private static Comparison compare(Activations x, Activations y, Measure... measures) {
    return Comparison.of(x, y, List.of(measures), Options.usual(0).draws(20, 20), 1);
  }

  private static Activations changed(Activations x, int column, double value) {
    double[] values = x.values().clone();
    for (int i = column; i < values.length; i += x.columns()) {
      values[i] = value;
    }
    return Activations.of("changed", x.rows(), x.columns(), values);
  }

  private static void refused(String fragment, Runnable work) {
    InputException refused = assertThrows(InputException.class, work::run);
    String message = String.valueOf(refused.getMessage());
    assertTrue(message.contains(fragment), message);
    assertEquals(1, message.lines().count());
  }

  @Test
  void should_name_the_place_when_a_number_is_none() {
    double[] values = {1, 2, 3, Double.NaN, 5, 6};
    refused("NaN at row 1, column 1", () -> Activations.of("x", 3, 2, values));
    refused(
        "an infinite number at row 0, column 0",
        () -> Activations.of("x", 2, 1, new double[] {Double.NEGATIVE_INFINITY, 1}));
  }

  @Test
  void should_be_refused_when_there_is_nothing_to_compare() {
    Activations x = random(1, 10, 3);
    refused("x has 10 rows, y has 9", () -> compare(x, random(2, 9, 3), Measure.CCA));
    refused("1 rows", () -> Activations.of("x", 1, 3, new double[3]));
    Activations flat = Activations.of("x", 10, 1, new double[10]);
    refused("y: every column is constant", () -> compare(x, flat, Measure.CKA_LINEAR));
  }

  @Test
  void should_say_how_many_are_one_when_examples_are_fewer_than_units() {
    Comparison comparison = compare(random(1, 20, 15), random(2, 20, 12), Measure.CCA, Measure.RSA);
    double[] rho = Objects.requireNonNull(comparison.extras().canonical()).rho();
    String warning = comparison.warnings().getFirst();
    assertTrue(warning.contains("at least 8 of the 12"), warning);
    assertEquals(1, rho[7], 1e-12);
    assertTrue(rho[8] < 1 - 1e-6);
    assertFalse(warning.contains("rsa"), warning);
  }

  @Test
  void should_warn_when_examples_are_not_well_above_units() {
    String warning =
        compare(random(1, 60, 8), random(2, 60, 8), Measure.SVCCA).warnings().getFirst();
    assertTrue(warning.startsWith("svcca: 60 examples for ranks 8 and 8"), warning);
    assertEquals(List.of(), compare(random(1, 90, 8), random(2, 90, 8), Measure.CCA).warnings());
  }

  @Test
  void should_count_as_nothing_when_a_column_is_constant_or_repeats_another() {
    Activations x = random(1, 100, 4);
    Activations y = random(2, 100, 3);
    double expected = compare(x, y, Measure.CCA).findings().getFirst().estimate();
    double[] wide = new double[100 * 6];
    for (int i = 0; i < 100; i++) {
      System.arraycopy(x.values(), i * 4, wide, i * 6, 4);
      wide[i * 6 + 4] = 1e9 / 3;
      wide[i * 6 + 5] = x.at(i, 2);
    }
    Comparison comparison = compare(Activations.of("wide", 100, 6, wide), y, Measure.CCA);
    assertEquals(expected, comparison.findings().getFirst().estimate(), 1e-10);
    assertEquals(4, Objects.requireNonNull(comparison.extras().ranks()).x());
    assertTrue(
        comparison.warnings().toString().contains("x: 1 of 6 columns are constant"),
        comparison.warnings().toString());
    assertTrue(comparison.warnings().toString().contains("rank 4, of 5 columns that vary"));
  }

  @Test
  void should_name_the_column_when_one_has_most_of_the_variance() {
    Activations x = random(1, 100, 5);
    double[] values = x.values().clone();
    for (int i = 3; i < values.length; i += 5) {
      values[i] *= 30;
    }
    Comparison comparison =
        compare(Activations.of("x", 100, 5, values), random(2, 100, 5), Measure.CKA_LINEAR);
    assertTrue(
        comparison.warnings().getFirst().startsWith("x: column 3 has 99."),
        comparison.warnings().toString());
  }

  @Test
  void should_be_undefined_and_say_why_when_there_is_no_answer() {
    Activations x = random(1, 3, 4);
    Comparison three = compare(x, random(2, 3, 4), Measure.CKA_UNBIASED);
    assertTrue(Double.isNaN(three.findings().getFirst().estimate()));
    assertTrue(three.warnings().toString().contains("four examples"));
    Activations single = random(3, 10, 1);
    Comparison rows = compare(single, random(4, 10, 3), Measure.RSA);
    assertTrue(Double.isNaN(rows.findings().getFirst().estimate()));
    assertTrue(rows.warnings().toString().contains("a row has no variance"));
    double[] alike = new double[10];
    alike[0] = 1;
    Comparison kernel =
        compare(Activations.of("x", 10, 1, alike), single, Measure.CKA_RBF, Measure.CCA);
    assertTrue(Double.isNaN(kernel.findings().getFirst().estimate()));
    assertFalse(Double.isNaN(kernel.findings().get(1).estimate()));
    assertTrue(kernel.warnings().toString().contains("no bandwidth"));
  }

  @Test
  void should_say_which_rows_when_there_are_more_than_all_pairs_allow() {
    Activations x = random(1, 300, 3);
    Options small = Options.usual(4).sampling(100).draws(0, 0);
    Comparison comparison =
        Comparison.of(x, random(2, 300, 3), List.of(Measure.CKA_RBF, Measure.CCA), small, 1);
    assertEquals(100, comparison.findings().getFirst().interval().n());
    assertEquals(300, comparison.findings().get(1).interval().n());
    assertTrue(
        comparison.warnings().getFirst().startsWith("cka-rbf: of 100 of 300 rows, drawn by seed 4"),
        comparison.warnings().toString());
  }

  @Test
  void should_stay_when_numbers_are_huge_or_tiny() {
    Activations x = random(1, 40, 3);
    Activations y = random(2, 40, 4);
    for (Measure measure : Measure.values()) {
      double expected = compare(x, y, measure).findings().getFirst().estimate();
      for (int exponent : new int[] {1000, -1000}) {
        double[] values = x.values().clone();
        Arrays.setAll(values, i -> Math.scalb(values[i], exponent));
        double found =
            compare(Activations.of("x", 40, 3, values), y, measure)
                .findings()
                .getFirst()
                .estimate();
        assertEquals(expected, found, 1e-14, measure.label());
      }
    }
  }

  /** Sums of shifted rows, where E[xy] - E[x]E[y] would have lost every digit. */
  @Test
  void should_keep_their_digits_when_streams_are_far_from_zero() {
    Activations x = random(1, 2000, 3);
    double[] far = x.values().clone();
    Arrays.setAll(far, i -> Math.scalb(Math.rint(Math.scalb(far[i], 20)), -20) + (1L << 30));
    double[] near = far.clone();
    Arrays.setAll(near, i -> near[i] - (1L << 30));
    CrossMoments a = new CrossMoments(3, 3);
    a.add(Activations.of("far", 2000, 3, far), Activations.of("far", 2000, 3, far));
    CrossMoments b = new CrossMoments(3, 3);
    b.add(Activations.of("near", 2000, 3, near), Activations.of("near", 2000, 3, near));
    for (int i = 0; i < 9; i++) {
      assertEquals(b.products().data[i], a.products().data[i], 1e-9 * 2000);
    }
  }

  @Test
  void should_be_zero_exactly_when_a_constant_column_streams() {
    Activations x = changed(random(1, 1500, 3), 1, 0.1);
    CrossMoments moments = new CrossMoments(3, 3);
    moments.add(x, x);
    assertEquals(0, moments.side(1e-6).lengths()[1]);
    assertEquals(2, moments.side(1e-6).rank());
  }

  /** One example unlike all others: of H(K,K) only rounding is left, and any number would come. */
  @Test
  void should_be_undefined_when_nothing_but_rounding_is_left_of_the_unbiased_estimate() {
    int undefined = 0;
    for (int n = 5; n < 40; n++) {
      double[] values = new double[n * 3];
      Arrays.setAll(values, i -> i < 3 ? 0.1 * (i + 1) : 0.7);
      Activations x = Activations.of("odd", n, 3, values);
      double found =
          compare(x, random(n, n, 3), Measure.CKA_UNBIASED).findings().getFirst().estimate();
      undefined += Double.isNaN(found) ? 1 : 0;
    }
    assertEquals(35, undefined);
  }

  @Test
  void should_warn_of_every_measure_when_examples_are_few() {
    Comparison comparison =
        Comparison.of(
            random(1, 20, 100),
            random(2, 20, 90),
            List.of(Measure.values()),
            Options.usual(0).draws(0, 0),
            1);
    for (Measure measure : Measure.values()) {
      assertTrue(
          comparison.warnings().stream()
              .anyMatch(warning ->
                  warning.contains(measure.label()) && warning.contains("20 examples for ranks")),
          measure.label() + ": " + comparison.warnings());
    }
  }

  /** Ties that exist in the data are ties, however they were rounded. */
  @Test
  void should_tie_dissimilarities_when_only_rounding_tells_them_apart() {
    Random random = new Random(5);
    double[] values = new double[60 * 7];
    Arrays.setAll(values, i -> random.nextInt(2));
    for (int i = 0; i < 60; i++) {
      values[i * 7] = 1 - values[i * 7 + 1]; // no row of one number alone
    }
    Activations x = Activations.of("bits", 60, 7, values);
    Activations y = random(3, 60, 4);
    double expected = compare(x, y, Measure.RSA).findings().getFirst().estimate();
    for (double factor : new double[] {3, 0.1, 1.0 / 7}) {
      double[] other = values.clone();
      Arrays.setAll(other, i -> other[i] * factor + 0.3);
      Activations moved = Activations.of("moved", 60, 7, other);
      assertEquals(
          expected, compare(moved, y, Measure.RSA).findings().getFirst().estimate(), 1e-14);
    }
  }

  @Test
  void should_be_the_worst_of_the_best_when_units_are_sought_on_several_sides() {
    Activations x = random(1, 50, 3);
    Activations first = random(2, 50, 2);
    Activations second = random(3, 50, 4);
    List<Measure> both = List.of(Measure.MAX_CORRELATION, Measure.MIN_CORRELATION);
    Comparison comparison =
        Comparison.of(x, first, List.of(second), both, Options.usual(0).draws(5, 5), 1);
    double[] one = comparison.extras().units().get(0).values();
    double[] least = comparison.extras().units().get(1).values();
    double[] other =
        compare(x, second, Measure.MAX_CORRELATION).extras().units().getFirst().values();
    for (int i = 0; i < 3; i++) {
      assertEquals(Math.min(one[i], other[i]), least[i]);
    }
    Comparison alone = compare(x, first, Measure.MIN_CORRELATION);
    assertTrue(
        alone.warnings().toString().contains("of one other side"), alone.warnings().toString());
    refused(
        "also has 49",
        () -> Comparison.of(x, first, List.of(random(3, 49, 4)), both, Options.usual(0), 1));
  }

  /** Below what squares can tell from rounding, no direction counts. */
  @Test
  void should_count_no_rounding_when_a_stream_is_asked_for_a_tiny_tolerance() {
    Activations x = random(1, 500, 6);
    double[] wide = new double[500 * 12];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = x.at(i / 12, i % 6) + (i % 12 < 6 ? 0 : x.at(i / 12, (i + 1) % 6));
    }
    CrossMoments moments = new CrossMoments(12, 12);
    Activations all = Activations.of("wide", 500, 12, wide);
    moments.add(all, all);
    assertEquals(6, moments.side(1e-12).rank());
  }

  @Test
  void should_be_the_rest_when_some_rows_are_taken_out_of_a_stream() {
    Activations x = random(1, 300, 4);
    double[] far = x.values().clone();
    Arrays.setAll(far, i -> far[i] + 100);
    Activations y = Activations.of("far", 300, 4, far);
    int[] some = java.util.stream.IntStream.range(40, 130).toArray();
    int[] others =
        java.util.stream.IntStream.range(0, 300).filter(i -> i < 40 || i >= 130).toArray();
    CrossMoments all = new CrossMoments(4, 4);
    all.add(x, y);
    CrossMoments part = new CrossMoments(4, 4);
    part.add(x.choose(some), y.choose(some));
    CrossMoments expected = new CrossMoments(4, 4);
    expected.add(x.choose(others), y.choose(others));
    CrossMoments rest = all.without(part.part());
    assertEquals(210, rest.rows());
    for (int i = 0; i < 16; i++) {
      assertEquals(expected.products().data[i], rest.products().data[i], 1e-9);
    }
    for (int i = 0; i < 3; i++) {
      double length = expected.totals().lengths()[i];
      assertEquals(length, rest.totals().lengths()[i], 1e-11 * length);
    }
  }
}
