package vitrine.tests.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import vitrine.engine.bundled.InductionModel;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Layers;
import vitrine.engine.hooks.Loss;
import vitrine.engine.hooks.Site;
import vitrine.engine.models.ModelFiles;
import vitrine.engine.models.Sweep;
import vitrine.interp.Texts;
import vitrine.interp.ablation.Ablation;
import vitrine.interp.ablation.AblationResult;
import vitrine.interp.ablation.AblationSpec;
import vitrine.interp.ablation.Effect;
import vitrine.interp.ablation.Watch;
import vitrine.interp.attribution.Attribution;
import vitrine.interp.attribution.AttributionResult;
import vitrine.interp.attribution.Component;
import vitrine.interp.circuits.Composition;
import vitrine.interp.circuits.CompositionResult;
import vitrine.interp.heads.HeadsResult;
import vitrine.interp.heads.Importance;
import vitrine.interp.heads.Looking;
import vitrine.interp.heads.Measure;
import vitrine.interp.heads.RepeatedTokens;
import vitrine.interp.metrics.Metric;
import vitrine.interp.patching.Direction;
import vitrine.interp.patching.PathPatching;
import vitrine.interp.patching.PathResult;
import vitrine.interp.patching.PathSpec;
import vitrine.interp.patching.PromptPair;

/**
 * On models whose mechanism is known by construction, every method points at its heads and at no
 * others; on random ones, at none.
 */
final class MechanismTest {
  private static Engine open(ModelFiles files) {
    return Engine.open(files, "simd", 1);
  }

  private static List<String> named(ModelFiles files) {
    try (Engine engine = open(files)) {
      RepeatedTokens.Spec spec = RepeatedTokens.Spec.usual(5);
      HeadsResult result = RepeatedTokens.run(engine.model(), engine.files(), spec, "test");
      return RepeatedTokens.named(result, spec.threshold()).stream()
          .map(each -> each.looking().label() + " " + each.layer() + "." + each.head())
          .toList();
    }
  }

  @Test
  void should_name_both_heads_and_no_other_when_hand_built() {
    assertEquals(List.of("previous-token 0.2", "induction 1.0"), named(HandBuiltGpt2.files()));
    assertEquals(
        List.of("previous-token 0.1", "induction 1.2"), named(new InductionModel().files()));
  }

  @Test
  void should_name_none_when_random() {
    for (ModelFiles files :
        List.of(RandomModel.gpt2(), RandomModel.gpt2Untied(), RandomModel.bert())) {
      assertEquals(List.of(), named(files));
    }
  }

  @Test
  void should_have_next_token_scores_and_no_induction_when_bert() {
    try (Engine engine = open(RandomModel.bert())) {
      HeadsResult result =
          RepeatedTokens.run(engine.model(), engine.files(), RepeatedTokens.Spec.usual(5), "test");
      assertEquals(
          List.of(Looking.PREVIOUS.key(), Looking.NEXT.key(), Looking.DUPLICATE.key()),
          result.measures().stream().map(Measure::key).toList());
    }
  }

  /** Texts of the hand-built model that say seven tokens twice. */
  private static Texts repeated(int count) {
    List<Example> examples = new ArrayList<>();
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < count; i++) {
      int first = random.nextInt(5);
      int[] half = IntStream.range(0, 7).map(j -> first + 3 * j).map(id -> id % 25).toArray();
      examples.add(Example.of(IntStream.concat(IntStream.of(half), IntStream.of(half)).toArray()));
    }
    return new Texts(
        Inputs.batch(examples),
        examples.stream()
            .map(example -> IntStream.of(example.ids()).mapToObj(Integer::toString).toList())
            .toList());
  }

  @Test
  void should_depend_on_both_heads_most_when_importance() {
    try (Engine engine = open(HandBuiltGpt2.files())) {
      HeadsResult result =
          Importance.run(engine.model(), engine.files(), repeated(12), Loss.next(), 0, "test");
      Measure raw = result.measure(Importance.RAW);
      double least = Math.min(raw.of(0, 2).estimate(), raw.of(1, 0).estimate());
      double rest = 0;
      for (int place : new int[] {0, 1, 4, 5}) {
        rest = Math.max(rest, raw.values().get(place).estimate());
      }
      System.out.printf("Hand-built: importance %.3g and above, others %.3g%n", least, rest);
      assertTrue(least > 20 * rest, least + " against " + rest);
    }
  }

  @Test
  void should_be_the_one_pair_when_composition() {
    try (Engine engine = open(HandBuiltGpt2.files())) {
      CompositionResult result = Composition.run(engine.model(), engine.files(), 0, "test");
      List<CompositionResult.Pair> above = result.above();
      assertEquals(List.of("k 0.2 1.0"), above.stream().map(MechanismTest::name).toList());
      CompositionResult.Pair first = above.getFirst();
      // 26 of 26 x 2 x 26 dimensions: 1 / sqrt(52); what a mean takes away is next to nothing.
      assertEquals(1 / Math.sqrt(52), first.score(), 0.005);
      assertTrue(first.score() > 2 * result.baseline());
      System.out.printf(
          "Hand-built: composition %.4f, random %.4f, threshold %.4f%n",
          first.score(), result.baseline(), result.threshold());
    }
    try (Engine engine = open(new InductionModel().files())) {
      CompositionResult result = Composition.run(engine.model(), engine.files(), 0, "test");
      assertEquals(1, result.above().size(), result.above().toString());
      assertEquals("k 0.1 1.2", name(result.above().getFirst()));
    }
    try (Engine engine = open(RandomModel.gpt2())) {
      CompositionResult result = Composition.run(engine.model(), engine.files(), 0, "test");
      assertEquals(List.of(), result.above());
    }
  }

  @Test
  void should_break_without_either_head_and_no_other_when_ablated() {
    try (Engine engine = open(HandBuiltGpt2.files())) {
      AblationResult result =
          Ablation.run(
              engine.model(),
              engine.files(),
              repeated(12),
              AblationSpec.of(
                  vitrine.interp.ablation.Component.Kind.HEADS, new Metric.OfLoss(null)),
              null,
              new Ablation.Effort(1L << 30, 1),
              Watch.NOBODY,
              "test");
      double[] changes =
          result.effects().stream().mapToDouble(effect -> effect.change().estimate()).toArray();
      assertEquals(6, changes.length);
      System.out.printf("Hand-built: loss without each head: %s%n", Arrays.toString(changes));
      for (int place : new int[] {0, 1, 4, 5}) {
        assertTrue(Math.abs(changes[place]) < Math.min(changes[2], changes[3]) / 20);
      }
      List<Effect> worst =
          result.effects().stream()
              .sorted(Comparator.comparingDouble(effect -> -effect.change().estimate()))
              .limit(2)
              .toList();
      assertEquals(
          Set.of("L0H2", "L1H0"),
          worst.stream().map(effect -> effect.variant().name()).collect(Collectors.toSet()));
      for (Effect effect : worst) {
        assertTrue(effect.adjusted() < 0.05, effect::toString);
        assertTrue(effect.change().low() > 0, effect::toString);
      }
    }
  }

  /** The previous-token head tells the induction head by its keys where to look, and no other. */
  @Test
  void should_lead_through_the_keys_when_paths_are_patched() {
    try (Engine engine = open(HandBuiltGpt2.files())) {
      for (String receiver : List.of("attn.q", "attn.k", "attn.v")) {
        PathResult result = paths(engine, List.of(Site.parse("blocks.1." + receiver + "[head=0]")));
        assertEquals(3, result.senders().size());
        for (PathResult.Sender sender : result.senders()) {
          boolean known = receiver.equals("attn.k") && sender.head() == 2;
          assertEquals(
              known ? 0 : 1,
              sender.measured().normalised().estimate(),
              known ? 0.05 : 0.01,
              receiver + " of 0." + sender.head());
        }
      }
      PathResult toLogits = paths(engine, List.of());
      assertEquals(6, toLogits.senders().size());
      for (PathResult.Sender sender : toLogits.senders()) {
        boolean known = sender.layer() == 1 && sender.head() == 0;
        double share = sender.measured().normalised().estimate();
        assertEquals(
            known ? 0 : 1, share, known ? 0.05 : 0.01, sender.layer() + "." + sender.head());
      }
    }
  }

  /** Corrupted values into the clean run, as Wang et al. do: 1 is as if nothing had been done. */
  private static PathResult paths(Engine engine, List<Site> receivers) {
    List<PromptPair> pairs = new ArrayList<>();
    for (int first = 0; first < 4; first++) {
      int[] clean = {first, first + 4, first + 8, first + 12, first + 16, first + 4};
      int[] corrupted = clean.clone();
      corrupted[1] = first + 20;
      pairs.add(
          new PromptPair(
              "test",
              Example.of(clean),
              Example.of(corrupted),
              IntStream.of(clean).mapToObj(Integer::toString).toList(),
              IntStream.of(corrupted).mapToObj(Integer::toString).toList(),
              Metric.difference(-1, clean[2], clean[3])));
    }
    PathSpec spec =
        new PathSpec(
            receivers,
            Layers.ALL,
            null,
            PathSpec.Mlps.RECOMPUTED,
            Direction.NOISE,
            0,
            Sweep.Limits.bytes(Long.MAX_VALUE));
    return PathPatching.run(engine.model(), engine.files(), pairs, spec, "test", (done, all) -> {});
  }

  private static String name(CompositionResult.Pair pair) {
    return "%s %d.%d %d.%d"
        .formatted(
            pair.kind().key(), pair.layer(), pair.head(), pair.laterLayer(), pair.laterHead());
  }

  @Test
  void should_come_from_the_induction_head_when_logits() {
    Texts texts = repeated(4);
    List<Loss> targets =
        texts.inputs().examples().stream()
            .<Loss>map(example -> Loss.difference(12, example.ids()[6], example.ids()[5]))
            .toList();
    try (Engine engine = open(HandBuiltGpt2.files())) {
      AttributionResult result =
          Attribution.run(engine.model(), engine.files(), texts, targets, Layers.NONE, 0, "test");
      double induction = result.part("head 1.0").estimate();
      assertTrue(induction > 0);
      for (Component component : result.components()) {
        if (component.kind() == Component.Kind.HEAD && !component.name().equals("head 1.0")) {
          double other = Math.abs(result.part(component.name()).estimate());
          assertTrue(induction > 20 * other, component.name() + ": " + other);
        }
      }
      // The token itself speaks against it: that is the token embedding's direct path.
      assertTrue(result.part("embed").estimate() < 0);
      assertTrue(result.largestError() < 1e-4, "error " + result.largestError());
    }
  }
}
