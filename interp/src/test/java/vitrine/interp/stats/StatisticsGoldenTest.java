package vitrine.interp.stats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Against scipy and numpy; tests/generators/statistics_fixtures.py made the expected values. */
final class StatisticsGoldenTest {
  private static final JsonNode EXPECTED = read();

  private static JsonNode read() {
    try (InputStream in = StatisticsGoldenTest.class.getResourceAsStream("statistics.json")) {
      return JsonMapper.builder().build().readTree(in);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<JsonNode> cases(String name, int least) {
    List<JsonNode> cases = new ArrayList<>();
    EXPECTED.get(name).forEach(cases::add);
    assertTrue(cases.size() >= least, name + ": " + cases.size() + " cases");
    return cases;
  }

  private static double[] numbers(JsonNode array) {
    double[] numbers = new double[array.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = array.get(i).doubleValue();
    }
    return numbers;
  }

  private static double number(JsonNode of, String name) {
    return of.get(name).doubleValue();
  }

  private static void close(double expected, double actual, double relative, String what) {
    assertEquals(expected, actual, Math.max(1e-300, relative * Math.abs(expected)), what);
  }

  @Test
  void should_equal_numpy_when_a_sample_is_described() {
    for (JsonNode each : cases("samples", 5)) {
      double[] values = numbers(each.get("values"));
      close(number(each, "mean"), Sample.mean(values), 1e-15, "mean of " + values.length);
      close(number(each, "sd"), Sample.sd(values), 1e-13, "sd of " + values.length);
      for (JsonNode quantile : each.get("quantiles")) {
        double share = quantile.get(0).doubleValue();
        close(quantile.get(1).doubleValue(), Sample.quantile(values, share), 1e-14, "at " + share);
      }
    }
  }

  @Test
  void should_equal_scipy_when_the_resamples_are_the_same() {
    for (JsonNode each : cases("bootstraps", 10)) {
      double[] values = numbers(each.get("values"));
      Resampling resampling =
          new Resampling(
              each.get("seed").longValue(),
              each.get("resamples").intValue(),
              number(each, "level"),
              Resampling.Method.valueOf(each.get("method").stringValue()));
      boolean isMean = each.get("statistic").stringValue().equals("mean");
      Interval interval =
          isMean
              ? resampling.mean(values)
              : resampling.of(values.length, units -> Sample.sd(chosen(values, units)));
      close(number(each, "estimate"), interval.estimate(), 1e-13, each.toString());
      close(number(each, "low"), interval.low(), 1e-10, each.toString());
      close(number(each, "high"), interval.high(), 1e-10, each.toString());
    }
  }

  private static double[] chosen(double[] values, int[] units) {
    double[] chosen = new double[units.length];
    for (int i = 0; i < units.length; i++) {
      chosen[i] = values[units[i]];
    }
    return chosen;
  }

  @Test
  void should_equal_numpy_when_sentences_are_resampled_whole() {
    JsonNode expected = EXPECTED.get("tokens");
    List<double[]> sentences = new ArrayList<>();
    expected.get("sentences").forEach(each -> sentences.add(numbers(each)));
    Interval interval =
        new Resampling(
                expected.get("seed").longValue(),
                expected.get("resamples").intValue(),
                0.95,
                Resampling.Method.PERCENTILE)
            .meanOfTokens(sentences);
    close(number(expected, "estimate"), interval.estimate(), 1e-13, "estimate");
    close(number(expected, "low"), interval.low(), 1e-13, "low");
    close(number(expected, "high"), interval.high(), 1e-13, "high");
    assertEquals(sentences.size(), interval.n());
  }

  @Test
  void should_equal_scipy_when_pairs_are_tested() {
    int flips = 0;
    for (JsonNode each : cases("paired", 6)) {
      double[] first = numbers(each.get("first"));
      double[] second = numbers(each.get("second"));
      PairedTest ranks = SignedRank.test(first, second);
      close(number(each, "signed_rank"), ranks.p(), 1e-10, each.toString());
      assertEquals(number(each, "difference"), ranks.difference(), 1e-13);
      if (each.has("sign_flips")) {
        flips++;
        PairedTest test = SignFlips.seeded(0).test(first, second);
        close(number(each, "sign_flips"), test.p(), 1e-13, each.toString());
        assertEquals(PairedTest.Way.EXACT, test.way());
      }
    }
    assertEquals(4, flips);
  }

  @Test
  void should_equal_the_same_draws_in_numpy_when_signs_are_sampled() {
    JsonNode expected = EXPECTED.get("sampled_flips");
    double[] differences = numbers(expected.get("differences"));
    PairedTest test =
        new SignFlips(expected.get("seed").longValue(), expected.get("draws").intValue())
            .test(differences, new double[differences.length]);
    assertEquals(number(expected, "p"), test.p());
    assertEquals(PairedTest.Way.SAMPLED, test.way());
  }

  @Test
  void should_equal_scipy_when_numbers_are_correlated() {
    for (JsonNode each : cases("correlations", 5)) {
      double[] x = numbers(each.get("x"));
      double[] y = numbers(each.get("y"));
      // Of numbers about 1e9 with differences of 1e-3, the mean's last bit is 1e-4 of them.
      double tolerance = x[0] > 1e8 ? 1e-6 : 1e-13;
      assertEquals(number(each, "pearson"), Correlation.pearson(x, y), tolerance, each.toString());
      assertEquals(number(each, "spearman"), Correlation.spearman(x, y), 1e-14, each.toString());
    }
  }

  @Test
  void should_equal_scipy_when_a_proportion_is_bounded() {
    for (JsonNode each : cases("wilson", 5)) {
      Interval interval =
          Proportion.wilson(
              each.get("successes").intValue(),
              each.get("trials").intValue(),
              number(each, "level"));
      assertEquals(number(each, "low"), interval.low(), 1e-14, each.toString());
      assertEquals(number(each, "high"), interval.high(), 1e-14, each.toString());
    }
  }

  @Test
  void should_equal_scipy_when_the_normal_distribution_is_asked() {
    for (JsonNode pair : EXPECTED.get("normal").get("below")) {
      double x = pair.get(0).doubleValue();
      close(pair.get(1).doubleValue(), Normal.below(x), 1e-12, "below " + x);
    }
    for (JsonNode pair : EXPECTED.get("normal").get("quantile")) {
      double share = pair.get(0).doubleValue();
      double expected = pair.get(1).doubleValue();
      assertEquals(
          expected, Normal.quantile(share), 1e-15 + 1e-13 * Math.abs(expected), "at " + share);
    }
  }

  @Test
  void should_follow_the_paper_when_many_tests_are_corrected() {
    for (JsonNode each : cases("holm", 4)) {
      double[] expected = numbers(each.get("adjusted"));
      double[] actual = Holm.adjusted(numbers(each.get("p")));
      for (int i = 0; i < expected.length; i++) {
        close(expected[i], actual[i], 1e-15, "test " + i + " of " + expected.length);
      }
    }
  }
}
