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
import vitrine.app.results.Spelling;
import vitrine.app.terminal.Console;
import vitrine.app.terminal.OneLine;
import vitrine.app.terminal.UsageException;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Layers;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Saving;
import vitrine.engine.hooks.Tap;
import vitrine.engine.text.Tokenizer;
import vitrine.interp.Texts;
import vitrine.interp.lens.Chosen;
import vitrine.interp.lens.Lens;
import vitrine.interp.lens.LensSpec;

/** {@code vitrine lens}: what the model would say if it ended early. */
@CommandLine.Command(
    name = "lens",
    header = "Show what the model would say at each layer, and how a token climbs.",
    description = {
      "Read the residual stream of every layer through all that follows the blocks: GPT-2's final",
      "LayerNorm and unembedding, BERT's masked-word head. Of each depth and position: the likeliest",
      "tokens, the rank (1 is the first) and probability of a chosen token, the entropy, and the",
      "divergence from what the whole model says, KL(last || here) in nats."
    },
    footer = {
      "Exactly one of --text, --ids and --input; as for run.",
      "",
      "With --json, and in .json, of one text:",
      "  {\"analysis\":\"lens\",...,\"tokens\":[...],\"ids\":[...],\"chosen\":[{\"id\":...,\"token\":...}],",
      "   \"depths\":[{\"site\":\"blocks.0.resid_post\",\"positions\":[{\"rank\":...,\"prob\":...,",
      "     \"entropy\":...,\"kl\":...,\"top\":[{\"id\":...,\"token\":...,\"rank\":1,\"prob\":...,\"logit\":...}],",
      "     \"watched\":[...]}]}]}",
      "Several texts: such an object each, in texts. In .npy: the ranks, float32, (depths, T).",
      "",
      "What it does not tell: what the model knows by then. Early streams are written for later blocks",
      "and may say something in a form that the output cannot read.",
      "",
      "Examples:",
      "  vitrine lens --text \"the red cat saw a bird . the red\"",
      "  vitrine lens --text \"the red cat saw a bird . the red\" --watch \" cat\" --watch \" bird\" --json",
      "  vitrine lens --text \"the red cat saw a bird . the\" --generate 3 --out lens.html",
      "  vitrine lens --ids 1,2,3,1 --at resid_pre --at resid_mid --layers 1 --chosen next --json"
    })
final class LensCommand implements Command {
  /** Larger batches are no faster. */
  private static final long MOST_BYTES = 2L << 30;

  private static final int USUAL_TOP = 5;

  private final Common common;
  private final Console console;
  private final InputStream stdin;

  @Mixin private ModelInput input = new ModelInput();
  @Mixin private final TaskOption task = new TaskOption();
  @Mixin private final WeightsOption weights = new WeightsOption();

  @Option(
      names = "--at",
      paramLabel = "PLACE",
      converter = Converters.NotBlank.class,
      description = "resid_pre, resid_mid or resid_post; may be repeated; resid_post if not given.")
  private List<String> places = new ArrayList<>();

  @Option(
      names = "--layers",
      paramLabel = "L",
      converter = Converters.NotBlank.class,
      description = "Which layers: 3, 2..5 (5 excluded), {1,4}, -1 for the last; all if not given.")
  private @Nullable String layers;

  @Option(
      names = "--chosen",
      paramLabel = "T",
      parameterConsumer = Verbatim.class,
      description = {
        "Whose rank is followed: predicted (what the whole model ranks first), next (the text's next",
        "token), or a token by its text or id; predicted if not given, next with --generate."
      })
  private @Nullable String chosen;

  @Option(
      names = "--watch",
      paramLabel = "T",
      parameterConsumer = VerbatimList.class,
      description = "Follow this token too, by its text or id; may be repeated.")
  private List<String> watched = new ArrayList<>();

  @Option(
      names = "--generate",
      paramLabel = "N",
      converter = Converters.Count.class,
      description =
          "Let the model go on for N tokens at most, the likeliest each time, and read all.")
  private @Nullable Integer generate;

  @Option(
      names = "--top",
      paramLabel = "K",
      converter = Converters.Count.class,
      description = "How many of the likeliest tokens are kept; 5 if not given.")
  private @Nullable Integer top;

  @Mixin private ResultOptions result = new ResultOptions();

  LensCommand(Common common, Console console, InputStream stdin) {
    this.common = common;
    this.console = console;
    this.stdin = stdin;
  }

  @Override
  public void run() throws IOException {
    result.check();
    List<Tap> at = places();
    Layers of = layers == null ? Layers.ALL : Layers.parse(layers, "lens: --layers");
    List<InputLine> lines = input.lines("lens", stdin);
    try (LoadedModel loaded =
        LoadedModel.open(common, weights.precision(), task.head("lens"), console::note)) {
      ModelInput.Ready ready = input.ready("lens", lines, loaded, console::note);
      int vocabulary = loaded.model().architecture().vocabulary();
      LensSpec spec =
          new LensSpec(
              at,
              of,
              chosen(vocabulary, ready.tokenizer()),
              watched.stream()
                  .map(text -> Tokens.id("lens: --watch", text, vocabulary, ready.tokenizer()))
                  .toList(),
              top == null ? USUAL_TOP : top,
              common.seed(),
              Math.min(MOST_BYTES, Memory.available().orElse(MOST_BYTES) / 2));
      Plan plan = spec.plan(loaded.model().architecture());
      Texts texts = texts(loaded, ready);
      checkMemory(loaded, plan, texts);
      result.deliver(
          Lens.run(
              loaded.model(),
              loaded.files(),
              texts,
              spec,
              id -> spell(ready.tokenizer(), id),
              Version.OF_THIS_BUILD),
          console);
    }
  }

  private static String spell(Optional<Tokenizer> tokenizer, int id) {
    String token = Spelling.of(tokenizer, id);
    return token == null ? Integer.toString(id) : token;
  }

  private Texts texts(LoadedModel loaded, ModelInput.Ready ready) {
    if (generate == null) {
      return ready.texts();
    }
    int most = generate;
    List<Example> longer =
        ready.inputs().examples().stream()
            .map(example -> Continued.of("lens", loaded, example, most))
            .toList();
    return new ModelInput.Ready(Inputs.batch(longer), ready.tokenizer()).texts();
  }

  private List<Tap> places() {
    List<Tap> at = new ArrayList<>();
    for (String place : places) {
      at.add(
          LensSpec.PLACES.stream()
              .filter(tap -> tap.path().equals(place))
              .findFirst()
              .orElseThrow(() ->
                  new UsageException(
                      "lens: --at: "
                          + OneLine.operand(place)
                          + "; expected resid_pre, resid_mid or resid_post. See: vitrine help lens")));
    }
    return at.isEmpty() ? List.of(Tap.RESID_POST) : at;
  }

  private Chosen chosen(int vocabulary, Optional<Tokenizer> tokenizer) {
    if (chosen == null) {
      return generate == null ? new Chosen.Predicted() : new Chosen.Next();
    }
    return switch (chosen) {
      case "predicted" -> new Chosen.Predicted();
      case "next" -> new Chosen.Next();
      default -> new Chosen.Token(Tokens.id("lens: --chosen", chosen, vocabulary, tokenizer));
    };
  }

  private static void checkMemory(LoadedModel loaded, Plan plan, Texts texts) {
    Example longest =
        texts.inputs().examples().stream()
            .max(Comparator.comparingInt(example -> example.ids().length))
            .orElseThrow();
    Memory.requireRun(
        Saving.KEEP,
        saving -> loaded.model().forecast(plan, Inputs.of(longest), saving),
        Memory.available());
  }
}
