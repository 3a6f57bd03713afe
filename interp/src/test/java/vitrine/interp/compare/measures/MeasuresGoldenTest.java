package vitrine.interp.compare.measures;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Against numpy; tests/generators/compare_fixtures.py made the expected values. */
final class MeasuresGoldenTest {
  /** Of all digits of a double a few go in decompositions. */
  private static final double TOLERANCE = 1e-11;

  private static final List<JsonNode> CASES = read();

  private static List<JsonNode> read() {
    try (InputStream in = MeasuresGoldenTest.class.getResourceAsStream("measures.json")) {
      List<JsonNode> cases = new ArrayList<>();
      JsonMapper.builder().build().readTree(in).forEach(cases::add);
      return cases;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Activations matrix(JsonNode rows) {
    int columns = rows.get(0).size();
    double[] values = new double[rows.size() * columns];
    for (int i = 0; i < values.length; i++) {
      values[i] = rows.get(i / columns).get(i % columns).doubleValue();
    }
    return Activations.of("case", rows.size(), columns, values);
  }

  private static double value(Comparison comparison, Measure measure) {
    return comparison.findings().stream()
        .filter(finding -> finding.measure() == measure)
        .findFirst()
        .orElseThrow()
        .estimate();
  }

  private static Options options() {
    return Options.usual(0).draws(0, 0);
  }

  private static Comparison compare(JsonNode each, Options options) {
    return Comparison.of(
        matrix(each.get("x")),
        matrix(each.get("y")),
        List.of(matrix(each.get("also"))),
        List.of(Measure.values()),
        options,
        1);
  }

  @Test
  void should_equal_numpy_when_every_measure_is_taken() {
    int checked = 0;
    assertEquals(15, CASES.size());
    for (JsonNode each : CASES) {
      JsonNode expected = each.get("expected");
      Comparison comparison = compare(each, options().nearest(5));
      for (Measure measure : Measure.values()) {
        assertEquals(
            expected.get(measure.label()).doubleValue(),
            value(comparison, measure),
            TOLERANCE,
            each.get("name").stringValue() + ": " + measure.label());
        checked++;
      }
    }
    assertEquals(CASES.size() * 12, checked);
  }

  @Test
  void should_equal_numpy_when_more_than_the_number_is_told() {
    for (JsonNode each : CASES) {
      JsonNode expected = each.get("expected");
      String name = each.get("name").stringValue();
      Comparison.Extras extras = compare(each, options()).extras();
      Comparison.Ranks ranks = Objects.requireNonNull(extras.ranks());
      assertEquals(expected.get("ranks").get(0).intValue(), ranks.x(), name);
      assertEquals(expected.get("ranks").get(1).intValue(), ranks.y(), name);
      Comparison.Canonical canonical = Objects.requireNonNull(extras.canonical());
      assertEquals(expected.get("r2").doubleValue(), canonical.rSquared(), TOLERANCE, name);
      double[] rho =
          expected.get("coefficients").valueStream().mapToDouble(JsonNode::doubleValue).toArray();
      assertEquals(rho.length, canonical.rho().length, name);
      for (int i = 0; i < rho.length; i++) {
        assertEquals(rho[i], canonical.rho()[i], TOLERANCE, name + ": " + i);
      }
      assertEquals(
          expected.get("kept").get(0).intValue(), Objects.requireNonNull(extras.kept()).x(), name);
      assertEquals(
          expected.get("kept").get(1).intValue(), Objects.requireNonNull(extras.kept()).y(), name);
      assertEquals(
          expected.get("pwcca_reverse").doubleValue(),
          extras.reverse().getFirst().value(),
          TOLERANCE,
          name);
      double median = expected.get("median").get(0).doubleValue();
      assertEquals(median, Objects.requireNonNull(extras.median()).x(), 1e-12 * median, name);
    }
  }

  @Test
  void should_equal_numpy_when_rsa_is_of_another_kind() {
    for (JsonNode each : CASES) {
      for (var kind :
          List.of(
              List.of(Options.Dissimilarity.COSINE, Options.Agreement.PEARSON),
              List.of(Options.Dissimilarity.EUCLIDEAN, Options.Agreement.SPEARMAN))) {
        Options options =
            options().rsa((Options.Dissimilarity) kind.get(0), (Options.Agreement) kind.get(1));
        String name =
            "rsa-"
                + kind.get(0).toString().toLowerCase(Locale.ROOT)
                + "-"
                + kind.get(1).toString().toLowerCase(Locale.ROOT);
        assertEquals(
            each.get("expected").get(name).doubleValue(),
            value(compare(each, options), Measure.RSA),
            1e-10,
            each.get("name").stringValue() + ": " + name);
      }
    }
  }

  /** From covariances, as streams have them: of c below the largest, 16 - 2 log10(c) digits. */
  @Test
  void should_be_near_when_covariances_are_all_there_is() {
    for (JsonNode each : CASES) {
      Activations x = matrix(each.get("x")).scaled();
      Activations y = matrix(each.get("y")).scaled();
      CrossMoments moments = new CrossMoments(x.columns(), y.columns());
      moments.add(x, y);
      CrossMoments ofX = new CrossMoments(x.columns(), x.columns());
      ofX.add(x, x);
      CrossMoments ofY = new CrossMoments(y.columns(), y.columns());
      ofY.add(y, y);
      Alignment alignment =
          CrossMoments.alignment(ofX, ofX.side(1e-6), moments, ofY, ofY.side(1e-6));
      for (Measure measure : Arrays.stream(Measure.values()).filter(Measure::streams).toList()) {
        assertEquals(
            each.get("expected").get(measure.label()).doubleValue(),
            LinearFamily.value(measure, alignment, options()),
            1e-6,
            each.get("name").stringValue() + ": " + measure.label());
      }
    }
  }
}
