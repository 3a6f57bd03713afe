package vitrine.app.commands;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import vitrine.app.input.InputLine;
import vitrine.app.terminal.Console;
import vitrine.app.terminal.ProgressBar;
import vitrine.engine.InputException;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Saving;
import vitrine.engine.hooks.Site;
import vitrine.engine.text.Tokenizer;
import vitrine.interp.Texts;
import vitrine.interp.saliency.Question;
import vitrine.interp.saliency.Saliency;
import vitrine.interp.saliency.SaliencySpec;
import vitrine.interp.saliency.Specials;
import vitrine.interp.saliency.Target;
import vitrine.interp.saliency.Words;

/** {@code vitrine saliency}: which tokens an output hangs on. */
@CommandLine.Command(
    name = "saliency",
    header = "Show which tokens of a text an output hangs on.",
    description = {
      "Give every token of a text its share of one number of the output: a logit, a log-probability,",
      "the difference of two logits, a class. With --generate of every token that the model writes.",
      "Gradients are with respect to the token's vector, to which position and segment are added after."
    },
    footer = {
      "Exactly one of --text, --ids and --input; as for run.",
      "",
      "Methods: gradient-l2 and gradient-l1, the size of the gradient (how much a small change would",
      "matter; no sign); gradient-x-input, the vector's product with it; integrated-gradients, the same",
      "on the way from a baseline, so that the scores add up to what the target differs by, and the gap",
      "is told; occlusion, what the target loses without the token; rollout, how attention mixes the",
      "tokens on its way to the row, whatever the target; lrp, the target handed back layer by layer",
      "(AttnLRP), with the shares of positions, segments and biases by name.",
      "",
      "With --json, and in .json, of one target:",
      "  {\"analysis\":\"saliency\",\"model\":...,\"engine\":...,\"seed\":...,\"plan\":...,",
      "   \"tokens\":[...],\"ids\":[...],\"scores\":[...],",
      "   \"target\":{\"text\":\"logit:3,17\",\"kind\":\"logit\",\"position\":3,\"id\":17,\"value\":...},",
      "   \"account\":{\"steps\":32,\"baseline_value\":...,\"gap\":...},\"method\":{\"name\":...}}",
      "With --generate scores is a list of lists, a row for each new token, and target a list. Several",
      "texts: such an object each, in texts. In .npy: the scores, float32.",
      "",
      "What it does not tell: how the model gets from there to its answer. Methods ask different",
      "questions and may not agree; --faithfulness measures what the model makes of each one's answer.",
      "",
      "Examples:",
      "  vitrine saliency --text \"the red cat saw a bird . the red\"",
      "  vitrine saliency --text \"the red cat saw a bird . the red\" --method integrated-gradients --json",
      "  vitrine saliency --text \"the red cat saw a bird . the\" --generate 3 --out generated.html",
      "  vitrine saliency --text \"the red cat saw a bird . the red\" --method occlusion --faithfulness",
      "  vitrine saliency --ids 1,2,3,1 --target logprob:-1,2 --method rollout --json"
    })
final class SaliencyCommand implements Command {
  /** Larger batches are no faster. */
  private static final long MOST_BYTES = 2L << 30;

  private final Common common;
  private final Console console;
  private final InputStream stdin;

  @Mixin private ModelInput input = new ModelInput();
  @Mixin private final TaskOption task = new TaskOption();
  @Mixin private final WeightsOption weights = new WeightsOption();
  @Mixin private TargetOptions target = new TargetOptions();
  @Mixin private MethodOptions method = new MethodOptions();

  @Option(
      names = "--at",
      paramLabel = "SITE",
      converter = Converters.NotBlank.class,
      description = {
        "Where gradients are taken: embed, embed_out, or a layer's site with a vector a token, as in",
        "blocks.3.resid_pre (layer integrated gradients); embed if not given."
      })
  private @Nullable String at;

  @Option(names = "--words", description = "Also add the scores of pieces up to those of words.")
  private boolean words;

  @Option(
      names = "--faithfulness",
      description = {
        "Also leave out the tokens that scored high, and all others: comprehensiveness, sufficiency",
        "(AOPC), and the rank correlation with leaving out each token alone."
      })
  private boolean faithfulness;

  @Mixin private ResultOptions result = new ResultOptions();

  SaliencyCommand(Common common, Console console, InputStream stdin) {
    this.common = common;
    this.console = console;
    this.stdin = stdin;
  }

  @Override
  public void run() throws IOException {
    result.check();
    target.check();
    method.check();
    Site site = site();
    List<InputLine> lines = input.lines("saliency", stdin);
    try (LoadedModel loaded =
        LoadedModel.open(common, weights.precision(), task.head("saliency"), console::note)) {
      ModelInput.Ready ready = input.ready("saliency", lines, loaded, console::note);
      Specials specials = Specials.of(loaded.files(), ready.tokenizer());
      List<Question> questions = questions(loaded, ready, specials);
      SaliencySpec spec =
          new SaliencySpec(
              method.method(loaded.model().architecture().vocabulary(), ready.tokenizer()),
              site,
              faithfulness ? SaliencySpec.Faithful.TESTED : SaliencySpec.Faithful.UNTESTED,
              common.seed(),
              Math.min(MOST_BYTES, Memory.available().orElse(MOST_BYTES) / 2));
      checkMemory(loaded, questions, spec);
      ProgressBar bar = new ProgressBar(console);
      var found =
          Saliency.run(
              loaded.model(),
              loaded.files(),
              questions,
              specials,
              spec,
              Version.OF_THIS_BUILD,
              (done, all) -> bar.show((double) done / all, () -> done + " of " + all + " targets"));
      bar.end();
      result.deliver(found, console);
    }
  }

  private Site site() {
    if (at == null) {
      return Site.embed();
    }
    try {
      return Site.parse(at);
    } catch (InputException e) {
      throw new InputException("saliency: --at: " + e.getMessage(), e);
    }
  }

  private List<Question> questions(LoadedModel loaded, ModelInput.Ready ready, Specials specials) {
    List<TargetOptions.Asked> asked =
        ready.inputs().examples().stream()
            .map(example -> target.of(loaded, example, specials))
            .toList();
    List<Example> examples = asked.stream().map(TargetOptions.Asked::example).toList();
    Texts texts = new ModelInput.Ready(Inputs.batch(examples), ready.tokenizer()).texts();
    List<Question> questions = new ArrayList<>();
    for (int i = 0; i < examples.size(); i++) {
      questions.add(
          new Question(
              examples.get(i),
              texts.tokens().get(i),
              words ? words(ready.tokenizer(), loaded, examples.get(i)) : List.of(),
              asked.get(i).targets()));
    }
    return questions;
  }

  private static List<Words.Word> words(
      Optional<Tokenizer> tokenizer, LoadedModel loaded, Example example) {
    return Words.of(tokenizer.orElseGet(() -> loaded.tokenizer("saliency")), example.ids());
  }

  private static void checkMemory(LoadedModel loaded, List<Question> questions, SaliencySpec spec) {
    Question longest =
        questions.stream()
            .max(Comparator.comparingInt(question -> question.example().ids().length))
            .orElseThrow();
    Target last = longest.targets().getLast();
    Plan plan = spec.plan(loaded.model().architecture(), last);
    Memory.requireRun(
        Saving.KEEP,
        saving -> loaded.model().forecast(plan, Inputs.of(longest.example()), saving),
        Memory.available());
  }
}
