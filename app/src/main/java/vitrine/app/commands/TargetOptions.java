package vitrine.app.commands;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import vitrine.app.terminal.UsageException;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Loss;
import vitrine.engine.hooks.Plan;
import vitrine.interp.saliency.Predicted;
import vitrine.interp.saliency.Specials;
import vitrine.interp.saliency.Target;

/** The options of {@code saliency} that say what is explained. */
final class TargetOptions {
  private static final String LOGIT = "logit";
  private static final String LOGPROB = "logprob";

  @Option(
      names = "--target",
      paramLabel = "T",
      converter = Converters.NotBlank.class,
      description = {
        "logit:POS,ID, logprob:POS,ID, diff:POS,ID1,ID2, class:K, classdiff:K1,K2, startlogit:POS or",
        "endlogit:POS; POS is the row of the logits, a negative one counts from the end. With --generate:",
        "logit or logprob. If not given: the logit that the model ranks first, at the end, at the one mask,",
        "or of the classes."
      })
  private @Nullable String target;

  @Option(
      names = "--generate",
      paramLabel = "N",
      converter = Converters.Count.class,
      description = {
        "Let the model go on for N tokens at most, the likeliest each time, and explain each of them."
      })
  private @Nullable Integer generate;

  /**
   * A text and its targets.
   *
   * @param example with what was generated
   */
  record Asked(Example example, List<Target> targets) {}

  /** Refuses what does not go together, before a model is loaded. */
  void check() {
    boolean kind = LOGIT.equals(target) || LOGPROB.equals(target);
    if (generate != null && target != null && !kind) {
      throw new UsageException(
          "saliency: --target: "
              + target
              + " given with --generate; expected logit or logprob: the tokens are those that come. See: vitrine help saliency");
    }
    if (generate == null && kind) {
      throw new UsageException(
          "saliency: --target: "
              + target
              + " without position and token; expected "
              + target
              + ":POS,ID. See: vitrine help saliency");
    }
    if (target != null && !kind) {
      var _ = Target.parse(target);
    }
  }

  /**
   * The targets of a text.
   *
   * @throws vitrine.engine.InputException when model and text have none
   */
  Asked of(LoadedModel loaded, Example example, Specials specials) {
    if (generate != null) {
      return generated(loaded, example, generate);
    }
    Target one =
        target == null ? Predicted.of(loaded.model(), example, specials) : Target.parse(target);
    // Checked here, where nothing has been computed yet.
    Plan checked = one.on(Plan.of(loaded.model().architecture()), loaded.model().architecture());
    checked.validate(loaded.model().architecture());
    return new Asked(example, List.of(one.in(example)));
  }

  private Asked generated(LoadedModel loaded, Example example, int most) {
    Example longer = Continued.of("saliency", loaded, example, most);
    List<Target> targets = new ArrayList<>();
    for (int t = example.ids().length; t < longer.ids().length; t++) {
      targets.add(
          Target.of(
              LOGPROB.equals(target)
                  ? Loss.logProbability(t - 1, longer.ids()[t])
                  : Loss.logit(t - 1, longer.ids()[t])));
    }
    return new Asked(longer, targets);
  }
}
