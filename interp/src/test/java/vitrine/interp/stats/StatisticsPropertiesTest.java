package vitrine.interp.stats;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** What holds for any numbers. */
final class StatisticsPropertiesTest {
  @Property(tries = 300)
  void should_be_the_exact_sum_rounded_when_added_up(
      @ForAll @Size(min = 1, max = 60) double[] values) {
    double[] bounded = Arrays.stream(values).map(each -> each % 1e12).toArray();
    BigDecimal exact =
        Arrays.stream(bounded).mapToObj(BigDecimal::new).reduce(BigDecimal.ZERO, BigDecimal::add);
    double largest = Arrays.stream(bounded).map(Math::abs).sum();
    assertEquals(
        exact.doubleValue(), Sums.of(bounded), Math.ulp(exact.doubleValue()) + 1e-29 * largest);
  }

  @Property(tries = 300)
  void should_lie_between_neighbours_when_a_quantile(
      @ForAll @Size(min = 1, max = 40) double[] values,
      @ForAll @DoubleRange(min = 0, max = 1) double share) {
    double[] sorted = Arrays.stream(values).map(each -> each % 1e12).sorted().toArray();
    double quantile = Sample.quantile(sorted, share);
    double place = share * (sorted.length - 1);
    assertTrue(quantile >= sorted[(int) Math.floor(place)]);
    assertTrue(quantile <= sorted[(int) Math.ceil(place)]);
  }

  @Property(tries = 200)
  void should_not_depend_on_scale_or_order_of_the_sides_when_correlated(
      @ForAll @Size(min = 3, max = 30) int[] seeds,
      @ForAll @DoubleRange(min = 0.01, max = 1000) double scale) {
    double[] x = Arrays.stream(seeds).mapToDouble(each -> each % 1000).toArray();
    double[] y = Arrays.stream(seeds).mapToDouble(each -> (each / 1000) % 7).toArray();
    double r = Correlation.pearson(x, y);
    assertEquals(r, Correlation.pearson(y, x), 1e-14);
    double[] scaled = Arrays.stream(x).map(each -> scale * each - 5).toArray();
    assertEquals(r, Correlation.pearson(scaled, y), 1e-9);
    double[] cubed = Arrays.stream(x).map(each -> each * each * each).toArray();
    assertEquals(Correlation.spearman(x, y), Correlation.spearman(cubed, y), 1e-14);
    assertTrue(Double.isNaN(r) || Math.abs(r) <= 1);
  }

  /** To exchange the outcomes of a unit is to turn the sign of its difference. */
  @Property(tries = 60)
  void should_be_the_sign_flips_p_when_outcomes_of_a_mean_are_exchanged(
      @ForAll @Size(min = 1, max = 14) int[] seeds) {
    double[] first = Arrays.stream(seeds).mapToDouble(each -> each % 9).toArray();
    double[] second = Arrays.stream(seeds).mapToDouble(each -> (each / 9) % 9).toArray();
    PairedTest flips = new SignFlips(3, 2000).test(first, second);
    PairedTest swaps =
        new SwapTest(3, 2000)
            .test(
                seeds.length,
                swapped -> {
                  double sum = 0;
                  for (int i = 0; i < swapped.length; i++) {
                    sum += swapped[i] ? second[i] - first[i] : first[i] - second[i];
                  }
                  return sum / swapped.length;
                });
    assertEquals(flips.difference(), swaps.difference(), 1e-12);
    // Beyond twelve units one of them counts what the other draws.
    assertEquals(flips.p(), swaps.p(), seeds.length <= 12 ? 1e-12 : 0.06);
  }

  @Property(tries = 100)
  void should_not_depend_on_the_sign_when_pairs_are_tested(
      @ForAll @Size(min = 1, max = 10) int[] seeds) {
    double[] first = Arrays.stream(seeds).mapToDouble(each -> each % 9).toArray();
    double[] second = Arrays.stream(seeds).mapToDouble(each -> (each / 9) % 9).toArray();
    PairedTest there = SignFlips.seeded(0).test(first, second);
    PairedTest back = SignFlips.seeded(0).test(second, first);
    assertEquals(there.p(), back.p());
    assertEquals(there.difference(), 0 - back.difference());
    assertEquals(SignedRank.test(first, second).p(), SignedRank.test(second, first).p(), 1e-15);
    assertTrue(there.p() > 0 && there.p() <= 1);
  }

  @Property(tries = 200)
  void should_only_grow_and_keep_the_order_when_corrected(
      @ForAll @Size(min = 1, max = 50) double[] numbers) {
    double[] p = Arrays.stream(numbers).map(each -> Math.abs(each % 1)).toArray();
    double[] adjusted = Holm.adjusted(p);
    for (int i = 0; i < p.length; i++) {
      assertTrue(adjusted[i] >= p[i] && adjusted[i] <= 1);
      for (int j = 0; j < p.length; j++) {
        assertTrue(p[i] > p[j] || adjusted[i] <= adjusted[j]);
      }
    }
    double smallest = Arrays.stream(p).min().orElseThrow();
    double least = Arrays.stream(adjusted).min().orElseThrow();
    assertEquals(Math.min(1, p.length * smallest), least, 1e-15);
  }

  @Property(tries = 200)
  void should_hold_the_share_when_wilson(
      @ForAll @IntRange(min = 0, max = 500) int successes,
      @ForAll @IntRange(min = 0, max = 500) int failures) {
    if (successes + failures == 0) {
      return;
    }
    Interval interval = Proportion.wilson(successes, successes + failures, 0.95);
    assertTrue(interval.contains(interval.estimate()), interval.toString());
    assertTrue(interval.low() >= 0 && interval.high() <= 1);
    Interval mirrored = Proportion.wilson(failures, successes + failures, 0.95);
    assertEquals(1 - interval.low(), mirrored.high(), 1e-14);
  }

  @Property(tries = 50)
  void should_draw_the_same_when_asked_in_another_order(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 50) int units) {
    Resampling resampling = Resampling.seeded(seed);
    int[] seventh = resampling.units(units, 7);
    resampling.units(units, 3);
    assertArrayEquals(seventh, resampling.units(units, 7));
    assertTrue(Arrays.stream(seventh).allMatch(unit -> unit >= 0 && unit < units));
    double[] values = Arrays.stream(seventh).mapToDouble(each -> each).toArray();
    assertEquals(resampling.mean(values), Resampling.seeded(seed).mean(values));
  }
}
