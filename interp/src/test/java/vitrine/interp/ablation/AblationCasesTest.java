package vitrine.interp.ablation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static vitrine.interp.ablation.Bundled.TEXTS;
import static vitrine.interp.ablation.Bundled.texts;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import tools.jackson.databind.JsonNode;
import vitrine.engine.InputException;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Indices;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Loss;
import vitrine.engine.models.Model;
import vitrine.interp.Texts;
import vitrine.interp.heads.HeadsResult;
import vitrine.interp.heads.Importance;
import vitrine.interp.metrics.Metric;
import vitrine.interp.metrics.RowLengths;
import vitrine.interp.pictures.Table;

/** What is left out, refused, drawn and said; on the bundled model. */
final class AblationCasesTest {
  private static Bundled bundled;
  private static Model model;

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
    return bundled.run(texts(TEXTS), spec);
  }

  private static AblationSpec of(Component.Kind kind) {
    return AblationSpec.of(kind, Metric.divergence(-1)).inBatchesOf(3);
  }

  private static void refused(String expected, Executable what) {
    String message = String.valueOf(assertThrows(InputException.class, what).getMessage());
    assertTrue(message.contains(expected), message);
    assertEquals(1, message.lines().count());
  }

  @Test
  void should_run_the_other_texts_untouched_beside_when_something_feeds_another() {
    AblationSpec spec = of(Component.Kind.HEADS).with(Treatment.resample()).with(Sets.PAIRS);
    List<Example> all = texts(TEXTS).inputs().examples();
    for (Portion portion : Portion.of(Inputs.batch(all), spec, model.architecture())) {
      List<Integer> rows = portion.rows();
      for (int i = 0; i < portion.texts().size(); i++) {
        int donor = portion.donors()[i];
        if (portion.serves(rows.get(i))) {
          assertTrue(donor >= portion.texts().size(), "an edited row is no clean one");
          assertEquals(donor, portion.donors()[donor], "and it takes nothing itself");
          assertTrue(!rows.get(donor).equals(rows.get(i)));
        }
      }
    }
    AblationResult pairs = run(spec);
    AblationResult alone = run(spec.with(Sets.SINGLE));
    for (int i = 0; i < alone.effects().size(); i++) {
      assertEquals(alone.effects().get(i), pairs.effects().get(i));
    }
    assertEquals("clean run", pairs.document().get("values_of").stringValue());
    JsonNode portion = pairs.document().get("portions").get(0);
    assertEquals(portion.get("texts").size(), portion.get("donors").size());
  }

  @Test
  void should_refuse_before_anything_runs_when_no_other_text_can_stand_in() {
    AblationSpec spec = of(Component.Kind.HEADS).with(Treatment.resample());
    refused(
        "--edit resample: no other text to take values from; expected two or more texts",
        () -> bundled.run(texts(TEXTS.subList(0, 1)), spec));
  }

  @Test
  void should_leave_out_what_the_loss_asks_nothing_of_whatever_runs_beside_it() {
    Texts texts =
        texts(List.of("the", "the red cat saw a bird . the red cat", "a", "a cat saw a bird"));
    AblationSpec spec = AblationSpec.of(Component.Kind.HEADS, Metric.loss());
    AblationResult two = bundled.run(texts, spec.inBatchesOf(2));
    for (int batch : new int[] {1, 16}) {
      AblationResult other = bundled.run(texts, spec.inBatchesOf(batch));
      assertEquals(two.effects(), other.effects());
      assertEquals(two.clean(), other.clean());
      assertEquals(List.of(0, 2), other.unasked());
      assertTrue(
          other.notes().toString().contains("2 of 4 texts are left out: the metric asks nothing"),
          other.notes().toString());
    }
    assertEquals(2, two.clean().n());
    assertTrue(Double.isNaN(two.byText(0)[0]));
    refused(
        "--metric loss: asks nothing of any of these texts",
        () -> bundled.run(texts(List.of("the", "a")), spec));
  }

  @Test
  void should_count_from_the_end_of_each_text_when_positions_are_negative() {
    AblationSpec spec = of(Component.Kind.POSITIONS).with(Indices.list(-1, -3));
    AblationResult result = run(spec);
    assertEquals(
        List.of("L0P-1", "L0P-3", "L1P-1", "L1P-3"),
        result.effects().stream().map(each -> each.variant().name()).toList());
    for (int text = 0; text < TEXTS.size(); text++) {
      Texts one = texts(List.of(TEXTS.get(text)));
      int length = one.inputs().examples().getFirst().ids().length;
      AblationResult alone = bundled.run(one, spec.with(Indices.list(length - 1, length - 3)));
      for (int variant = 0; variant < 4; variant++) {
        assertEquals(alone.byText(variant)[0], result.byText(variant)[text]);
      }
    }
    assertEquals(TEXTS.size(), result.effects().getFirst().n());
    refused("expected both from the same end", () -> run(spec.with(Indices.range(-3, 10))));
  }

  @Test
  void should_be_of_the_text_alone_when_a_positions_loss_counts_from_the_end() {
    Metric metric = RowLengths.atLength(Metric.parse("loss:start:-2"), 7);
    assertEquals("loss:start:5", metric.toString());
    assertTrue(RowLengths.wantsOneLength(Metric.parse("loss:mlm:-1=3"), model.architecture()));
    assertFalse(RowLengths.wantsOneLength(Metric.parse("loss:mlm:1=3"), model.architecture()));
  }

  @Test
  void should_draw_other_noise_when_portions_or_seeds_differ() {
    AblationSpec spec = of(Component.Kind.HEADS).with(Treatment.noise(0.5f));
    Inputs inputs = texts(TEXTS).inputs();
    Set<Long> seeds = new HashSet<>();
    for (long seed = 0; seed < 4; seed++) {
      for (Portion each : Portion.of(inputs, spec.seeded(seed), model.architecture())) {
        assertTrue(seeds.add(each.seed()), "a seed's second portion is no other seed's first");
        assertTrue(each.seed() >= 0 && each.seed() < 1L << 53, "every reader of JSON has it whole");
      }
    }
    assertEquals(12, seeds.size());
  }

  @Test
  void should_prune_by_the_gradient_when_the_order_is_importance() {
    AblationSpec spec = AblationSpec.of(Component.Kind.HEADS, Metric.loss()).inBatchesOf(3);
    AblationResult result = run(spec.with(Sets.CUMULATIVE).with(Order.IMPORTANCE));
    double[] sizes = Importance.sizes(model, texts(TEXTS).inputs(), Loss.next());
    HeadsResult heads =
        Importance.run(model, bundled.files(), texts(TEXTS), Loss.next(), 0, "test");
    for (int head = 0; head < sizes.length; head++) {
      assertEquals(heads.measure(Importance.RAW).values().get(head).estimate(), sizes[head], 1e-12);
    }
    List<String> expected =
        IntStream.range(0, 8)
            .boxed()
            .sorted(Comparator.comparingDouble(head -> sizes[head]))
            .map(head -> "L%dH%d".formatted(head / 4, head % 4))
            .toList();
    Effect last = result.curves().getFirst().points().getLast();
    assertEquals(expected, last.variant().off().stream().map(Component::toString).toList());
    assertEquals("8 by importance", last.variant().name());
    assertEquals("least |dL/dxi| first", result.curves().getFirst().order());
    refused("expected heads", () -> of(Component.Kind.MLP).with(Order.IMPORTANCE));
  }

  @Test
  void should_refuse_what_nobody_can_hold_when_all_but_one_of_many() {
    List<Component> neurons =
        IntStream.range(0, 3000)
            .mapToObj(each -> (Component) new Component.Neurons(0, each, each + 1))
            .toList();
    refused(
        "3000 neurons, with the others of their layers 9000000 to be switched off; expected at most",
        () -> new Groups(of(Component.Kind.NEURONS), neurons).allButOne());
  }

  @Test
  void should_say_what_the_tests_cannot_say_when_texts_are_few() {
    AblationSpec spec = AblationSpec.of(Component.Kind.HEADS, Metric.loss());
    String notes = bundled.run(texts(TEXTS.subList(0, 4)), spec).notes().toString();
    assertTrue(notes.contains("6 of 8 variants changed no text"), notes);
    assertTrue(
        notes.contains(
            "With 4 texts p cannot be below 0.1250, and corrected for 2 variants not below 0.2500"),
        notes);
    assertTrue(notes.contains("none can be told from chance so, however large"), notes);
    JsonNode effect = run(spec).document().get("effects").get(1);
    assertEquals("wilcoxon", effect.get("test").stringValue());
    assertTrue(effect.get("exact").booleanValue());
  }

  @Test
  void should_count_what_it_will_hold_when_all_tokens_are_compared() {
    AblationSpec spec = AblationSpec.of(Component.Kind.HEADS, Metric.divergence()).inBatchesOf(3);
    Texts texts = texts(TEXTS);
    int[] lengths =
        texts.inputs().examples().stream().mapToInt(each -> each.ids().length).sorted().toArray();
    long rows = IntStream.of(lengths).skip(6).sum(); // the portion of the longest alone
    long most = Math.max(rows, IntStream.of(lengths).skip(3).limit(3).sum());
    long vocabulary = model.architecture().vocabulary();
    assertEquals(
        9L * TEXTS.size() * Double.BYTES + most * vocabulary * Float.BYTES,
        Ablation.leastHeapBytes(model, texts, spec));
    assertTrue(Ablation.leastBytes(model, texts, spec) >= 2 * most * vocabulary * Float.BYTES);
  }

  @Test
  void should_name_the_one_that_stays_when_a_table_of_all_but_one() {
    Table table = run(of(Component.Kind.HEADS).with(Sets.ALL_BUT_ONE)).table();
    assertEquals(Table.Cell.of("only L1H2"), table.rows().get(6).getFirst());
    assertEquals(List.of(Table.Cell.of(1), Table.Cell.of(2)), table.rows().get(6).subList(2, 4));
    Table pairs = run(of(Component.Kind.HEADS).with(Sets.PAIRS)).table();
    assertEquals(Table.Cell.of(Double.NaN), pairs.rows().getLast().get(2));
  }

  @Test
  void should_have_an_importance_when_a_whole_batch_is_asked_nothing() {
    List<String> texts = new ArrayList<>(Collections.nCopies(Importance.AT_ONCE, "the"));
    texts.add(TEXTS.getFirst());
    HeadsResult found =
        Importance.run(model, bundled.files(), texts(texts), Loss.next(), 0, "test");
    assertEquals("[[8]]", found.document().get("portions").toString());
    double[] alone = Importance.sizes(model, texts(TEXTS.subList(0, 1)).inputs(), Loss.next());
    for (int head = 0; head < alone.length; head++) {
      assertEquals(alone[head], found.measure(Importance.RAW).values().get(head).estimate());
    }
  }

  @Test
  void should_have_the_same_bits_when_threads_differ() {
    AblationSpec spec = of(Component.Kind.HEADS).with(Sets.PAIRS);
    String one = bundled.run(texts(TEXTS), spec, 1).document().toString();
    assertEquals(one, bundled.run(texts(TEXTS), spec, 3).document().toString());
  }
}
