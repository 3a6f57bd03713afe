package vitrine.interp.stats;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The rules of the package's page, and what is known by heart. */
final class StatisticsRulesTest {
  private static final double NAN = Double.NaN;

  @Test
  void should_be_exact_when_a_sum_cancels() {
    assertEquals(2, Sums.of(new double[] {1, 1e100, 1, -1e100}));
    assertEquals(Double.POSITIVE_INFINITY, Sums.of(new double[] {1, Double.POSITIVE_INFINITY, 2}));
    assertEquals(NAN, Sums.of(new double[] {1, NAN}));
  }

  @Test
  void should_pass_it_on_when_a_number_is_nan() {
    double[] one = {1, NAN, 3};
    double[] other = {1, 2, 3};
    assertEquals(NAN, Sample.mean(one));
    assertEquals(NAN, Sample.sd(one));
    assertEquals(NAN, Sample.quantile(one, 0.5));
    assertEquals(NAN, Correlation.pearson(one, other));
    assertEquals(NAN, Correlation.spearman(one, other));
    assertEquals(NAN, SignFlips.seeded(0).test(one, other).p());
    assertEquals(NAN, SignedRank.test(one, other).p());
    Interval interval = Resampling.seeded(0).mean(one);
    assertEquals(NAN, interval.estimate());
    assertFalse(interval.isKnown());
  }

  @Test
  void should_be_unknown_when_units_are_too_few() {
    assertEquals(NAN, Sample.mean(new double[0]));
    assertEquals(NAN, Sample.sd(new double[] {4}));
    assertEquals(NAN, Correlation.pearson(new double[] {1}, new double[] {1}));
    assertEquals(new Interval(4, NAN, NAN, 0.95, 1), Resampling.seeded(0).mean(new double[] {4}));
    assertEquals(new Interval(NAN, NAN, NAN, 0.95, 0), Resampling.seeded(0).mean(new double[0]));
    assertEquals(new Interval(NAN, NAN, NAN, 0.95, 0), Proportion.wilson(0, 0, 0.95));
    assertEquals(NAN, SignFlips.seeded(0).test(new double[0], new double[0]).p());
  }

  @Test
  void should_be_a_point_when_all_units_are_the_same() {
    double[] same = IntStream.range(0, 11).mapToDouble(i -> 0.1).toArray();
    assertEquals(0, Sample.sd(same));
    Interval interval = Resampling.seeded(3).mean(same);
    assertEquals(interval.low(), interval.high());
    assertEquals(0.1, interval.estimate(), 1e-16);
    double[] rising = IntStream.range(0, 11).mapToDouble(i -> i).toArray();
    assertEquals(NAN, Correlation.pearson(same, rising));
    assertEquals(NAN, Correlation.spearman(rising, same));
  }

  @Test
  void should_say_nothing_of_a_difference_when_there_is_none() {
    double[] values = {1, 2, 3};
    assertEquals(1, SignFlips.seeded(0).test(values, values).p());
    assertEquals(NAN, SignedRank.test(values, values).p());
  }

  @Test
  void should_count_every_outcome_when_pairs_are_few() {
    // All five differences point the same way: 2 of 32 outcomes are as extreme.
    PairedTest test =
        SignFlips.seeded(0).test(new double[] {2, 3, 4, 5, 6}, new double[] {1, 1, 1, 1, 1});
    assertEquals(2 / 32.0, test.p());
    assertEquals(3, test.difference());
    assertEquals(5, test.pairs());
  }

  @Test
  void should_leave_nan_out_when_tests_are_corrected() {
    assertArrayEquals(new double[] {0.02, NAN, 0.5}, Holm.adjusted(0.01, NAN, 0.5));
  }

  @Test
  void should_refuse_when_called_wrongly() {
    double[] two = {1, 2};
    double[] three = {1, 2, 3};
    List<Runnable> calls =
        List.of(
            () -> Correlation.pearson(two, three),
            () -> SignedRank.test(two, three),
            () -> SignFlips.seeded(0).test(two, three),
            () -> Holm.adjusted(1.5),
            () -> Sample.quantile(two, 1.5),
            () -> Proportion.wilson(3, 2, 0.95),
            () -> Proportion.meanOf(new int[] {1}, new int[] {2, 3}, 0.95),
            () -> Proportion.meanOf(new int[0], new int[0], 0.95),
            () -> new Interval(1, 2, 0, 0.95, 3),
            () -> new Resampling(0, 0, 0.95, Resampling.Method.BCA),
            () -> new Resampling(0, 10, 1, Resampling.Method.BCA),
            () -> new SignFlips(0, 0));
    for (Runnable call : calls) {
      assertThrows(IllegalArgumentException.class, call::run);
    }
  }

  /**
   * Each share counts the same: (0.5 + 0.25) / 2, with sqrt(0.25/10 + 0.1875/40) / 2 either way.
   */
  @Test
  void should_weigh_shares_alike_when_trials_differ() {
    Interval mean = Proportion.meanOf(new int[] {5, 10}, new int[] {10, 40}, 0.95);
    assertEquals(0.375, mean.estimate(), 1e-15);
    assertEquals(0.375 - 1.959963985 * 0.0861503, mean.low(), 1e-6);
    assertEquals(0.375 + 1.959963985 * 0.0861503, mean.high(), 1e-6);
    assertEquals(50, mean.n());
  }

  /** A 90% interval of the mean, over many samples whose mean is known: roughly 90% hold it. */
  @Test
  void should_hold_the_truth_about_as_often_as_it_says_when_repeated() {
    Resampling resampling = new Resampling(1, 400, 0.9, Resampling.Method.BCA);
    int held = 0;
    int samples = 300;
    for (int sample = 0; sample < samples; sample++) {
      double[] values = new double[40];
      for (int i = 0; i < values.length; i++) {
        double unit = vitrine.engine.hooks.SplitMix.unit(mix(sample, i));
        values[i] = -Math.log(1 - unit); // exponential, of mean 1
      }
      held += resampling.mean(values).contains(1) ? 1 : 0;
    }
    assertTrue(held >= 0.84 * samples && held <= 0.95 * samples, held + " of " + samples);
  }

  private static long mix(int sample, int place) {
    return vitrine.engine.hooks.SplitMix.next(1_000_003L * sample + place);
  }
}
