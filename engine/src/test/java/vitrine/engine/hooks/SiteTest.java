package vitrine.engine.hooks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static vitrine.engine.hooks.Errors.assertRefused;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import vitrine.engine.InputException;
import vitrine.kernels.Region;
import vitrine.kernels.Shape;

final class SiteTest {

  @Test
  void should_read_every_name_back_when_printed() {
    List<Target> targets =
        Stream.<Target>concat(Arrays.stream(Tap.values()), Arrays.stream(WeightSite.values()))
            .toList();
    for (Target target : targets) {
      Site site = target.perBlock() ? Site.of(target, 4) : Site.of(target);
      assertEquals(target.pattern().replace("N.", "4."), site.name());
      assertEquals(site, Site.parse(site.name()));
    }
    assertEquals(32 + 25, targets.size());
  }

  @Test
  void should_have_a_factory_for_each_tap_when_listed() throws ReflectiveOperationException {
    Set<Target> single = new HashSet<>();
    Set<Target> wide = new HashSet<>();
    for (Method method : Site.class.getDeclaredMethods()) {
      boolean factory =
          Modifier.isStatic(method.getModifiers())
              && Modifier.isPublic(method.getModifiers())
              && method.getReturnType() == Site.class;
      List<Class<?>> parameters = List.of(method.getParameterTypes());
      if (!factory) {
        continue;
      }
      if (parameters.isEmpty()) {
        Site site = (Site) method.invoke(null);
        single.add(site.target());
        wide.add(site.target());
        assertEquals(camel((Tap) site.target()), method.getName());
      } else if (parameters.equals(List.of(int.class))) {
        Site site = (Site) method.invoke(null, 3);
        assertEquals(Layers.of(3), site.layers());
        assertEquals(camel((Tap) site.target()), method.getName());
        single.add(site.target());
      } else if (parameters.equals(List.of(Layers.class))) {
        Site site = (Site) method.invoke(null, Layers.ALL);
        assertEquals(Layers.ALL, site.layers());
        wide.add(site.target());
      }
    }
    assertEquals(EnumSet.allOf(Tap.class), single);
    assertEquals(EnumSet.allOf(Tap.class), wide);
  }

  private static String camel(Tap tap) {
    StringBuilder name = new StringBuilder();
    for (String word : tap.name().toLowerCase(Locale.ROOT).split("_", -1)) {
      name.append(
          name.isEmpty() ? word : Character.toUpperCase(word.charAt(0)) + word.substring(1));
    }
    return name.toString();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "hook_embed | embed",
        "hook_pos_embed | pos_embed",
        "blocks.0.hook_resid_pre | blocks.0.resid_pre",
        "blocks.0.attn.hook_z | blocks.0.attn.z",
        "blocks.0.hook_attn_out | blocks.0.attn_out",
        "blocks.0.ln1.hook_scale | blocks.0.ln1.scale",
        "blocks.0.mlp.hook_pre | blocks.0.mlp.pre",
        "blocks.*.attn.hook_attn_scores[head=1] | blocks.*.attn.scores[head=1]",
        "blocks.1.attn.attn_scores | blocks.1.attn.scores",
        "ln_final.hook_normalized | ln_final.normalized",
        "blocks.2..5.resid_post | blocks.2..5.resid_post",
        "blocks.-3..-1.resid_post | blocks.-3..-1.resid_post",
        "blocks.{1,4}.attn.z[ head = {0, -1} , pos = 1 .. 3 ] | blocks.{1,4}.attn.z[head={0,-1},pos=1..3]",
        "blocks.0.attn.pattern[key=0,query=2] | blocks.0.attn.pattern[key=0,query=2]",
        "blocks.-1.mlp.post[neuron=17] | blocks.-1.mlp.post[neuron=17]",
      })
  void should_give_the_canonical_name_when_spelled_otherwise(String given, String canonical) {
    assertEquals(canonical, Site.parse(given).name());
    assertEquals(Site.parse(given), Site.parse(canonical));
  }

  @Test
  void should_equal_the_parsed_text_when_made_in_code() {
    assertEquals(Site.parse("blocks.3.attn.z[head=5]"), Site.z(3).head(5));
    assertEquals(Site.parse("blocks.*.resid_post"), Site.residPost(Layers.ALL));
    assertEquals(
        Site.parse("blocks.3.attn.pattern[query=2,key=0]"), Site.pattern(3).query(2).key(0));
    assertEquals(
        Site.parse("blocks.2..5.mlp.post[neuron=0..9,pos=-1]"),
        Site.mlpPost(Layers.range(2, 5)).neurons(Indices.range(0, 9)).position(-1));
    assertEquals(Site.parse("blocks.{0,2}.attn.W_Q"), Site.of(WeightSite.W_Q, Layers.list(0, 2)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "blocks.0.attn.zz | blocks.0.attn.z",
        "blocks.0.resid_mix | blocks.0.resid_mid",
        "resid_post | blocks.N.resid_post",
        "blocks.*.mlp.neurons | blocks.*.mlp.",
        "embedd | embed",
        "blocks.0.attn.hook_W_Q | blocks.0.attn.W_Q",
        "logit | logits",
        "blocks.2..4.atn.pattern | blocks.2..4.attn.pattern",
        "ln_final.scales | ln_final.scale",
        "ln_fin | ln_final.scale",
        "blocks.0.attn.q_proj | blocks.0.attn.q",
        "blocks.0.attn | blocks.0.attn.",
      })
  void should_list_the_nearest_names_when_there_is_no_such_site(String given, String nearest) {
    assertRefused(() -> Site.parse(given), "no such site", "Nearest: ", nearest);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "blocks",
        "blocks.",
        "blocks.N.attn.z",
        "blocks.attn.z",
        "blocks.01.attn.z",
        "blocks.-0.attn.z",
        "blocks.+1.attn.z",
        "blocks.1...2.attn.z",
        "blocks.{}.attn.z",
        "blocks.{1,}.attn.z",
        "blocks.{1.attn.z",
        "blocks.99999999999.attn.z",
        "blocks.1 2.attn.z",
        "blocks.0.attn.z[",
        "blocks.0.attn.z[]",
        "blocks.0.attn.z[head]",
        "blocks.0.attn.z[head=]",
        "blocks.0.attn.z[head=1",
        "blocks.0.attn.z[head=1]]",
        "blocks.0.attn.z[head=1][pos=2]",
        "blocks.0.attn.z[head=1]x",
        "blocks.0.attn.z[head=1,]",
        "blocks.0.attn.z[,head=1]",
        "blocks.0.attn.z[heads=1]",
        "blocks.0.attn.z[one=0]",
        "blocks.0.attn.z[head=1,head=2]",
        "blocks.0.attn.z[head=1..]",
        "blocks.0.attn.z[head=..2]",
        "blocks.0.attn.z[head=*]",
        "blocks.0.attn.z[head=1.5]",
        "blocks.0.attn.z[head={1,,2}]",
        "blocks.0.attn.z[head={{1}}]",
        "blocks.0.attn.z[head=2147483648]",
        "blocks.0.attn.z\n",
        "Blocks.0.attn.z",
        "blocks.0.attn.\u0000",
      })
  void should_refuse_in_one_line_when_unreadable(String given) {
    assertRefused(() -> Site.parse(given), "site: ");
  }

  @Test
  void should_tell_why_when_the_model_is_of_the_other_family() {
    assertRefused(
        () -> Site.residMidRaw(0).validate(Models.gpt2()),
        "blocks.0.resid_mid_raw: not in this model (gpt2)",
        "exists for BERT only",
        "post-norm",
        "blocks.0.resid_mid");
    assertRefused(() -> Site.lnFinalScale().validate(Models.bert()), "GPT-2 only");
    assertRefused(() -> Site.typeEmbed().validate(Models.gpt2()), "no segment embedding");
    assertRefused(() -> Site.logits().validate(Models.bert()), "'encode'");
    assertRefused(() -> Site.pooled().validate(Models.gpt2()), "no such output");
    assertRefused(() -> Site.of(WeightSite.B_U).validate(Models.gpt2()), "no bias");
    assertRefused(
        () -> Site.of(WeightSite.W_U).validate(Models.bert(Head.SEQUENCE, 3)), "vocabulary");
    Site.residMidRaw(0).validate(Models.bert());
    Site.of(WeightSite.B_U).validate(Models.bert(Head.MASKED, 0));
  }

  @Test
  void should_only_suggest_what_the_model_has_when_it_lacks_the_site() {
    String message =
        String.valueOf(
            assertThrows(InputException.class, () -> Site.residPostRaw(1).validate(Models.gpt2()))
                .getMessage());
    String suggested = message.substring(message.indexOf("Nearest"));
    assertEquals(-1, suggested.indexOf("_raw"), message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "blocks.6.attn.z | layer 6: out of range; expected 0 to 5",
        "blocks.-7.attn.z | layer -7: out of range",
        "blocks.4..9.attn.z | layer 9: out of range",
        "blocks.3..3.attn.z | an empty range",
        "blocks.4..2.attn.z | an empty range",
        "blocks.{1,-5}.attn.z | 1 twice",
        "blocks.0.attn.z[head=3] | head 3: out of range; expected 0 to 2",
        "blocks.0.attn.z[head=-2147483648] | out of range",
        "blocks.0.attn.z[hdim=4] | hdim 4",
        "blocks.0.attn.z[neuron=1] | no axis 'neuron'; expected a slice by batch, pos, head, hdim",
        "blocks.0.mlp.post[neuron=48] | neuron 48",
        "blocks.0.resid_pre[dim={1,1}] | 1 twice",
        "blocks.0.attn.pattern[pos=0] | no axis 'pos'; expected a slice by batch, head, query, key",
        "blocks.0.ln1.scale[dim=0] | no axis 'dim'; expected a slice by batch, pos.",
        "logits[token=101] | token 101",
        "embed.W_E[token=101] | token 101",
        "pos_embed.W_pos[pos=32] | pos 32",
        "blocks.0.attn.W_Q[batch=0] | no axis 'batch'",
      })
  void should_refuse_at_plan_time_when_out_of_range(String site, String says) {
    assertRefused(() -> Site.parse(site).validate(Models.gpt2()), "site: ", says);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "blocks.6.attn.z[head=1] | Nearest: blocks.5.attn.z[head=1].",
        "blocks.-7.mlp_out | Nearest: blocks.0.mlp_out.",
        "blocks.4..9.attn.z | Nearest: blocks.5.attn.z.",
        "blocks.0.attn.z[pos=2,head=3] | Nearest: blocks.0.attn.z[pos=2,head=2].",
        "blocks.0.attn.z[head={0,-4}] | Nearest: blocks.0.attn.z[head=0].",
        "blocks.*.mlp.post[neuron=40..50] | Nearest: blocks.*.mlp.post[neuron=47].",
      })
  void should_tell_the_nearest_site_when_out_of_range(String site, String says) {
    assertRefused(() -> Site.parse(site).validate(Models.gpt2()), "out of range", says);
  }

  @Test
  void should_wait_for_the_length_when_positions_are_sliced() {
    Site site = Site.parse("blocks.0.attn.pattern[query=7,key={0,-8}]");
    site.validate(Models.gpt2());
    site.check(Models.gpt2(), 1, 9);
    assertRefused(() -> site.check(Models.gpt2(), 1, 7), "query 7: out of range; expected 0 to 6");
    assertRefused(() -> site.check(Models.gpt2(), 1, 8), "0 twice");
    Site example = Site.parse("embed[batch=1]");
    example.check(Models.gpt2(), 2, 1);
    assertRefused(() -> example.check(Models.gpt2(), 1, 1), "batch 1");
  }

  @Test
  void should_give_one_site_a_layer_when_expanded() {
    List<String> names = new ArrayList<>();
    for (String text :
        List.of("blocks.*.attn.z[head=2]", "blocks.-2.attn.z", "blocks.{4,0}.attn.z", "embed")) {
      Site.parse(text).expand(Models.gpt2()).forEach(site -> names.add(site.name()));
    }
    assertEquals(
        List.of(
            "blocks.0.attn.z[head=2]",
            "blocks.1.attn.z[head=2]",
            "blocks.2.attn.z[head=2]",
            "blocks.3.attn.z[head=2]",
            "blocks.4.attn.z[head=2]",
            "blocks.5.attn.z[head=2]",
            "blocks.4.attn.z",
            "blocks.4.attn.z",
            "blocks.0.attn.z",
            "embed"),
        names);
  }

  @Test
  void should_keep_the_axis_when_the_slice_meets_a_tensor() {
    Architecture model = Models.gpt2();
    Site site = Site.parse("blocks.0.attn.z[head=-1,pos={4,1}]");
    Shape shape = model.shape(site.target(), 2, 5);
    assertEquals(Shape.of(2, 5, 3, 4), shape);
    Region region = Selection.region(site, model.axes(site.target()), shape);
    assertEquals(Shape.of(2, 2, 1, 4), region.shape(shape));
    assertArrayEquals(new int[] {4, 1}, region.indices(1, shape));
    assertArrayEquals(new int[] {2}, region.indices(2, shape));
  }

  @Test
  void should_have_the_shapes_of_the_table_when_asked() {
    Architecture bert = Models.bert(Head.QUESTION, 0);
    assertEquals(Shape.of(2, 7, 12), bert.shape(Tap.EMBED, 2, 7));
    assertEquals(Shape.of(2, 7, 1), bert.shape(Tap.LN1_SCALE, 2, 7));
    assertEquals(Shape.of(2, 3, 7, 7), bert.shape(Tap.PATTERN, 2, 7));
    assertEquals(Shape.of(2, 7, 3, 12), bert.shape(Tap.RESULT, 2, 7));
    assertEquals(Shape.of(2, 7, 48), bert.shape(Tap.MLP_PRE, 2, 7));
    assertEquals(Shape.of(2, 12), bert.shape(Tap.POOLED, 2, 7));
    assertEquals(Shape.of(2, 7, 2), bert.shape(Tap.LOGITS, 2, 7));
    assertEquals(Shape.of(2, 7), bert.shape(Tap.LOGITS_END, 2, 7));
    assertEquals(Shape.of(2, 7, 101), Models.gpt2().shape(Tap.LOGITS, 2, 7));
    assertEquals(Shape.of(2, 5), Models.gpt2(Head.SEQUENCE, 5).shape(Tap.LOGITS, 2, 7));
    assertEquals(Shape.of(2, 7, 5), Models.bert(Head.TOKENS, 5).shape(Tap.LOGITS, 2, 7));
    Architecture pretraining = Models.bert(Head.PRETRAINING, 0);
    assertEquals(Shape.of(2, 7, 101), pretraining.shape(Tap.LOGITS, 2, 7));
    assertEquals(Shape.of(2, 2), pretraining.shape(Tap.LOGITS_NSP, 2, 7));
    assertEquals(Shape.of(101, 12), bert.shape(WeightSite.W_E, 2, 7));
    assertEquals(Shape.of(32, 12), bert.shape(WeightSite.W_POS, 2, 7));
    assertEquals(Shape.of(2, 12), bert.shape(WeightSite.W_TYPE, 2, 7));
    assertEquals(Shape.of(3, 12, 4), bert.shape(WeightSite.W_Q, 2, 7));
    assertEquals(Shape.of(3, 4, 12), bert.shape(WeightSite.W_O, 2, 7));
    assertEquals(Shape.of(12, 48), bert.shape(WeightSite.W_IN, 2, 7));
  }
}
