package vitrine.interp.saliency;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Example;
import vitrine.engine.models.Model;
import vitrine.engine.models.ModelFiles;
import vitrine.interp.Provenance;
import vitrine.kernels.AttentionMask.Causality;

/**
 * Which tokens of a text a number of the model's output hangs on: {@link Method} says how that is
 * measured. A causal model is run as far as the target's row only: no later token can matter.
 *
 * <p>What it does not tell: how the model gets from there to its answer; and two methods need not
 * agree, since they ask different questions ({@link Faithfulness} compares them by what the model
 * does).
 */
public final class Saliency {
  private Saliency() {}

  /** Told of every target that is done. */
  @FunctionalInterface
  public interface Progress {
    void done(int targets, int all);
  }

  /**
   * Scores the tokens of texts.
   *
   * @param source where the model came from, for the record
   * @param questions at least one
   * @param specials the model's
   * @param version of the program that asks, for the record
   * @throws vitrine.engine.InputException when model, texts, targets and method do not fit
   */
  public static SaliencyResult run(
      Model model,
      ModelFiles source,
      List<Question> questions,
      Specials specials,
      SaliencySpec spec,
      String version,
      Progress progress) {
    int all = questions.stream().mapToInt(question -> question.targets().size()).sum();
    int done = 0;
    List<SaliencyResult.OfText> texts = new ArrayList<>();
    for (Question question : questions) {
      List<Scored> found = new ArrayList<>();
      for (Target given : question.targets()) {
        Target target = given.in(question.example());
        found.add(scored(model, question.example(), target, specials, spec));
        progress.done(++done, all);
      }
      texts.add(new SaliencyResult.OfText(question, found));
    }
    Question first = questions.getFirst();
    Target target = first.targets().getFirst().in(first.example());
    return new SaliencyResult(
        Provenance.of(source, model, version, spec.plan(model.architecture(), target)),
        spec,
        texts);
  }

  private static Scored scored(
      Model model, Example whole, Target target, Specials specials, SaliencySpec spec) {
    Architecture architecture = model.architecture();
    Example example = seen(whole, target, architecture);
    Evaluation evaluation = new Evaluation(model, target, spec.seed(), spec.bytes());
    var plan = spec.plan(architecture, target);
    Scored scored =
        switch (spec.method()) {
          case Method.GradientNorm(Method.Norm norm) ->
              Gradients.norm(norm, evaluation, example, spec.site());
          case Method.GradientTimesInput _ ->
              Gradients.timesInput(evaluation, example, spec.site());
          case Method.IntegratedGradients integrated ->
              Gradients.integrated(integrated, evaluation, example, spec.site(), specials);
          case Method.Occlusion occlusion ->
              Occlusions.each(occlusion, evaluation, example, specials);
          case Method.Rollout _ -> Rollouts.of(model, plan, target, example);
          case Method.Relevance _ -> Relevance.of(model, evaluation, example);
        };
    if (spec.faithfulness() == SaliencySpec.Faithful.TESTED) {
      int reader = target.reader(architecture, example, model.facts().padding());
      scored = scored.with(Faithfulness.of(scored, evaluation, example, reader, specials));
    }
    return padded(scored, whole.ids().length);
  }

  /** The text as far as the target sees it. */
  private static Example seen(Example whole, Target target, Architecture model) {
    return model.causality() == Causality.CAUSAL && target.row().isPresent()
        ? whole.first(target.row().getAsInt() + 1)
        : whole;
  }

  /** What the target does not see has no share in it. */
  private static Scored padded(Scored scored, int length) {
    return scored.scores().length == length
        ? scored
        : new Scored(
            scored.target(),
            scored.value(),
            Arrays.copyOf(scored.scores(), length),
            scored.account(),
            scored.faithfulness());
  }
}
