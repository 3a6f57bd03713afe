package vitrine.interp.ablation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static vitrine.interp.ablation.Bundled.TEXTS;
import static vitrine.interp.ablation.Bundled.texts;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import vitrine.engine.InputException;
import vitrine.engine.hooks.Edit;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Indices;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Layers;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Trace;
import vitrine.engine.models.Model;
import vitrine.interp.metrics.Measurement;
import vitrine.interp.metrics.Metric;
import vitrine.interp.pictures.Bars;
import vitrine.interp.pictures.Heatmap;
import vitrine.interp.pictures.Lines;
import vitrine.interp.pictures.Picture;

/** On the bundled model, whose heads are known: docs/induction-model.md. */
final class AblationTest {
  private static Bundled bundled;
  private static Model model;

  @TempDir Path dir;

  @BeforeAll
  static void load() {
    bundled = new Bundled();
    model = bundled.model();
  }

  @AfterAll
  static void close() {
    bundled.close();
  }

  private static AblationResult run(AblationSpec spec) {
    return run(spec, null);
  }

  private static AblationResult run(AblationSpec spec, Ablation.@Nullable Reference reference) {
    return bundled.run(texts(TEXTS), spec, reference, Watch.NOBODY);
  }

  private static AblationSpec of(Component.Kind kind) {
    return AblationSpec.of(kind, Metric.divergence(-1)).inBatchesOf(3);
  }

  private static AblationSpec neurons() {
    return new AblationSpec(
        Component.Kind.NEURONS,
        Layers.ALL,
        Indices.range(0, 6),
        4,
        Treatment.mean(),
        Sets.SINGLE,
        Order.EFFECT,
        8,
        Metric.logit(-1, 5),
        3,
        0);
  }

  /** Every kind of component with every edit that it has. */
  private static List<AblationSpec> specs() {
    List<AblationSpec> specs = new ArrayList<>();
    for (Component.Kind kind : Component.Kind.values()) {
      AblationSpec spec = kind == Component.Kind.NEURONS ? neurons() : of(kind);
      for (Treatment treatment :
          List.of(
              Treatment.zero(),
              Treatment.mean(),
              Treatment.resample(),
              Treatment.noise(0.5f),
              Treatment.scale(0.5f),
              Treatment.uniform(),
              Treatment.skip(),
              Treatment.reference())) {
        boolean attends = kind == Component.Kind.HEADS || kind == Component.Kind.ATTENTION;
        boolean has =
            switch (treatment.toString()) {
              case "uniform" -> attends;
              case "skip" -> kind == Component.Kind.LAYERS;
              default -> true;
            };
        if (has) {
          specs.add(spec.with(treatment));
        } else {
          assertThrows(InputException.class, () -> run(spec.with(treatment)));
        }
      }
    }
    specs.add(of(Component.Kind.HEADS).with(Sets.PAIRS));
    specs.add(of(Component.Kind.HEADS).with(Sets.ALL_BUT_ONE));
    specs.add(of(Component.Kind.HEADS).with(Sets.CUMULATIVE));
    specs.add(neurons().with(Sets.CUMULATIVE));
    specs.add(of(Component.Kind.HEADS).with(Treatment.resample()).with(Sets.PAIRS));
    specs.add(of(Component.Kind.SUBLAYERS).with(Treatment.resample()).with(Sets.CUMULATIVE));
    specs.add(of(Component.Kind.POSITIONS).with(Indices.of(-1)));
    return specs;
  }

  private Ablation.@Nullable Reference reference(AblationSpec spec) {
    return spec.treatment() instanceof Treatment.Reference
        ? new Ablation.Reference(texts(TEXTS.subList(0, 3)).inputs(), dir)
        : null;
  }

  /** The metric of every text, by a run of each portion with the plan alone, in text order. */
  private static double[] alone(AblationResult result, AblationResult.Planned planned) {
    List<Example> all = texts(TEXTS).inputs().examples();
    double[] values = new double[all.size()];
    for (int portion = 0; portion < result.portions().size(); portion++) {
      List<Integer> places = result.portions().get(portion);
      List<Integer> seen = new ArrayList<>();
      Plan plan = planned.plans().get(planned.plans().size() == 1 ? 0 : portion);
      // As it is read back from a file.
      Plan again = Plan.fromJson(plan.toJson());
      Inputs inputs = Inputs.batch(places.stream().map(all::get).toList());
      try (var prefix = model.prefix(inputs);
          Trace trace = model.run(again, inputs)) {
        Measurement measured =
            Measurement.of(result.spec().metric(), model.architecture(), prefix.batch());
        measured.clean(prefix);
        double[] found = measured.values(trace);
        for (int i = 0; i < found.length; i++) {
          // A text that runs along once more, untouched, was measured before.
          if (!seen.contains(places.get(i))) {
            values[places.get(i)] = found[i];
          }
          seen.add(places.get(i));
        }
      }
    }
    return values;
  }

  private static List<Effect> all(AblationResult result) {
    List<Effect> all = new ArrayList<>(result.effects());
    all.addAll(result.pairs());
    result.curves().forEach(curve -> all.addAll(curve.points()));
    return all;
  }

  @Test
  void should_have_the_bits_of_each_plan_alone_when_swept() {
    int compared = 0;
    for (AblationSpec spec : specs()) {
      AblationResult result = run(spec, reference(spec));
      List<Effect> effects = all(result);
      assertEquals(effects.size(), result.plans().size());
      for (int i = 0; i < effects.size(); i++) {
        Effect effect = effects.get(i);
        if (spec.kind() == Component.Kind.POSITIONS && effect.n() < TEXTS.size()) {
          continue; // not every portion has it
        }
        double[] values = alone(result, result.plans().get(i));
        double sum = 0;
        int n = 0;
        for (int text = 0; text < values.length; text++) {
          if (!result.leftOut().contains(text)) {
            sum += values[text];
            n++;
          }
        }
        assertEquals(n, effect.n());
        assertEquals(
            sum / n,
            effect.value().estimate(),
            Math.abs(sum / n) * 1e-14,
            spec.treatment() + " of " + effect.variant());
        compared++;
      }
    }
    assertTrue(compared > 250, "only " + compared);
  }

  @Test
  void should_find_both_heads_of_the_circuit_when_heads_are_switched_off() {
    AblationResult result = run(AblationSpec.of(Component.Kind.HEADS, Metric.loss()));
    assertEquals(
        List.of("L0H0", "L0H1", "L0H2", "L0H3", "L1H0", "L1H1", "L1H2", "L1H3"),
        result.effects().stream().map(each -> each.variant().name()).toList());
    for (Effect effect : result.effects()) {
      boolean ofCircuit = List.of("L0H1", "L1H2").contains(effect.variant().name());
      if (ofCircuit) {
        assertTrue(effect.change().low() > 0.1, effect.toString());
        assertTrue(effect.adjusted() < 0.05, effect.toString());
      } else {
        assertEquals(0, effect.change().estimate());
        assertTrue(Double.isNaN(effect.p()), "nothing changed, so there is nothing to test");
      }
    }
    assertEquals(7, result.clean().n());
  }

  @Test
  void should_prune_what_does_nothing_first_when_cumulative() {
    AblationResult result = run(of(Component.Kind.HEADS).with(Sets.CUMULATIVE));
    List<Effect> curve = result.curves().getFirst().points();
    assertEquals(8, curve.size());
    for (int off = 1; off <= 6; off++) {
      assertEquals(off, curve.get(off - 1).variant().off().size());
      assertEquals(0, curve.get(off - 1).value().estimate());
    }
    assertTrue(curve.get(6).value().estimate() > 0.1);
    Lines lines = (Lines) result.pictures().getFirst();
    assertEquals(2, lines.series().size());
    assertEquals(9, lines.series().getFirst().points().size());
  }

  @Test
  void should_show_what_two_have_in_common_when_pairs() {
    AblationResult result = run(of(Component.Kind.HEADS).with(Sets.PAIRS));
    assertEquals(28, result.pairs().size());
    for (int pair = 0; pair < 28; pair++) {
      Effect both = result.pairs().get(pair);
      double expected =
          both.change().estimate()
              - result.effects().stream()
                  .filter(each -> both.variant().off().containsAll(each.variant().off()))
                  .mapToDouble(each -> each.change().estimate())
                  .sum();
      assertEquals(expected, result.interaction(pair).estimate(), 1e-12);
      boolean circuit = both.variant().name().equals("L0H1+L1H2");
      // Without the first head the second has nothing to go by: one is as bad as both.
      assertEquals(circuit, Math.abs(expected) > 0.1, both.variant() + ": " + expected);
      assertEquals(circuit, !result.interaction(pair).contains(0), "an interval about it");
    }
  }

  @Test
  void should_keep_only_what_matters_when_all_others_of_a_layer_are_off() {
    AblationResult result = run(of(Component.Kind.HEADS).with(Sets.ALL_BUT_ONE));
    for (Effect effect : result.effects()) {
      boolean keeps = List.of("only L0H1", "only L1H2").contains(effect.variant().name());
      assertEquals(keeps, effect.change().estimate() == 0, effect.toString());
      assertEquals(3, effect.variant().off().size());
    }
    assertEquals(
        List.of("0", "1", "2", "3"), ((Heatmap) result.pictures().getFirst()).columnNames());
  }

  @Test
  void should_take_the_value_of_a_text_as_long_or_longer_when_resampled() {
    AblationSpec spec = of(Component.Kind.HEADS).with(Treatment.resample());
    List<Example> all = texts(TEXTS).inputs().examples();
    List<Portion> portions = Portion.of(Inputs.batch(all), spec, model.architecture());
    int measured = 0;
    for (Portion portion : portions) {
      List<Integer> rows = new ArrayList<>(portion.texts());
      rows.addAll(portion.lent());
      for (int i = 0; i < portion.texts().size(); i++) {
        if (!portion.serves(rows.get(i))) {
          continue;
        }
        int donor = portion.donors()[i];
        assertTrue(donor != i);
        assertTrue(all.get(rows.get(donor)).ids().length >= all.get(rows.get(i)).ids().length);
        measured++;
      }
    }
    // The longest has no other to take from, unless another is as long.
    assertEquals(run(spec).leftOut().size(), TEXTS.size() - measured);
    assertEquals(run(spec).clean().n(), measured);
  }

  @Test
  void should_leave_out_texts_without_the_position_when_positions() {
    AblationResult result = run(of(Component.Kind.POSITIONS));
    int[] lengths =
        texts(TEXTS).inputs().examples().stream().mapToInt(each -> each.ids().length).toArray();
    int longest = IntStream.of(lengths).max().orElseThrow();
    assertEquals(2 * longest, result.effects().size());
    for (Effect effect : result.effects()) {
      int position = effect.variant().off().getFirst().place();
      assertEquals(IntStream.of(lengths).filter(each -> each > position).count(), effect.n());
    }
  }

  @Test
  void should_give_the_same_whatever_runs_together_when_batches_differ() {
    AblationSpec spec = of(Component.Kind.HEADS);
    AblationResult three = run(spec);
    AblationResult one = run(spec.inBatchesOf(1));
    for (int i = 0; i < 8; i++) {
      assertEquals(one.effects().get(i).change(), three.effects().get(i).change());
    }
  }

  @Test
  void should_call_a_persons_own_edit_and_say_so_when_it_is_a_function() {
    Treatment halves =
        Treatment.own("halves", (value, context) -> context.kernels().scale(value, 0.5f, value));
    AblationResult own = run(of(Component.Kind.HEADS).with(halves));
    AblationResult scaled = run(of(Component.Kind.HEADS).with(Treatment.scale(0.5f)));
    for (int i = 0; i < 8; i++) {
      assertEquals(scaled.effects().get(i).value(), own.effects().get(i).value());
    }
    assertFalse(own.plans().getFirst().plans().getFirst().isRepeatable());
    assertTrue(own.notes().toString().contains("cannot repeat it"), own.notes().toString());
  }

  @Test
  void should_draw_what_the_numbers_are_of_when_pictures() {
    assertEquals(Heatmap.class, picture(of(Component.Kind.HEADS)).getClass());
    assertEquals(Heatmap.class, picture(neurons()).getClass());
    assertEquals(Bars.class, picture(of(Component.Kind.SUBLAYERS)).getClass());
    assertEquals(Bars.class, picture(of(Component.Kind.LAYERS)).getClass());
    Heatmap pairs = (Heatmap) picture(of(Component.Kind.HEADS).with(Sets.PAIRS));
    assertEquals(8, pairs.columnNames().size());
  }

  private static Picture picture(AblationSpec spec) {
    return run(spec).pictures().getFirst();
  }

  @Test
  void should_say_all_when_json() {
    var document = run(of(Component.Kind.HEADS)).document();
    assertEquals("ablate", document.get("analysis").stringValue());
    assertEquals("kl:-1", document.get("metric").stringValue());
    assertEquals(8, document.get("effects").size());
    assertEquals(
        "[\"blocks.1.attn.z[head=2]=zero\"]",
        document.get("effects").get(6).get("plan").get("edit").toString());
    assertEquals(3, document.get("portions").size());
    assertArrayEquals(
        new long[] {2, 4}, run(of(Component.Kind.HEADS)).arrays().firstEntry().getValue().shape());
  }

  @Test
  void should_say_in_one_line_what_there_is_when_it_does_not_exist() {
    AblationSpec heads = of(Component.Kind.HEADS);
    refused("--which: head 9: out of range; expected 0 to 3", which(heads, Indices.of(9)));
    refused("neuron 9999", which(neurons(), Indices.of(9999)));
    refused("expected none, or --layers", which(of(Component.Kind.MLP), Indices.of(0)));
    refused("layer 2: out of range; expected 0 to 1", () -> run(layers(heads, Layers.of(2))));
    refused("expected zero, mean, reference", () -> Treatment.parse("zeros"));
    refused("no reference texts", () -> run(heads.with(Treatment.reference())));
    refused("two or more", () -> run(of(Component.Kind.LAYERS).with(Sets.ALL_BUT_ONE)));
  }

  private static Executable which(AblationSpec spec, Indices members) {
    return () -> run(spec.with(Treatment.zero()).with(members));
  }

  private static AblationSpec layers(AblationSpec spec, Layers layers) {
    return new AblationSpec(
        spec.kind(),
        layers,
        null,
        1,
        Treatment.zero(),
        spec.sets(),
        Order.EFFECT,
        8,
        spec.metric(),
        3,
        0);
  }

  private static void refused(String expected, Executable what) {
    String message = String.valueOf(assertThrows(InputException.class, what).getMessage());
    assertTrue(message.contains(expected), message);
    assertEquals(1, message.lines().count());
  }

  @Test
  void should_end_when_nobody_wants_it_any_more() {
    Watch watch =
        new Watch() {
          private long seen;

          @Override
          public void progress(long done, long all) {
            seen = done;
          }

          @Override
          public boolean goesOn() {
            return seen < 4;
          }
        };
    assertThrows(
        CancellationException.class,
        () -> bundled.run(texts(TEXTS), of(Component.Kind.HEADS), null, watch));
  }

  @Test
  void should_be_read_as_written_when_edits_are_spelled() {
    for (String text :
        List.of(
            "zero", "mean", "reference", "resample", "uniform", "noise:0.5", "scale:2", "skip")) {
      assertEquals(text, Treatment.parse(text).toString());
    }
    assertEquals("resample:1,0", Edit.parse("resample:1,0").toString());
  }
}
