package vitrine.interp.stats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The sign test, and draws that statistics share. */
final class SignTestRulesTest {
  /** Against sums of binomial coefficients as exact fractions, worked out in Python. */
  @ParameterizedTest
  @CsvSource({
    "0,1,1",
    "0,5,0.0625",
    "1,10,0.021484375",
    "5,10,1",
    "4,9,1",
    "20,61,0.009853448195259264",
    "440,1000,0.00016504987055045303",
    "4800,10000,6.593515598672442e-05"
  })
  void should_be_the_binomial_share_when_answers_are_right_and_wrong(int up, int moved, double p) {
    int pairs = moved + 7; // those without a difference say nothing
    double[] first = new double[pairs];
    double[] second = new double[pairs];
    Arrays.fill(first, 0, up, 1);
    Arrays.fill(second, up, moved, 1);
    PairedTest test = SignTest.test(first, second);
    assertEquals(p, test.p(), p * 1e-10);
    assertEquals(p, SignTest.test(second, first).p(), p * 1e-10);
    assertEquals(PairedTest.Way.EXACT, test.way());
    assertEquals((2.0 * up - moved) / pairs, test.difference(), 1e-15);
    if (moved <= 50) {
      assertEquals(SignedRank.test(first, second).p(), test.p(), 1e-12, "all ranks are the same");
    }
  }

  @Test
  void should_say_nothing_when_nothing_differs() {
    assertTrue(Double.isNaN(SignTest.test(new double[] {1, 0}, new double[] {1, 0}).p()));
    assertTrue(Double.isNaN(SignTest.test(new double[] {1}, new double[] {Double.NaN}).p()));
  }

  @Test
  void should_have_the_same_ends_when_a_mean_is_taken_as_any_statistic() {
    double[] values = IntStream.range(0, 40).mapToDouble(i -> Math.exp(Math.sin(i) * 3)).toArray();
    Resampling resampling = Resampling.seeded(5);
    Interval mean = resampling.mean(values);
    Interval any =
        resampling.of(
            values.length,
            units -> IntStream.of(units).mapToDouble(unit -> values[unit]).sum() / units.length);
    assertEquals(any.low(), mean.low(), 1e-12);
    assertEquals(any.high(), mean.high(), 1e-12);
    assertEquals(mean, resampling.mean(resampling.draws(values.length), values));
  }
}
