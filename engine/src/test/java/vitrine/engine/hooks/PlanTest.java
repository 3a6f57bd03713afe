package vitrine.engine.hooks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static vitrine.engine.hooks.Errors.assertRefused;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PlanTest {
  private static final Plan EXAMPLE =
      Plan.empty()
          .read(Site.pattern(3), Site.residPost(Layers.ALL))
          .edit(Site.z(3).head(2), Edit.zero())
          .edit(Site.embed(), Edit.scale(0.5f))
          .gradient(Site.embed())
          .gradientOfParameters()
          .loss(Loss.logit(-1, 42))
          .seed(7);

  @Test
  void should_be_the_documented_text_when_written() {
    assertEquals(
        "{\"read\":[\"blocks.3.attn.pattern\",\"blocks.*.resid_post\"],"
            + "\"edit\":[\"blocks.3.attn.z[head=2]=zero\",\"embed=scale:0.5\"],"
            + "\"gradient\":[\"embed\",\"params\"],\"loss\":\"logit:-1,42\",\"seed\":7,"
            + "\"repeatable\":true}",
        EXAMPLE.toJson());
    assertEquals(EXAMPLE, Plan.fromJson(EXAMPLE.toJson()));
    assertEquals("{\"seed\":0,\"repeatable\":true}", Plan.empty().toJson());
    assertEquals(Plan.empty(), Plan.fromJson("{}"));
  }

  @Test
  void should_say_that_it_cannot_be_repeated_when_an_edit_is_custom() {
    Plan plan = Plan.empty().edit(Site.embed(), Edit.custom("ones", (value, context) -> {}));
    assertFalse(plan.isRepeatable());
    assertEquals(
        "{\"edit\":[\"embed=custom:ones\"],\"seed\":0,\"repeatable\":false}", plan.toJson());
    assertRefused(() -> Plan.fromJson(plan.toJson()), "repeatable", "function");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "null",
        "1",
        "{",
        "{} {}",
        "{}x",
        "{\"reads\":[]}",
        "{\"read\":\"embed\"}",
        "{\"read\":[1]}",
        "{\"read\":[null]}",
        "{\"read\":null}",
        "{\"read\":[\"embeds\"]}",
        "{\"read\":[\"embed\"],\"read\":[]}",
        "{\"edit\":[\"embed\"]}",
        "{\"edit\":[\"embed=custom:mine\"]}",
        "{\"gradient\":[\"embed.W_E\"]}",
        "{\"loss\":\"nothing\"}",
        "{\"loss\":null}",
        "{\"seed\":1.0}",
        "{\"seed\":\"1\"}",
        "{\"seed\":9223372036854775808}",
        "{\"seed\":null}",
        "{\"repeatable\":1}",
        "{\"repeatable\":null}",
        "{\"read\":[[[[[[[[[[[[[[]]]]]]]]]]]]]]}",
        "{'read':[]}",
        "{\"read\":[],}",
        "// note\n{}",
      })
  void should_refuse_in_one_line_when_the_json_is_no_plan(String json) {
    assertRefused(() -> Plan.fromJson(json));
  }

  @Test
  void should_check_each_thing_as_it_is_added_when_the_model_is_known() {
    Plan plan = Plan.of(Models.gpt2());
    assertRefused(() -> plan.read(Site.residMidRaw(0)));
    assertRefused(() -> plan.edit(Site.z(9), Edit.zero()));
    assertRefused(() -> plan.edit(Site.z(0), Edit.uniform()));
    assertRefused(() -> plan.gradient(Site.pooled()));
    assertRefused(() -> plan.loss(Loss.label(0)));
    assertRefused(() -> EXAMPLE.read(Site.pooled()).forModel(Models.gpt2()), "pooled");
    assertEquals(EXAMPLE, EXAMPLE.forModel(Models.gpt2()));
  }

  @Test
  void should_stay_as_it_was_when_something_is_added() {
    Plan empty = Plan.empty();
    Plan read = empty.read(Site.embed());
    assertEquals(List.of(), empty.reads());
    assertEquals(List.of(Site.embed()), read.reads());
  }

  @Test
  void should_want_a_loss_when_gradients_are_asked_for() {
    Architecture model = Models.gpt2();
    Plan gradient = Plan.of(model).gradient(Site.embed());
    assertRefused(() -> gradient.compile(model), "no loss");
    assertRefused(() -> Plan.of(model).gradientOfParameters().compile(model), "no loss");
    assertNotNull(gradient.loss(Loss.next()).compile(model));
    assertRefused(() -> Plan.empty().gradient(Site.of(WeightSite.W_E)), "params");
  }

  @Test
  void should_be_found_by_tap_and_layer_when_compiled() {
    Architecture model = Models.gpt2();
    CompiledPlan plan = EXAMPLE.compile(model);
    for (Tap tap : Tap.values()) {
      for (int layer = 0; layer < (tap.perBlock() ? 6 : 0); layer++) {
        boolean wanted =
            tap == Tap.RESID_POST || (layer == 3 && (tap == Tap.PATTERN || tap == Tap.Z));
        assertEquals(wanted, plan.wants(tap, layer), tap + " " + layer);
      }
      if (!tap.perBlock()) {
        assertEquals(tap == Tap.EMBED, plan.wants(tap), tap.path());
      }
    }
    assertTrue(plan.wantsAny(3, Tap.Q, Tap.PATTERN));
    assertFalse(plan.wantsAny(2, Tap.Q, Tap.PATTERN));
    assertNull(plan.at(Tap.PATTERN, 2));
    Actions embed = assertNotNullAnd(plan.at(Tap.EMBED));
    assertEquals(Edit.scale(0.5f), embed.edits().getFirst().edit());
    assertEquals(Site.embed(), embed.gradients().getFirst().site());
    assertEquals(List.of(), embed.reads());
    assertEquals(
        List.of(
            "blocks.3.attn.pattern",
            "blocks.0.resid_post",
            "blocks.1.resid_post",
            "blocks.2.resid_post",
            "blocks.3.resid_post",
            "blocks.4.resid_post",
            "blocks.5.resid_post"),
        plan.reads().stream().map(read -> read.site().name()).toList());
    assertThrows(IllegalArgumentException.class, () -> plan.at(Tap.EMBED, 0));
    assertThrows(IllegalArgumentException.class, () -> plan.at(Tap.Z));
  }

  private static Actions assertNotNullAnd(@Nullable Actions actions) {
    assertNotNull(actions);
    return Objects.requireNonNull(actions);
  }

  @Test
  void should_keep_plan_order_and_drop_repeats_when_sites_overlap() {
    Architecture model = Models.gpt2();
    CompiledPlan plan =
        Plan.of(model)
            .read(Site.z(-1), Site.z(Layers.ALL), Site.z(5), Site.z(5).head(0))
            .read(Site.of(WeightSite.W_O, Layers.range(0, 2)))
            .edit(Site.z(Layers.list(2, 1)), Edit.mean())
            .edit(Site.z(1), Edit.zero())
            .compile(model);
    assertEquals(
        List.of(
            "blocks.5.attn.z",
            "blocks.0.attn.z",
            "blocks.1.attn.z",
            "blocks.2.attn.z",
            "blocks.3.attn.z",
            "blocks.4.attn.z",
            "blocks.5.attn.z[head=0]",
            "blocks.0.attn.W_O",
            "blocks.1.attn.W_O"),
        plan.reads().stream().map(read -> read.site().name()).toList());
    assertEquals(2, assertNotNullAnd(plan.at(Tap.Z, 5)).reads().size());
    assertEquals(
        List.of("blocks.2.attn.z=mean", "blocks.1.attn.z=mean", "blocks.1.attn.z=zero"),
        plan.edits().stream().map(EditStep::toString).toList());
    assertEquals(
        List.of("blocks.1.attn.z=mean", "blocks.1.attn.z=zero"),
        assertNotNullAnd(plan.at(Tap.Z, 1)).edits().stream().map(EditStep::toString).toList());
  }

  @Test
  void should_stand_at_the_canonical_tap_when_two_names_mean_one_tensor() {
    Architecture pretraining = Models.bert(Head.PRETRAINING, 0);
    CompiledPlan plan =
        Plan.of(pretraining)
            .read(Site.logitsMlm(), Site.logits(), Site.logitsNsp())
            .compile(pretraining);
    assertFalse(plan.wants(Tap.LOGITS_MLM));
    assertTrue(plan.wants(Tap.LOGITS_NSP));
    assertEquals(
        List.of(Site.logitsMlm(), Site.logits()),
        assertNotNullAnd(plan.at(Tap.LOGITS)).reads().stream().map(ReadStep::site).toList());
    Architecture sentence = Models.bert(Head.NEXT_SENTENCE, 0);
    CompiledPlan nsp = Plan.of(sentence).edit(Site.logitsNsp(), Edit.zero()).compile(sentence);
    assertFalse(nsp.wants(Tap.LOGITS_NSP));
    assertEquals(1, assertNotNullAnd(nsp.at(Tap.LOGITS)).edits().size());
  }

  @Test
  void should_refuse_before_computing_when_the_inputs_are_too_short() {
    Architecture model = Models.gpt2();
    CompiledPlan plan = Plan.of(model).read(Site.z(0).position(4)).loss(Loss.next()).compile(model);
    plan.check(1, 5);
    assertRefused(() -> plan.check(1, 4), "pos 4");
    assertRefused(
        () ->
            Plan.of(model).edit(Site.embed().position(-3), Edit.zero()).compile(model).check(1, 2),
        "pos -3");
    assertRefused(
        () -> Plan.of(model).loss(Loss.logit(2, 0)).compile(model).check(1, 2), "position 2");
  }

  @Test
  void should_refuse_examples_that_are_not_there_when_resampled() {
    Plan plan = Plan.of(Models.gpt2()).edit(Site.z(0).head(1), Edit.resample(1, 0, 2));
    plan.compile(Models.gpt2()).check(3, 4);
    assertRefused(
        () -> plan.compile(Models.gpt2()).check(2, 4), "3 examples", "each of the 2 of the batch");
    Plan beyond = Plan.of(Models.gpt2()).edit(Site.z(0), Edit.resample(2, 0));
    assertRefused(() -> beyond.compile(Models.gpt2()).check(2, 4), "the last at 2", "from 0 to 1");
  }
}
