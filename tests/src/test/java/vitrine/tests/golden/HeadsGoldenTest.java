package vitrine.tests.golden;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Indices;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Labels;
import vitrine.engine.hooks.Layers;
import vitrine.engine.hooks.Loss;
import vitrine.interp.Texts;
import vitrine.interp.attribution.Attribution;
import vitrine.interp.attribution.AttributionResult;
import vitrine.interp.attribution.Component;
import vitrine.interp.circuits.Circuit;
import vitrine.interp.circuits.CircuitResult;
import vitrine.interp.circuits.Composition;
import vitrine.interp.circuits.CompositionResult;
import vitrine.interp.heads.HeadsResult;
import vitrine.interp.heads.Importance;

/**
 * Importance, composition scores and direct logit attribution against transformers with hooks and
 * TransformerLens, in float64: {@code tests/generators/heads_fixtures.py}.
 */
final class HeadsGoldenTest {
  private static final double TOLERANCE = 1e-4;
  private static final Path MODELS = Path.of("src/test/resources/golden");

  private static JsonNode expected(String part) {
    return JsonMapper.builder()
        .build()
        .readTree(Path.of("src/test/resources/heads/heads.json").toFile())
        .get(part);
  }

  private static Texts texts(Example... examples) {
    return new Texts(
        Inputs.of(examples),
        Arrays.stream(examples)
            .map(example -> IntStream.of(example.ids()).mapToObj(Integer::toString).toList())
            .toList());
  }

  private static int[] ints(JsonNode array) {
    return IntStream.range(0, array.size()).map(i -> array.get(i).intValue()).toArray();
  }

  @ParameterizedTest
  @ValueSource(strings = {"scalar", "simd", "opaque"})
  void should_be_those_of_hooks_when_importance(String backend) throws IOException {
    int compared = 0;
    double largest = 0;
    JsonNode cases = expected("importance");
    for (String name : cases.propertyNames()) {
      JsonNode wanted = cases.get(name);
      List<Example> examples = new ArrayList<>();
      for (JsonNode each : wanted.get("examples")) {
        Example example = Example.of(ints(each.get("ids")));
        JsonNode labels = each.get("labels");
        examples.add(
            labels == null
                ? example
                : example.withLabels(
                    labels.isArray()
                        ? new Labels.Many(ints(labels))
                        : new Labels.One(labels.intValue())));
      }
      try (Engine engine = Engine.open(MODELS.resolve(name), backend, 2)) {
        HeadsResult result =
            Importance.run(
                engine.model(),
                engine.files(),
                texts(examples.toArray(Example[]::new)),
                Loss.parse(wanted.get("loss").stringValue()),
                0,
                "test");
        int H = engine.model().architecture().heads();
        for (int layer = 0; layer < engine.model().architecture().layers(); layer++) {
          double norm = 0;
          for (int head = 0; head < H; head++) {
            norm += Math.pow(size(wanted.get("slopes"), layer, head), 2);
          }
          for (int head = 0; head < H; head++) {
            double size = size(wanted.get("slopes"), layer, head);
            double signed = mean(wanted.get("slopes"), layer, head);
            String what = name + " " + layer + "." + head;
            double found = result.measure(Importance.RAW).of(layer, head).estimate();
            assertEquals(size, found, TOLERANCE, what);
            largest = Math.max(largest, Math.abs(size - found));
            assertEquals(
                signed,
                result.measure(Importance.SIGNED).of(layer, head).estimate(),
                TOLERANCE,
                what);
            assertEquals(
                size / Math.sqrt(norm),
                result.measure(Importance.NORMALISED).of(layer, head).estimate(),
                TOLERANCE,
                what);
            compared++;
          }
        }
      }
    }
    assertTrue(compared >= 4 * 6, "only " + compared);
    System.out.printf("Importance: %s: %d heads, largest error %.2e%n", backend, compared, largest);
  }

  /** The mean over examples of the size of a head's slope. */
  private static double size(JsonNode slopes, int layer, int head) {
    double sum = 0;
    for (JsonNode example : slopes) {
      sum += Math.abs(example.get(layer).get(head).doubleValue());
    }
    return sum / slopes.size();
  }

  private static double mean(JsonNode slopes, int layer, int head) {
    double sum = 0;
    for (JsonNode example : slopes) {
      sum += example.get(layer).get(head).doubleValue();
    }
    return sum / slopes.size();
  }

  @ParameterizedTest
  @ValueSource(strings = {"scalar", "simd", "opaque"})
  void should_be_those_of_transformer_lens_when_composition(String backend) throws IOException {
    JsonNode wanted = expected("composition").get("gpt2-lm");
    int compared = 0;
    double largest = 0;
    try (Engine engine = Engine.open(MODELS.resolve("gpt2-lm"), backend, 2)) {
      CompositionResult result = Composition.run(engine.model(), engine.files(), 0, "test");
      for (Composition.Kind kind : Composition.Kind.values()) {
        for (int writer = 0; writer < 9; writer++) {
          for (int reader = 0; reader < 9; reader++) {
            JsonNode score =
                wanted
                    .get(kind.key())
                    .get(writer / 3)
                    .get(writer % 3)
                    .get(reader / 3)
                    .get(reader % 3);
            double found = result.score(kind, writer / 3, writer % 3, reader / 3, reader % 3);
            if (score.isNull()) {
              assertTrue(Double.isNaN(found), writer + " to " + reader);
              continue;
            }
            assertEquals(score.doubleValue(), found, 1e-5, kind + " " + writer + " to " + reader);
            largest = Math.max(largest, Math.abs(score.doubleValue() - found));
            compared++;
          }
        }
      }
      // Normal numbers of these sizes: 1 / sqrt(D), and a little more where K is small.
      assertEquals(1 / Math.sqrt(24), result.baseline(), 0.05);
      assertTrue(result.threshold() > result.baseline());
    }
    assertEquals(3 * 27, compared);
    System.out.printf(
        "Composition: %s: %d scores, largest error %.2e%n", backend, compared, largest);
  }

  /** Both circuits whole, and their singular values beside those of the D by D matrices. */
  @ParameterizedTest
  @ValueSource(strings = {"scalar", "simd", "opaque"})
  void should_be_those_of_transformer_lens_when_circuits(String backend) throws IOException {
    JsonNode wanted = expected("circuits");
    double largest = 0;
    int compared = 0;
    try (Engine engine = Engine.open(MODELS.resolve("gpt2-lm"), backend, 2)) {
      for (Circuit.Whole whole : List.of(Circuit.Whole.QK, Circuit.Whole.OV)) {
        Circuit.Spec spec =
            new Circuit.Spec(
                Layers.of(wanted.get("layer").intValue()),
                Indices.of(wanted.get("head").intValue()),
                List.of(3),
                whole,
                2,
                3,
                0);
        CircuitResult result =
            Circuit.run(engine.model(), engine.files(), spec, Integer::toString, "test");
        CircuitResult.OfHead head = result.heads().getFirst();
        CircuitResult.Side side = whole == Circuit.Whole.QK ? head.qk() : head.ov();
        JsonNode rows = wanted.get(whole.label());
        assertEquals(rows.size(), side.whole().length);
        for (int row = 0; row < rows.size(); row++) {
          assertEquals(rows.size(), side.whole()[row].length);
          for (int column = 0; column < rows.size(); column++) {
            double number = rows.get(row).get(column).doubleValue();
            assertEquals(number, side.whole()[row][column], TOLERANCE, whole + " " + row);
            largest = Math.max(largest, Math.abs(number - side.whole()[row][column]));
            compared++;
          }
        }
        assertArrayEquals(side.whole()[3], side.rows()[0], 1e-6f, "a row alone");
        long V = rows.size();
        assertArrayEquals(
            new long[] {1, V, V}, result.arrays().firstEntry().getValue().shape(), "the .npy");
        compare(wanted.get("singular").get(whole.label()), side.singular());
        compare(wanted.get("singular_of_tokens").get(whole.label()), side.ofTokens());
        assertEquals(wanted.get("copying").doubleValue(), head.ov().positivity(), TOLERANCE);
      }
    }
    assertTrue(compared > 2 * 1000, "only " + compared);
    System.out.printf("Circuits: %s: %d numbers, largest error %.2e%n", backend, compared, largest);
  }

  private static void compare(JsonNode wanted, double[] found) {
    assertEquals(wanted.size(), found.length);
    for (int i = 0; i < found.length; i++) {
      assertEquals(wanted.get(i).doubleValue(), found[i], TOLERANCE, "singular value " + i);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"scalar", "simd", "opaque"})
  void should_be_those_of_transformer_lens_when_logits(String backend) throws IOException {
    JsonNode cases = expected("logits");
    int compared = 0;
    double largest = 0;
    for (String name : cases.propertyNames()) {
      try (Engine engine = Engine.open(MODELS.resolve(name), backend, 2)) {
        for (JsonNode wanted : cases.get(name)) {
          for (Layers neurons : neurons(wanted)) {
            AttributionResult result =
                Attribution.run(
                    engine.model(),
                    engine.files(),
                    texts(Example.of(ints(wanted.get("ids")))),
                    List.of(target(wanted)),
                    neurons,
                    0,
                    "test");
            AttributionResult.OfText found = result.found().getFirst();
            assertEquals(wanted.get("logit").doubleValue(), found.value(), TOLERANCE, name);
            assertEquals(found.value(), found.sum(), TOLERANCE, name);
            Map<String, Double> ours = byTheirNames(result);
            for (String part : wanted.get("parts").propertyNames()) {
              double theirs = wanted.get("parts").get(part).doubleValue();
              double own = Objects.requireNonNull(ours.remove(part), name + " " + part);
              assertEquals(theirs, own, TOLERANCE, name + " " + part);
              largest = Math.max(largest, Math.abs(theirs - own));
              compared++;
            }
            assertTrue(ours.isEmpty(), "left over: " + ours);
            compared += compareNeurons(result, wanted, neurons);
          }
        }
      }
    }
    assertTrue(compared > 250, "only " + compared);
    System.out.printf("Logits: %s: %d parts, largest error %.2e%n", backend, compared, largest);
  }

  private static List<Layers> neurons(JsonNode wanted) {
    return wanted.has("neuron_layer")
        ? List.of(Layers.NONE, Layers.of(wanted.get("neuron_layer").intValue()), Layers.ALL)
        : List.of(Layers.NONE);
  }

  private static Loss target(JsonNode wanted) {
    if (wanted.hasNonNull("target")) {
      return Loss.parse(wanted.get("target").stringValue());
    }
    int position = wanted.get("position").intValue();
    int token = wanted.get("token").intValue();
    return wanted.get("minus").isNull()
        ? Loss.logit(position, token)
        : Loss.difference(position, token, wanted.get("minus").intValue());
  }

  /** TransformerLens adds the attentions' biases up, and what is of one MLP is one part. */
  private static Map<String, Double> byTheirNames(AttributionResult result) {
    Map<String, Double> parts = new LinkedHashMap<>();
    boolean postNorm =
        result.components().stream().anyMatch(each -> each.name().startsWith("ln1 bias"));
    for (int i = 0; i < result.components().size(); i++) {
      Component component = result.components().get(i);
      String name = component.name();
      String theirs =
          switch (component.kind()) {
            case EMBEDDING -> name;
            case HEAD -> "L" + component.layer() + "H" + component.number();
            case MLP, NEURON -> component.layer() + "_mlp_out";
            case OUTPUT -> "head_bias";
            case BIAS ->
                name.equals("ln_final bias")
                    ? "unembed_bias"
                    : name.equals("embed_ln bias")
                        ? "embed_ln_bias"
                        : name.startsWith("mlp bias")
                            ? component.layer() + "_mlp_out"
                            : postNorm
                                ? "L"
                                    + component.layer()
                                    + "_"
                                    + name.replaceFirst(" bias.*", "_bias")
                                : "bias";
          };
      parts.merge(theirs, result.found().getFirst().parts()[i], Double::sum);
    }
    return parts;
  }

  private static int compareNeurons(AttributionResult result, JsonNode wanted, Layers neurons) {
    if (neurons.isNone()) {
      return 0;
    }
    int compared = 0;
    for (JsonNode neuron : wanted.get("neurons")) {
      String name = "neuron " + wanted.get("neuron_layer") + "." + compared++;
      assertEquals(neuron.doubleValue(), result.part(name).estimate(), TOLERANCE, name);
    }
    assertEquals(96, compared);
    return compared;
  }
}
