package vitrine.interp.patching;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import vitrine.engine.InputException;
import vitrine.engine.bundled.InductionModel;
import vitrine.engine.families.ModelLoader;
import vitrine.engine.hooks.Axis;
import vitrine.engine.hooks.Edit;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Layers;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Site;
import vitrine.engine.hooks.StoredValues;
import vitrine.engine.hooks.Trace;
import vitrine.engine.models.Model;
import vitrine.engine.models.ModelFiles;
import vitrine.engine.models.Sweep;
import vitrine.engine.text.Tokenizer;
import vitrine.interp.metrics.Metric;
import vitrine.interp.pictures.Heatmap;
import vitrine.interp.pictures.Picture;
import vitrine.interp.pictures.Scatter;
import vitrine.interp.prompts.PromptKind;
import vitrine.interp.prompts.Prompts;
import vitrine.interp.prompts.TextPair;
import vitrine.kernels.Backends;
import vitrine.kernels.Kernels;
import vitrine.kernels.Precision;
import vitrine.kernels.Tensor;

/** On the bundled model, of which it is known which heads do it: docs/induction-model.md. */
final class PatchingTest {
  private static final Sweep.Limits LIMITS = Sweep.Limits.bytes(Long.MAX_VALUE);
  private static final int PREVIOUS = InductionModel.PREVIOUS_TOKEN_HEAD;
  private static final int INDUCTION = InductionModel.INDUCTION_HEAD;

  private static Kernels kernels;
  private static ModelFiles files;
  private static Model model;
  private static Tokenizer tokenizer;

  @BeforeAll
  static void load() {
    kernels = Backends.open("auto", 1, note -> {});
    files = new InductionModel().files();
    model = ModelLoader.load(files, Optional.empty(), kernels, note -> {}, Precision.F32);
    tokenizer = new InductionModel().tokenizer();
  }

  @AfterAll
  static void close() {
    model.close();
    kernels.close();
    files.close();
  }

  private static PromptPair pair(String clean, String corrupted, String answer, String wrong) {
    int[] one = tokenizer.encode(clean).ids();
    int[] other = tokenizer.encode(corrupted).ids();
    return new PromptPair(
        "test",
        Example.of(one),
        Example.of(other),
        Arrays.stream(one).mapToObj(tokenizer::token).toList(),
        Arrays.stream(other).mapToObj(tokenizer::token).toList(),
        Metric.difference(-1, tokenizer.encode(answer).id(0), tokenizer.encode(wrong).id(0)));
  }

  private static List<PromptPair> repetitions(int count) {
    List<PromptPair> pairs = new ArrayList<>();
    for (TextPair each : Prompts.of(PromptKind.REPETITION, tokenizer, count, 1).pairs()) {
      pairs.add(pair(each.clean(), each.corrupted(), each.answer(), each.wrong()));
    }
    return pairs;
  }

  private static PatchTarget target(String site, Axis... by) {
    return new PatchTarget(Site.parse(site), List.of(by), 1);
  }

  private static PatchingResult run(
      List<PromptPair> pairs,
      Direction direction,
      PatchSpec.Method method,
      PatchTarget... targets) {
    PatchSpec spec = new PatchSpec(List.of(targets), direction, method, 0, LIMITS);
    return Patching.run(model, files, pairs, spec, "test", (done, all) -> {});
  }

  private static double share(SiteEffects site, int layer, int key) {
    return site.effects().stream()
        .filter(effect -> effect.layer() == layer && effect.keys().equals(List.of(key)))
        .findFirst()
        .orElseThrow()
        .best()
        .normalised()
        .estimate();
  }

  @Test
  void should_point_at_the_two_heads_when_heads_are_patched() {
    for (Direction direction : Direction.values()) {
      double without = PatchingPictures.without(direction);
      PatchingResult result =
          run(
              repetitions(8),
              direction,
              PatchSpec.Method.EXACT,
              target("blocks.*.attn.z", Axis.HEAD));
      SiteEffects heads = result.sites().getFirst();
      for (SiteEffects.Effect effect : heads.effects()) {
        int head = effect.keys().getFirst();
        boolean known = effect.layer() == 0 ? head == PREVIOUS : head == INDUCTION;
        double share = effect.best().normalised().estimate();
        assertEquals(known ? 1 - without : without, share, known ? 0.02 : 1e-5, effect.toString());
        assertEquals(8, effect.best().metric().n());
        assertTrue(effect.best().normalised().isKnown() || !known);
      }
    }
  }

  /** What the induction head looks for is noted one position after the word that was changed. */
  @Test
  void should_follow_the_word_when_positions_are_patched() {
    PatchingResult result =
        run(
            repetitions(1),
            Direction.DENOISE,
            PatchSpec.Method.EXACT,
            target("blocks.*.resid_pre", Axis.POSITION),
            target("blocks.*.attn_out", Axis.POSITION));
    SiteEffects stream = result.sites().getFirst();
    assertEquals(1, share(stream, 0, 1), 1e-5, "the word itself");
    assertEquals(1, share(stream, 1, 2), 0.02, "the note of it, one further on");
    assertEquals(0, share(stream, 1, 3), 1e-5);
    assertEquals(1, share(result.sites().get(1), 1, 9), 0.02, "what the last position got");
    assertEquals(10, stream.columns().size());
    Heatmap map = (Heatmap) result.pictures().getFirst();
    assertTrue(map.columnNames().get(1).contains("|"), map.columnNames()::toString);
  }

  @Test
  void should_name_keys_and_the_previous_token_head_when_paths_are_patched() {
    for (String receiver : List.of("attn.q", "attn.k", "attn.v")) {
      PathResult result =
          paths(List.of(Site.parse("blocks.1." + receiver + "[head=" + INDUCTION + "]")));
      for (PathResult.Sender sender : result.senders()) {
        boolean known = sender.head() == PREVIOUS && receiver.equals("attn.k");
        assertEquals(0, sender.layer(), "only what lies below");
        assertEquals(
            known ? 0 : 1, sender.measured().normalised().estimate(), 0.02, receiver + sender);
      }
      assertEquals(4, result.senders().size());
    }
    PathResult toLogits = paths(List.of());
    for (PathResult.Sender sender : toLogits.senders()) {
      boolean known = sender.layer() == 1 && sender.head() == INDUCTION;
      assertEquals(known ? 0 : 1, sender.measured().normalised().estimate(), 0.05, "" + sender);
    }
    assertEquals(2, toLogits.pictures().size());
  }

  private static PathResult paths(List<Site> receivers) {
    PathSpec spec =
        new PathSpec(
            receivers, Layers.ALL, null, PathSpec.Mlps.RECOMPUTED, Direction.NOISE, 0, LIMITS);
    return PathPatching.run(model, files, repetitions(4), spec, "test", (done, all) -> {});
  }

  /** The softmax is saturated: a gradient sees values, and not what is looked for. */
  @Test
  void should_tell_how_far_a_gradient_can_be_trusted_when_both_are_asked() {
    PatchingResult result =
        run(
            repetitions(4),
            Direction.DENOISE,
            PatchSpec.Method.BOTH,
            target("blocks.*.attn.z", Axis.HEAD));
    SiteEffects heads = result.sites().getFirst();
    SiteEffects.Agreement agreement = heads.agreement();
    assertNotNull(agreement);
    assertTrue(agreement.pearson().isKnown());
    assertEquals(4, agreement.pearson().n());
    double missed =
        Objects.requireNonNull(heads.effects().get(PREVIOUS).attributed()).normalised().estimate();
    assertEquals(0, missed, 0.05, "the previous-token head acts through keys alone");
    assertTrue(result.pictures().stream().anyMatch(Scatter.class::isInstance));
  }

  @Test
  void should_have_the_bits_of_the_plan_alone_when_repeated() {
    PromptPair pair = repetitions(1).getFirst();
    PatchingResult result =
        run(
            List.of(pair),
            Direction.DENOISE,
            PatchSpec.Method.EXACT,
            target("blocks.*.attn.z", Axis.HEAD),
            target("blocks.*.resid_mid", Axis.POSITION),
            target("blocks.*.attn.pattern", Axis.HEAD, Axis.QUERY),
            target("blocks.*.mlp.post", Axis.NEURON));
    StoredValues stored = new StoredValues();
    Path clean = Path.of("clean");
    Plan source = Plan.fromJson(result.provenance().plan().toString());
    try (Trace trace = model.run(source, Inputs.of(pair.clean()))) {
      stored.keep(clean, trace);
    }
    int repeated = 0;
    for (SiteEffects site : result.sites()) {
      for (SiteEffects.Effect effect : site.effects()) {
        Plan plan = Plan.empty().edit(effect.site(), Edit.from(clean)).read(Site.logits());
        try (Trace trace = model.run(plan, Inputs.of(pair.corrupted()), stored)) {
          Tensor logits = trace.value(Site.logits());
          Metric.Difference of = (Metric.Difference) pair.metric();
          int last = pair.length() - 1;
          double metric =
              (double) logits.get(0, last, of.token()) - logits.get(0, last, of.minus());
          assertEquals(metric, effect.best().metric().estimate(), 0.0, effect.toString());
          repeated++;
        }
      }
    }
    assertEquals(2 * (4 + 10 + 40 + 64), repeated);
  }

  @Test
  void should_count_from_the_end_when_pairs_are_not_equally_long() {
    List<PromptPair> pairs = new ArrayList<>(repetitions(2));
    pairs.add(pair("a red cat . a red", "a blue cat . a red", " cat", " red"));
    PatchingResult result =
        run(
            pairs,
            Direction.DENOISE,
            PatchSpec.Method.EXACT,
            target("blocks.1.attn_out", Axis.POSITION));
    List<SiteEffects.Effect> effects = result.sites().getFirst().effects();
    assertEquals(10, effects.size());
    assertEquals(List.of(-10), effects.getFirst().keys());
    assertEquals(2, effects.getFirst().pairs());
    assertEquals(3, effects.getLast().pairs());
    assertEquals(1, effects.getLast().best().normalised().estimate(), 0.02);
    assertEquals("blocks.1.attn_out[pos=-1]", effects.getLast().site().toString());
  }

  @Test
  void should_patch_neurons_together_when_told() {
    PatchTarget blocks = new PatchTarget(Site.parse("blocks.0.mlp.post"), List.of(Axis.NEURON), 24);
    PatchingResult result = run(repetitions(1), Direction.DENOISE, PatchSpec.Method.EXACT, blocks);
    List<SiteEffects.Effect> effects = result.sites().getFirst().effects();
    assertEquals(List.of(0, 24, 48), effects.stream().map(e -> e.keys().getFirst()).toList());
    assertTrue(effects.getLast().site().toString().equals("blocks.0.mlp.post[neuron=48..64]"));
  }

  @Test
  void should_be_nothing_when_the_prompts_are_the_same() {
    PatchingResult result =
        run(
            List.of(pair("a red cat . a red", "a red cat . a red", " cat", " red")),
            Direction.DENOISE,
            PatchSpec.Method.BOTH,
            target("blocks.*.attn.z", Axis.HEAD));
    assertTrue(
        Double.isNaN(
            result.sites().getFirst().effects().getFirst().best().normalised().estimate()));
    Picture first = result.pictures().getFirst();
    assertTrue(first.caption().notes().toString().contains("do not differ"));
    assertTrue(result.document().toString().contains("\"estimate\":null"));
  }

  @Test
  void should_name_what_the_model_has_when_something_does_not_exist() {
    List<PromptPair> pairs = repetitions(1);
    assertMessage("expected 0 to 3", () -> heads(pairs, "blocks.*.attn.z[head=9]"));
    assertMessage("expected 0 to 1", () -> heads(pairs, "blocks.7.attn.z"));
    assertMessage("Nearest: ", () -> heads(pairs, "blocks.*.resid_mid_raw"));
    assertMessage("expected axes of it", () -> heads(pairs, "blocks.*.resid_pre"));
    assertMessage("not an activation of a block", () -> heads(pairs, "blocks.0.attn.W_Q"));
    assertMessage("as many of both", () -> pair("a red cat", "a red cat sat", " cat", " red"));
    assertMessage("no head in a layer below", () -> paths(List.of(Site.parse("blocks.0.attn.q"))));
    assertMessage("no input of a head", () -> paths(List.of(Site.parse("blocks.1.attn.z"))));
  }

  private static void heads(List<PromptPair> pairs, String site) {
    var _ = run(pairs, Direction.DENOISE, PatchSpec.Method.EXACT, target(site, Axis.HEAD));
  }

  private static void assertMessage(String fragment, Runnable call) {
    InputException refused = assertThrows(InputException.class, call::run);
    String message = String.valueOf(refused.getMessage());
    assertTrue(message.contains(fragment), message);
    assertTrue(message.contains("; expected "), message);
    assertEquals(1, message.lines().count(), message);
  }
}
