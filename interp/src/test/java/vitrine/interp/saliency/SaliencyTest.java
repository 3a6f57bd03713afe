package vitrine.interp.saliency;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Site;
import vitrine.engine.models.Model;
import vitrine.engine.models.ModelFiles;
import vitrine.engine.text.Tokenizer;
import vitrine.kernels.Backends;
import vitrine.kernels.Kernels;
import vitrine.kernels.Precision;

/** On the bundled model, which copies what followed the same token before. */
final class SaliencyTest {
  private static final String TEXT = "the red cat saw a green bird . the red";

  /** Where " cat" stands, which the model copies. */
  private static final int COPIED = 2;

  private static Kernels kernels;
  private static ModelFiles files;
  private static Model model;
  private static Tokenizer tokenizer;

  @BeforeAll
  static void load() {
    kernels = Backends.open("auto", 1, note -> {});
    files = new InductionModel().files();
    tokenizer = new InductionModel().tokenizer();
    model = ModelLoader.load(files, Optional.empty(), kernels, note -> {}, Precision.F32);
  }

  @AfterAll
  static void close() {
    model.close();
    kernels.close();
    files.close();
  }

  private static Example example() {
    return Example.of(tokenizer.encode(TEXT).ids());
  }

  private static Target cat() {
    return Target.parse("logit:-1," + tokenizer.encode(TEXT).id(COPIED));
  }

  private static Scored scored(Method method, Target target) {
    SaliencySpec spec =
        new SaliencySpec(method, Site.embed(), SaliencySpec.Faithful.TESTED, 0, 1 << 28);
    return run(spec, target).texts().getFirst().found().getFirst();
  }

  private static SaliencyResult run(SaliencySpec spec, Target... targets) {
    Question question =
        new Question(
            example(),
            tokenizer.encode(TEXT).tokens(),
            Words.of(tokenizer, example().ids()),
            List.of(targets));
    return Saliency.run(
        model,
        files,
        List.of(question),
        Specials.of(files, Optional.of(tokenizer)),
        spec,
        "test",
        (done, all) -> {});
  }

  private static int highest(double[] scores) {
    int best = 0;
    for (int t = 1; t < scores.length; t++) {
      best = scores[t] > scores[best] ? t : best;
    }
    return best;
  }

  @Test
  void should_point_at_the_copied_token_when_the_model_copies() {
    for (Method method :
        List.of(
            new Method.GradientTimesInput(),
            new Method.Occlusion(Method.Way.REPLACE, null),
            new Method.Relevance())) {
      Scored scored = scored(method, cat());
      // The two that tell the model to copy it, " red" here and there, may count for more.
      double[] scores = scored.scores().clone();
      scores[COPIED - 1] = 0;
      scores[scores.length - 1] = 0;
      assertEquals(COPIED, highest(scores), method.label() + Arrays.toString(scores));
      assertTrue(scored.value() > 0, method.label());
    }
  }

  @Test
  void should_add_up_within_the_tolerance_when_steps_are_chosen() {
    Method method =
        new Method.IntegratedGradients(
            PathRule.MIDPOINT, new Steps.Until(1e-2, 1024), new Baseline.Zero());
    Scored scored = scored(method, cat());
    Scored.Completeness account =
        assertInstanceOf(Scored.Completeness.class, Objects.requireNonNull(scored.account()));
    assertEquals(Scored.Reached.YES, account.reached());
    double whole = scored.value() - account.baseline();
    assertTrue(Math.abs(account.gap()) <= 1e-2 * Math.abs(whole), account.toString());
    assertEquals(whole + account.gap(), Arrays.stream(scored.scores()).sum(), 1e-9);
  }

  @Test
  void should_say_so_when_no_number_of_steps_is_enough() {
    Method method =
        new Method.IntegratedGradients(
            PathRule.TRAPEZOID, new Steps.Until(1e-12, 32), new Baseline.Zero());
    Scored.Completeness account =
        assertInstanceOf(
            Scored.Completeness.class, Objects.requireNonNull(scored(method, cat()).account()));
    assertEquals(Scored.Reached.NO, account.reached());
    assertEquals(32, account.steps());
  }

  @Test
  void should_be_as_the_logit_itself_when_a_function_gives_it_back() {
    int token = tokenizer.encode(TEXT).id(COPIED);
    int last = example().ids().length - 1;
    int V = model.architecture().vocabulary();
    Target function =
        Target.of(
            "three times the logit",
            (logits, slope) -> {
              slope[last * V + token] = 3;
              return 3 * logits[last * V + token];
            });
    Scored own = scored(new Method.GradientTimesInput(), cat());
    Scored same = scored(new Method.GradientTimesInput(), function);
    assertEquals(3 * own.value(), same.value(), 1e-4);
    assertArrayEquals(
        Arrays.stream(own.scores()).map(each -> 3 * each).toArray(), same.scores(), 1e-3);
  }

  @Test
  void should_lose_most_without_the_best_tokens_when_scores_are_put_to_the_test() {
    Faithfulness best =
        Objects.requireNonNull(
            scored(new Method.Occlusion(Method.Way.REPLACE, null), cat()).faithfulness());
    assertEquals(1, best.correlation(), 1e-9, "with itself");
    assertTrue(best.comprehensivenessAopc() > 0, best.toString());
    assertEquals(Faithfulness.SHARES.size(), best.sufficiency().size());
  }

  @Test
  void should_see_nothing_behind_its_row_when_the_model_is_causal() {
    Target early = Target.parse("logit:3,5");
    for (Method method : List.of(new Method.GradientNorm(Method.Norm.L2), new Method.Rollout())) {
      double[] scores = scored(method, early).scores();
      assertEquals(10, scores.length);
      for (int t = 4; t < 10; t++) {
        assertEquals(0, scores[t], method.label());
      }
      assertTrue(scores[3] > 0, method.label());
    }
    assertEquals(1, Arrays.stream(scored(new Method.Rollout(), early).scores()).sum(), 1e-6);
  }

  @Test
  void should_be_one_row_a_target_when_there_are_several() {
    SaliencySpec spec = SaliencySpec.of(new Method.GradientTimesInput(), 0, 1 << 28);
    SaliencyResult result = run(spec, Target.parse("logit:3,5"), Target.parse("logprob:5,1"));
    assertArrayEquals(
        new long[] {2, 10}, result.arrays().firstEntry().getValue().shape(), "targets, tokens");
    var document = result.document();
    assertEquals(2, document.get("scores").size());
    assertEquals(10, document.get("scores").get(1).size());
    assertEquals("logprob", document.get("target").get(1).get("kind").stringValue());
    assertEquals(20, result.table().rows().size());
    assertTrue(result.pictures().size() >= 3);
  }

  @Test
  void should_be_refused_when_a_target_is_none() {
    assertThrows(InputException.class, () -> Target.parse("next"));
    assertThrows(
        InputException.class,
        () -> scored(new Method.GradientTimesInput(), Target.parse("logit:10,5")));
    SaliencySpec slice =
        new SaliencySpec(
            new Method.GradientTimesInput(), Site.z(0), SaliencySpec.Faithful.UNTESTED, 0, 1 << 28);
    assertTrue(run(slice, cat()).texts().getFirst().found().getFirst().scores().length == 10);
    SaliencySpec pattern =
        new SaliencySpec(
            new Method.GradientTimesInput(),
            Site.pattern(0),
            SaliencySpec.Faithful.UNTESTED,
            0,
            1 << 28);
    assertThrows(InputException.class, () -> run(pattern, cat()));
  }
}
