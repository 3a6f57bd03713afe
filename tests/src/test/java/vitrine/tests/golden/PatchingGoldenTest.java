package vitrine.tests.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import vitrine.engine.hooks.Axis;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Layers;
import vitrine.engine.hooks.Site;
import vitrine.engine.models.Sweep;
import vitrine.interp.metrics.Metric;
import vitrine.interp.patching.Direction;
import vitrine.interp.patching.Measured;
import vitrine.interp.patching.PatchSpec;
import vitrine.interp.patching.PatchTarget;
import vitrine.interp.patching.Patching;
import vitrine.interp.patching.PatchingResult;
import vitrine.interp.patching.PathPatching;
import vitrine.interp.patching.PathResult;
import vitrine.interp.patching.PathSpec;
import vitrine.interp.patching.PromptPair;

/**
 * Every kind of patching against hooks on transformers' models, both directions, both families:
 * {@code tests/generators/patching_fixtures.py}.
 */
final class PatchingGoldenTest {
  private static final List<String> MODELS =
      List.of("gpt2-lm", "bert-pretraining", "bert-sequence");
  private static final Sweep.Limits LIMITS = Sweep.Limits.bytes(Long.MAX_VALUE);

  /** Of the largest of the numbers compared; float32 against float64. */
  private static final double TOLERANCE = 2e-5;

  private double widest;
  private int compared;

  @ParameterizedTest
  @ValueSource(strings = {"scalar", "simd", "opaque"})
  void should_be_what_hooks_give_when_values_are_exchanged(String backend) {
    for (String name : MODELS) {
      try (Engine engine = Engine.open(GoldenCase.named(name).directory(), backend, 1)) {
        for (JsonNode pair : fixture(name).get("pairs")) {
          for (Direction direction : Direction.values()) {
            JsonNode expected = pair.get(direction.label());
            patched(engine, pair, direction, expected.get("patched"));
            attributed(engine, pair, direction, expected.get("attributed"));
            paths(engine, pair, direction, expected.get("paths"));
          }
        }
      }
    }
    System.out.printf("patching: %s: %d numbers, within %.1e%n", backend, compared, widest);
    assertTrue(compared > 5000, compared + " numbers");
  }

  private static JsonNode fixture(String name) {
    try (InputStream in =
        Objects.requireNonNull(
            PatchingGoldenTest.class.getResourceAsStream("/patching/" + name + ".json"), name)) {
      return JsonMapper.shared().readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static PromptPair pair(JsonNode pair) {
    int[] clean = GoldenCase.ints(pair.get("clean"));
    int[] corrupted = GoldenCase.ints(pair.get("corrupted"));
    int position = pair.get("position").intValue();
    int answer = pair.get("answer").intValue();
    Metric metric =
        pair.path("kind").asString("diff").equals("prob")
            ? Metric.probability(position, answer)
            : Metric.difference(position, answer, pair.get("wrong").intValue());
    return new PromptPair(
        "fixture",
        Example.of(clean),
        Example.of(corrupted),
        Arrays.stream(clean).mapToObj(Integer::toString).toList(),
        Arrays.stream(corrupted).mapToObj(Integer::toString).toList(),
        metric);
  }

  private static PatchTarget target(String text) {
    String[] parts = text.split(" by ", -1);
    List<Axis> by =
        Arrays.stream(parts[1].split(",", -1))
            .map(keyword ->
                Arrays.stream(Axis.values())
                    .filter(axis -> axis.keyword().equals(keyword))
                    .findFirst()
                    .orElseThrow())
            .toList();
    return new PatchTarget(Site.parse("blocks.*." + parts[0]), by, 1);
  }

  /** All sites of one pair in one go. */
  private PatchingResult run(
      Engine engine, JsonNode pair, Direction direction, PatchSpec.Method method, JsonNode of) {
    List<PatchTarget> targets =
        of.properties().stream().map(Map.Entry::getKey).map(PatchingGoldenTest::target).toList();
    PatchSpec spec = new PatchSpec(targets, direction, method, 0, LIMITS);
    return Patching.run(
        engine.model(), engine.files(), List.of(pair(pair)), spec, "test", (done, all) -> {});
  }

  private void patched(Engine engine, JsonNode pair, Direction direction, JsonNode expected) {
    PatchingResult result = run(engine, pair, direction, PatchSpec.Method.EXACT, expected);
    double clean = pair.get("metric").get("clean").doubleValue();
    double corrupted = pair.get("metric").get("corrupted").doubleValue();
    compare(
        "baselines",
        new double[] {clean, corrupted},
        new double[] {result.clean().estimate(), result.corrupted().estimate()});
    int site = 0;
    for (Map.Entry<String, JsonNode> each : expected.properties()) {
      List<Measured> found =
          result.sites().get(site++).effects().stream()
              .map(effect -> Objects.requireNonNull(effect.exact()))
              .toList();
      double[] wanted = flat(each.getValue());
      String what = direction + " " + each.getKey();
      compare(what, wanted, found.stream().mapToDouble(m -> m.metric().estimate()).toArray());
      double[] shares =
          Arrays.stream(wanted).map(m -> (m - corrupted) / (clean - corrupted)).toArray();
      compare(
          what + ", normalised",
          shares,
          found.stream().mapToDouble(m -> m.normalised().estimate()).toArray(),
          // What divides by a small difference is as much less exact.
          Math.max(Math.abs(clean), Math.abs(corrupted)) / Math.abs(clean - corrupted));
    }
  }

  private void attributed(Engine engine, JsonNode pair, Direction direction, JsonNode expected) {
    PatchingResult result = run(engine, pair, direction, PatchSpec.Method.ATTRIBUTION, expected);
    double base =
        direction.base() == Direction.Run.CLEAN
            ? result.clean().estimate()
            : result.corrupted().estimate();
    int site = 0;
    for (Map.Entry<String, JsonNode> each : expected.properties()) {
      double[] found =
          result.sites().get(site++).effects().stream()
              .mapToDouble(
                  effect -> Objects.requireNonNull(effect.attributed()).metric().estimate() - base)
              .toArray();
      compare(direction + " attribution " + each.getKey(), flat(each.getValue()), found);
    }
  }

  private void paths(Engine engine, JsonNode pair, Direction direction, JsonNode expected) {
    for (Map.Entry<String, JsonNode> each : expected.properties()) {
      String[] parts = each.getKey().split(" mlps ", -1);
      List<Site> receivers =
          parts[0].equals("logits")
              ? List.of()
              : Stream.of(parts[0].split(" ", -1)).map(Site::parse).toList();
      PathSpec.Mlps mlps =
          parts[1].equals("frozen") ? PathSpec.Mlps.FROZEN : PathSpec.Mlps.RECOMPUTED;
      PathSpec spec = new PathSpec(receivers, Layers.ALL, null, mlps, direction, 0, LIMITS);
      PathResult result =
          PathPatching.run(
              engine.model(), engine.files(), List.of(pair(pair)), spec, "test", (done, all) -> {});
      compare(
          direction + " path to " + each.getKey(),
          flat(each.getValue()),
          result.senders().stream()
              .mapToDouble(sender -> sender.measured().metric().estimate())
              .toArray());
    }
  }

  private static double[] flat(JsonNode layers) {
    List<Double> all = new ArrayList<>();
    layers.forEach(layer -> layer.forEach(number -> all.add(number.doubleValue())));
    return all.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private void compare(String what, double[] expected, double[] actual) {
    compare(what, expected, actual, 1);
  }

  /**
   * @param least what errors are measured by at least
   */
  private void compare(String what, double[] expected, double[] actual, double least) {
    assertEquals(expected.length, actual.length, what);
    double scale = Math.max(least, Arrays.stream(expected).map(Math::abs).max().orElse(0));
    int worst =
        IntStream.range(0, expected.length)
            .boxed()
            .max((a, b) -> Double.compare(error(expected, actual, a), error(expected, actual, b)))
            .orElseThrow();
    double error = error(expected, actual, worst) / scale;
    assertTrue(
        error < TOLERANCE,
        () ->
            "%s: number %d is %s; expected %s"
                .formatted(what, worst, actual[worst], expected[worst]));
    widest = Math.max(widest, error);
    compared += expected.length;
  }

  private static double error(double[] expected, double[] actual, int at) {
    double error = Math.abs(expected[at] - actual[at]);
    return Double.isNaN(error) ? Double.MAX_VALUE : error;
  }
}
