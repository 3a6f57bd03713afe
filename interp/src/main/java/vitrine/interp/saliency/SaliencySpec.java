package vitrine.interp.saliency;

import vitrine.engine.InputException;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Axis;
import vitrine.engine.hooks.Layers;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Site;
import vitrine.engine.hooks.Tap;

/**
 * What is asked of texts and their targets.
 *
 * @param site whose values and gradients are taken, (B,T,..) of one layer; {@link Site#embed} for
 *     the tokens themselves
 * @param faithfulness whether the scores are put to the test
 * @param seed of the record; nothing here is random
 * @param bytes of a batch of runs at most
 */
public record SaliencySpec(Method method, Site site, Faithful faithfulness, long seed, long bytes) {
  /** Whether it is measured what the model makes of the tokens that scored high. */
  public enum Faithful {
    UNTESTED,
    TESTED
  }

  /** Of the tokens, untested. */
  public static SaliencySpec of(Method method, long seed, long bytes) {
    return new SaliencySpec(method, Site.embed(), Faithful.UNTESTED, seed, bytes);
  }

  /**
   * What a run reads of one text: its values and gradients, or its patterns.
   *
   * @throws InputException when model, site and target do not fit
   */
  public Plan plan(Architecture model, Target target) {
    Plan plan = target.on(Plan.of(model).seed(seed), model);
    return switch (method) {
      case Method.GradientNorm _, Method.GradientTimesInput _, Method.IntegratedGradients _ -> {
        requireSite(model);
        yield plan.read(site).gradient(site);
      }
      case Method.Occlusion _ -> plan;
      case Method.Relevance _ -> Relevance.plan(plan, model);
      case Method.Rollout _ -> plan.read(Site.pattern(Layers.ALL));
    };
  }

  private void requireSite(Architecture model) {
    site.validate(model);
    boolean perToken =
        site.target() instanceof Tap tap
            && !tap.isOutput()
            && model.axes(tap).size() > 2
            && model.axes(tap).get(1) == Axis.POSITION
            && site.equals(site.whole())
            && site.expand(model).size() == 1;
    if (!perToken) {
      throw new InputException(
          "saliency: --at: %s; expected one layer's site with a vector for each token, whole, as in embed, embed_out or blocks.3.resid_pre."
              .formatted(site));
    }
  }
}
