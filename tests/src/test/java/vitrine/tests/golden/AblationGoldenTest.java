package vitrine.tests.golden;

import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import vitrine.engine.hooks.Edit;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Indices;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Layers;
import vitrine.engine.hooks.Plan;
import vitrine.interp.Texts;
import vitrine.interp.ablation.Ablation;
import vitrine.interp.ablation.AblationResult;
import vitrine.interp.ablation.AblationSpec;
import vitrine.interp.ablation.Component;
import vitrine.interp.ablation.Order;
import vitrine.interp.ablation.Sets;
import vitrine.interp.ablation.Treatment;
import vitrine.interp.ablation.Variant;
import vitrine.interp.ablation.Watch;
import vitrine.interp.metrics.Metric;

/**
 * Ablations of both families against PyTorch hooks on transformers' modules: every kind of
 * component, every edit but noise (which is the engine's own), every text's metric; and of heads
 * and sublayers pairs, all but one of a layer, and pruning in both orders. The texts run in padded
 * batches here and one by one there. {@code tests/generators/ablation.py} made the fixtures.
 */
final class AblationGoldenTest {
  private static final double TOLERANCE = 1e-5;

  @TempDir Path dir;

  private int compared;
  private double worst;

  @ParameterizedTest
  @CsvSource({"gpt2,scalar,2", "gpt2,simd,3", "bert,scalar,2", "bert,simd,3"})
  void should_be_what_hooks_give_when_anything_is_switched_off(
      String family, String backend, int batch) throws IOException {
    JsonNode fixture =
        JsonMapper.builder()
            .build()
            .readTree(Files.readString(Path.of("src/test/resources/ablation", family + ".json")));
    Path directory = GoldenCase.named(fixture.get("model").stringValue()).directory();
    try (Engine engine = Engine.open(directory, backend, 1)) {
      for (int metric = 0; metric < fixture.get("metrics").size(); metric++) {
        for (Component.Kind kind : Component.Kind.values()) {
          for (String edit : edits(kind)) {
            AblationSpec spec = spec(fixture, metric, kind, edit, batch);
            compare(engine, fixture, metric, spec);
            if (kind == Component.Kind.POSITIONS) {
              compare(engine, fixture, metric, spec.with(Indices.list(-1, -3, -6)));
            }
          }
        }
      }
      int single = compared;
      for (int metric = 0; metric < 2; metric++) {
        for (Component.Kind kind : List.of(Component.Kind.HEADS, Component.Kind.SUBLAYERS)) {
          for (String edit : List.of("zero", "mean", "scale:0.5", "reference", "resample")) {
            AblationSpec spec = spec(fixture, metric, kind, edit, batch);
            for (Sets sets : List.of(Sets.PAIRS, Sets.ALL_BUT_ONE, Sets.CUMULATIVE)) {
              compare(engine, fixture, metric, spec.with(sets));
            }
          }
        }
      }
      AblationSpec heads = spec(fixture, 0, Component.Kind.HEADS, "zero", batch);
      compare(engine, fixture, 0, heads.with(Sets.CUMULATIVE).with(Order.IMPORTANCE));
      assertTrue(compared - single > 3000, "only " + (compared - single) + " of sets");
    }
    System.out.printf(
        "ablations of %s on %s against hooks: %d numbers, largest error %.1e%n",
        family, backend, compared, worst);
    assertTrue(compared > 4000, "only " + compared);
  }

  private static List<String> edits(Component.Kind kind) {
    List<String> edits =
        new ArrayList<>(List.of("zero", "mean", "scale:0.5", "reference", "resample"));
    switch (kind) {
      case HEADS, ATTENTION -> edits.add("uniform");
      case LAYERS -> edits.add("skip");
      case NEURONS, MLP, SUBLAYERS, POSITIONS -> {}
    }
    return edits;
  }

  private static AblationSpec spec(
      JsonNode fixture, int metric, Component.Kind kind, String edit, int batch) {
    return new AblationSpec(
        kind,
        Layers.ALL,
        null,
        kind == Component.Kind.NEURONS ? fixture.get("neurons").intValue() : 1,
        Treatment.parse(edit),
        Sets.SINGLE,
        Order.EFFECT,
        6,
        Metric.parse(fixture.get("metrics").get(metric).stringValue()),
        batch,
        5);
  }

  private static Inputs inputs(JsonNode texts) {
    return Inputs.batch(
        StreamSupport.stream(texts.spliterator(), false)
            .map(ids ->
                Example.of(
                    StreamSupport.stream(ids.spliterator(), false)
                        .mapToInt(JsonNode::intValue)
                        .toArray()))
            .toList());
  }

  private void compare(Engine engine, JsonNode fixture, int metric, AblationSpec spec) {
    Inputs texts = inputs(fixture.get("texts"));
    List<List<String>> spelled =
        texts.examples().stream()
            .map(each -> Arrays.stream(each.ids()).mapToObj(String::valueOf).toList())
            .toList();
    Ablation.Reference reference =
        spec.treatment() instanceof Treatment.Reference
            ? new Ablation.Reference(inputs(fixture.get("reference")), dir)
            : null;
    AblationResult result =
        Ablation.run(
            engine.model(),
            engine.files(),
            new Texts(texts, spelled),
            spec,
            reference,
            new Ablation.Effort(1L << 30, 1),
            Watch.NOBODY,
            "test");
    for (int i = 0; i < result.plans().size(); i++) {
      Variant variant = result.plans().get(i).variant();
      double[] found = result.byText(i);
      for (int text = 0; text < found.length; text++) {
        int length = texts.examples().get(text).ids().length;
        JsonNode expected = of(fixture, variant, length).get(spec.treatment().toString());
        JsonNode row = expected(expected, result, i, text);
        if (row != null && !result.leftOut().contains(text)) {
          check(row.get(metric).doubleValue(), found[text], spec + " " + variant + " " + text);
        } else {
          assertTrue(Double.isNaN(found[text]), "not measured, and yet " + found[text]);
        }
      }
    }
  }

  /** What is known of a variant for texts of that many tokens, by edits. */
  private static JsonNode of(JsonNode fixture, Variant variant, int length) {
    if (variant.off().size() > 1) {
      return fixture
          .get("sets")
          .get(variant.off().stream().map(Component::toString).sorted().collect(joining("+")));
    }
    Component one = variant.off().getFirst();
    boolean fromEnd = one instanceof Component.Position position && position.position() < 0;
    int place = fromEnd ? one.place() + length : one.place();
    return fixture
        .get("off")
        // A text that is too short has nothing there, as it has nothing behind its end.
        .get(
            fromEnd ? "L%dP%d".formatted(one.layer(), place < 0 ? length : place) : one.toString());
  }

  /** What a text must come to; null where it has nothing of the variant. */
  private static @Nullable JsonNode expected(
      JsonNode of, AblationResult result, int variant, int text) {
    if (!(result.spec().treatment() instanceof Treatment.Resample)) {
      return of.get(Integer.toString(text));
    }
    for (int portion = 0; portion < result.portions().size(); portion++) {
      List<Integer> rows = result.portions().get(portion);
      Plan plan = result.plans().get(variant).plans().get(portion);
      int row = rows.indexOf(text);
      int donor = row < 0 ? -1 : ((Edit.Resample) plan.edits().getFirst().edit()).donors().get(row);
      // A text that is lent to a portion keeps its own value there.
      if (row >= 0 && donor != row) {
        return of.get(text + "<" + rows.get(donor));
      }
    }
    return null;
  }

  private void check(double expected, double found, String what) {
    double error = Math.abs(expected - found) / (1 + Math.abs(expected));
    worst = Math.max(worst, error);
    compared++;
    assertEquals(expected, found, TOLERANCE * (1 + Math.abs(expected)), what);
  }
}
