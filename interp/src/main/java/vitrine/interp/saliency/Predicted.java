package vitrine.interp.saliency;

import java.util.stream.IntStream;
import vitrine.engine.InputException;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Head;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Loss;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Site;
import vitrine.engine.hooks.Trace;
import vitrine.engine.models.Model;

/** What a person asks about first: the answer that the model gives. */
public final class Predicted {
  private Predicted() {}

  /**
   * The logit that the model ranks first: of the next token, of the one masked token, of the
   * classes.
   *
   * @throws InputException when the model gives none, or several
   */
  public static Target of(Model model, Example example, Specials specials) {
    Architecture architecture = model.architecture();
    return switch (architecture.head()) {
      case LANGUAGE -> atRow(model, example, example.ids().length - 1);
      case MASKED, PRETRAINING -> atRow(model, example, masked(example, specials));
      case SEQUENCE, NEXT_SENTENCE ->
          Target.of(Loss.classLogit(highest(model, example, Site.logits())));
      case NONE, TOKENS, QUESTION ->
          throw new InputException(
              "saliency: --target: none given, and task %s has no one answer; expected one, as in --target %s. See: vitrine help saliency"
                  .formatted(
                      architecture.head().label(),
                      architecture.head() == Head.TOKENS
                          ? "logit:POS,CLASS"
                          : "logit:POS,ID with a model that has a head"));
    };
  }

  private static Target atRow(Model model, Example example, int row) {
    Site site = Site.logits().position(row);
    return Target.of(Loss.logit(row, highest(model, example, site)));
  }

  private static int masked(Example example, Specials specials) {
    Integer mask = specials.mask();
    int[] at =
        IntStream.range(0, example.ids().length)
            .filter(t -> mask != null && example.ids()[t] == mask)
            .toArray();
    if (at.length != 1) {
      throw new InputException(
          "saliency: --target: none given, and the text has %d masks; expected one mask, or a target as in --target logit:POS,ID. See: vitrine help saliency"
              .formatted(at.length));
    }
    return at[0];
  }

  private static int highest(Model model, Example example, Site site) {
    Plan plan = Plan.of(model.architecture()).read(site);
    try (Trace trace = model.run(plan, Inputs.of(example))) {
      float[] logits = trace.value(site).toArray();
      int best = 0;
      for (int i = 1; i < logits.length; i++) {
        best = logits[i] > logits[best] ? i : best;
      }
      return best;
    }
  }
}
