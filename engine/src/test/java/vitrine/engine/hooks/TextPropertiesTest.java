package vitrine.engine.hooks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import vitrine.engine.InputException;

/**
 * Printing and reading are inverse; text that nobody vouches for gives a value or an {@link
 * InputException}.
 */
final class TextPropertiesTest {

  @Property
  void should_read_back_the_same_site_when_printed(@ForAll("sites") Site site) {
    assertEquals(site, Site.parse(site.toString()));
    assertEquals(site.toString(), Site.parse(site.toString()).toString());
  }

  @Property
  void should_read_back_the_same_plan_when_it_is_json(
      @ForAll("sites") Site read,
      @ForAll("sites") Site edited,
      @ForAll float x,
      @ForAll long seed) {
    Plan plan =
        Plan.empty()
            .read(read)
            .edit(edited, Edit.scale(x))
            .loss(Loss.value(x))
            .gradientOfParameters()
            .seed(seed);
    Plan back = Plan.fromJson(plan.toJson());
    assertEquals(plan, back);
    assertEquals(plan.toJson(), back.toJson());
  }

  @Property
  void should_refuse_a_site_in_order_when_it_does_not_fit_the_model(@ForAll("sites") Site site) {
    for (Architecture model : List.of(Models.gpt2(), Models.bert(Head.PRETRAINING, 0))) {
      onlyInputErrors(
          site.toString(),
          text -> {
            CompiledPlan plan = Plan.of(model).read(Site.parse(text)).compile(model);
            plan.check(2, 5);
            return plan;
          });
    }
  }

  @Property(tries = 2000)
  void should_give_a_value_or_the_one_exception_when_the_text_is_anything(
      @ForAll("texts") String text) {
    onlyInputErrors(text, Site::parse);
    onlyInputErrors(text, Edit::parse);
    onlyInputErrors(text, Loss::parse);
    onlyInputErrors(text, Plan.EditOf::parse);
    onlyInputErrors(text, Plan::fromJson);
  }

  private static void onlyInputErrors(String text, Function<String, ?> reader) {
    try {
      assertTrue(reader.apply(text) != null);
    } catch (InputException refused) {
      String message = String.valueOf(refused.getMessage());
      assertTrue(message.indexOf('\n') < 0 && message.indexOf('\r') < 0, message);
      assertTrue(message.contains("; expected ") || message.contains("out of range"), message);
    }
  }

  /** Anything, and things put together from the pieces the grammars are made of. */
  @Provide
  Arbitrary<String> texts() {
    List<String> pieces =
        new ArrayList<>(
            List.of(
                "blocks.",
                "*",
                ".",
                "..",
                "[",
                "]",
                "{",
                "}",
                ",",
                "=",
                "-",
                "0",
                "1",
                "17",
                " ",
                "head",
                "pos",
                "query",
                "neuron",
                "hook_",
                "attn.",
                "z",
                "pattern",
                "mlp.post",
                "embed",
                "logits",
                "zero",
                "mean",
                "mean:",
                "set:",
                "1e9",
                "nan",
                "a.npy",
                "from:",
                "scale:",
                "uniform",
                "noise:",
                "mlm:",
                "logit:",
                "diff:",
                "next",
                "\"",
                ":",
                "{\"read\":[\"embed\"]",
                "\"seed\":",
                "\n",
                "\u2028",
                "\uD800",
                "\u0000"));
    Arbitrary<String> made =
        Arbitraries.of(pieces).list().ofMaxSize(12).map(parts -> String.join("", parts));
    return Arbitraries.oneOf(Arbitraries.strings().ofMaxLength(40), made);
  }

  @Provide
  Arbitrary<Site> sites() {
    Arbitrary<Target> targets =
        Arbitraries.oneOf(
            Arbitraries.of(Tap.values()).map(Target.class::cast),
            Arbitraries.of(WeightSite.values()).map(Target.class::cast));
    Arbitrary<Slice> slices =
        Combinators.combine(
                Arbitraries.of(Axis.values()).filter(axis -> axis != Axis.ONE).set().ofMaxSize(3),
                indices().list().ofSize(3))
            .as(TextPropertiesTest::slice);
    return Combinators.combine(targets, layers(), slices)
        .as((target, layers, slice) ->
            new Site(target, target.perBlock() ? layers : Layers.NONE, slice));
  }

  private static Slice slice(Set<Axis> axes, List<Indices> indices) {
    Slice slice = Slice.ALL;
    int next = 0;
    for (Axis axis : axes) {
      slice = slice.with(axis, indices.get(next++));
    }
    return slice;
  }

  private static Arbitrary<Layers> layers() {
    return Arbitraries.oneOf(Arbitraries.just(Layers.ALL), indices().map(Layers::some));
  }

  private static Arbitrary<Indices> indices() {
    Arbitrary<Integer> any =
        Arbitraries.oneOf(Arbitraries.integers().between(-8, 8), Arbitraries.integers());
    return Arbitraries.oneOf(
        any.map(Indices::of),
        Combinators.combine(any, any).as(Indices::range),
        any.list().ofMinSize(1).ofMaxSize(5).map(Indices.Listed::new));
  }
}
