package vitrine.app.commands;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import vitrine.app.input.InputLine;
import vitrine.app.terminal.Console;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Indices;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Layers;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Saving;
import vitrine.interp.attention.Attention;
import vitrine.interp.attention.AttentionSpec;

/** {@code vitrine attention}: what heads look at. */
@CommandLine.Command(
    name = "attention",
    header = "Show what each head looks at: its pattern, entropy and mean distance.",
    description = {
      "Show what heads look at. Of each head two numbers: the entropy of its attention (nats; low: it",
      "looks at few tokens) and its mean distance (tokens); means over the tokens of a text, and over",
      "the texts of --input, with a 95% bootstrap interval over texts. For up to 16 patterns also the",
      "pattern itself: a row for each token that looks, a column for each that is looked at."
    },
    footer = {
      "Exactly one of --text, --ids and --input; as for run.",
      "",
      "With --json, and in .json:",
      "  {\"analysis\":\"attention\",\"model\":...,\"engine\":...,\"seed\":...,\"plan\":...,",
      "   \"texts\":[{\"ids\":[...],\"tokens\":[...]}],",
      "   \"heads\":[{\"layer\":0,\"head\":0,",
      "             \"entropy\":{\"estimate\":...,\"low\":...,\"high\":...,\"level\":...,\"n\":...},",
      "             \"mean_distance\":{...},\"patterns\":[[[...]]]}]}",
      "with a pattern for each text. In .npy: the patterns, float32, (texts, layers, heads, T, T).",
      "",
      "What it does not tell: what a head does with what it looks at.",
      "",
      "Examples:",
      "  vitrine attention --text \"the cat saw a bird . the cat\"",
      "  vitrine attention --text \"the cat saw a bird . the cat\" --layers 1 --heads 2 --out induction.svg",
      "  vitrine attention --ids 1,2,3 --heads \"{0,3}\" --json"
    })
final class AttentionCommand implements Command {
  /** Of a number of a pattern on the heap: as a float, and as a node and digits of JSON. */
  private static final long KEPT_BYTES = Float.BYTES;

  private static final long TEXT_BYTES = 40;

  private final Common common;
  private final Console console;
  private final InputStream stdin;

  @Mixin private ModelInput input = new ModelInput();
  @Mixin private final WeightsOption weights = new WeightsOption();

  @Option(
      names = "--layers",
      paramLabel = "L",
      converter = Converters.NotBlank.class,
      description = "Which layers: 3, 2..5 (5 excluded), {1,4}, -1 for the last; all if not given.")
  private @Nullable String layers;

  @Option(
      names = "--heads",
      paramLabel = "H",
      converter = Converters.NotBlank.class,
      description = "Which heads of each, likewise; all if not given.")
  private @Nullable String heads;

  @Mixin private ResultOptions result = new ResultOptions();

  AttentionCommand(Common common, Console console, InputStream stdin) {
    this.common = common;
    this.console = console;
    this.stdin = stdin;
  }

  @Override
  public void run() throws IOException {
    result.check();
    AttentionSpec spec =
        new AttentionSpec(
            layers == null ? Layers.ALL : Layers.parse(layers, "attention: --layers"),
            heads == null ? null : Indices.parse(heads, "attention: --heads"),
            common.seed());
    List<InputLine> lines = input.lines("attention", stdin);
    try (LoadedModel loaded =
        LoadedModel.open(common, weights.precision(), Optional.empty(), console::note)) {
      Architecture architecture = loaded.model().architecture();
      Plan plan = spec.plan(architecture);
      ModelInput.Ready ready = input.ready("attention", lines, loaded, console::note);
      checkMemory(loaded, plan, ready.inputs(), spec);
      result.deliver(
          Attention.run(loaded.model(), loaded.files(), ready.texts(), spec, Version.OF_THIS_BUILD),
          console);
    }
  }

  private void checkMemory(LoadedModel loaded, Plan plan, Inputs inputs, AttentionSpec spec) {
    Memory.requireRun(
        Saving.KEEP, saving -> loaded.model().forecast(plan, inputs, saving), Memory.available());
    long numbers = spec.numbers(loaded.model().architecture(), inputs);
    Memory.require(
        "attention",
        numbers * (KEPT_BYTES + (result.wantsText() ? TEXT_BYTES : 0)),
        OptionalLong.of(Runtime.getRuntime().maxMemory()),
        "Choose fewer --layers or --heads, or fewer texts");
  }
}
