package vitrine.app.commands;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import vitrine.app.input.InputLine;
import vitrine.app.results.Predictions;
import vitrine.app.results.RunFiles;
import vitrine.app.results.RunOutcome;
import vitrine.app.results.RunText;
import vitrine.app.terminal.Console;
import vitrine.app.terminal.OneLine;
import vitrine.app.terminal.OutputDirectory;
import vitrine.app.terminal.OutputDirectory.Existing;
import vitrine.engine.hooks.Head;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Saving;
import vitrine.engine.hooks.Site;
import vitrine.engine.hooks.Trace;
import vitrine.engine.models.Model;
import vitrine.engine.text.Tokenizer;
import vitrine.interp.io.Json;

/**
 * {@code vitrine run}: one forward pass, with values read and edited, and a backward pass where
 * gradients are asked for, into a directory.
 */
@CommandLine.Command(
    name = "run",
    header =
        "Run a model once; read, edit, differentiate any site; write the results to a directory.",
    description = {
      "Run a model once, keep the values of any sites, edit any of them, and write the results",
      "to a directory: run.json, and one .npy file (float32) for each value. With a loss, also its",
      "gradient with respect to any site, at grad.SITE.npy, and to every parameter, at",
      "grad.params/NAME.npy under the names and in the shapes of the model's file."
    },
    footer = {
      "Exactly one of --text, --ids and --input. The lines of --input are",
      "  {\"text\":...,\"pair\":...} or {\"ids\":[...],\"type_ids\":[...],\"mask\":[...],\"labels\":...}",
      "with all but text or ids left out at will; they run as one right-padded batch.",
      "",
      "Sites: embed, pos_embed, type_embed, embed_out; blocks.N. and resid_pre, attn.q, attn.k, attn.v,",
      "attn.scores, attn.pattern, attn.z, attn.result, attn_out, resid_mid, mlp.pre, mlp.post, mlp_out,",
      "resid_post, ln1.scale, ln1.normalized, ln2.scale, ln2.normalized; ln_final.scale,",
      "ln_final.normalized, pooled, logits. N is a layer from 0, a range 2..5 (5 excluded) or * for all.",
      "Slices: [head=5], [neuron=17], [pos=-1], [query=2,key=0], [head={1,4}], [pos=0..3].",
      "",
      "Examples:",
      "  vitrine run --text \"the cat saw a bird . the cat\" --read blocks.1.attn.pattern --out out/first",
      "  vitrine run --text \"the cat sat . the cat\" --edit \"blocks.1.attn.z[head=2]=zero\" --out out/without",
      "  vitrine run --ids 1,2,3 --read \"blocks.*.resid_post\" --loss next --out out/ids",
      "  vitrine run --text \"the cat sat . the cat\" --loss next --gradient embed --out out/saliency",
      "  vitrine run --text \"the cat sat . the cat\" --loss next --gradient params --out out/gradients"
    })
final class RunCommand implements Command {
  private static final int USUAL_TOP = 5;

  private final Common common;
  private final Console console;
  private final InputStream stdin;

  @Mixin private ModelInput input = new ModelInput();
  @Mixin private PlanOptions planOptions = new PlanOptions();
  @Mixin private final WeightsOption weights = new WeightsOption();

  @Mixin private final TaskOption task = new TaskOption();

  @Option(
      names = "--recompute",
      description = {
        "For gradients: keep only each block's input, and run the block again on the way back. Less",
        "memory, one more forward pass, the same bits."
      })
  private boolean recompute;

  @Option(
      names = "--top",
      paramLabel = "K",
      converter = Converters.CountOrNone.class,
      description = "How many of the largest logits to list for each position; 5 if not given.")
  private @Nullable Integer top;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      converter = Converters.AnyPath.class,
      description = "Where the results go: a new or an empty directory.")
  private Path out = Path.of("");

  @Option(
      names = "--overwrite",
      description = "Replace the results of an earlier run in DIR; other files in it stay.")
  private boolean overwrite;

  @Option(names = "--json", description = "Print run.json, on one line.")
  private boolean json;

  RunCommand(Common common, Console console, InputStream stdin) {
    this.common = common;
    this.console = console;
    this.stdin = stdin;
  }

  @Override
  public void run() throws IOException {
    Existing existing = overwrite ? Existing.REPLACE : Existing.REFUSE;
    Optional<Head> head = task.head("run");
    Plan plan = planOptions.plan(common.givenSeed());
    OutputDirectory.check(out, existing);
    List<InputLine> lines = input.lines("run", stdin);
    try (LoadedModel loaded = LoadedModel.open(common, weights.precision(), head, console::note)) {
      Head made = loaded.model().architecture().head();
      int count = count(made);
      plan.validate(loaded.model().architecture());
      ModelInput.Ready ready = input.ready("run", lines, loaded, console::note);
      Inputs inputs = ready.inputs();
      Optional<Tokenizer> tokenizer = ready.tokenizer();
      Plan extended = count > 0 ? plan.read(Site.logits()) : plan;
      Saving saving = saving(plan);
      checkMemory(loaded.model(), extended, inputs, saving, count);
      try (Trace trace = loaded.model().run(extended, inputs, saving)) {
        RunOutcome outcome =
            new RunOutcome(
                plan,
                trace,
                saving,
                RunFiles.of(plan, loaded.model(), trace),
                predictions(loaded, trace, tokenizer, count),
                tokenizer,
                input.form());
        write(loaded, outcome, existing);
      }
    }
  }

  private Saving saving(Plan plan) {
    if (recompute && !plan.wantsGradients()) {
      console.note("--recompute: no gradient is asked for, so nothing is computed again");
    }
    return recompute ? Saving.RECOMPUTE : Saving.KEEP;
  }

  private static void checkMemory(Model model, Plan plan, Inputs inputs, Saving saving, int count) {
    Memory.requireRun(saving, each -> model.forecast(plan, inputs, each), Memory.available());
    Memory.require(
        "run",
        Memory.ofPredictions(inputs.examples(), count),
        OptionalLong.of(Runtime.getRuntime().maxMemory()),
        "Run fewer inputs at a time, or add --top 0");
  }

  private void write(LoadedModel loaded, RunOutcome outcome, Existing existing) throws IOException {
    var document = outcome.document(loaded.files(), loaded.model(), Version.OF_THIS_BUILD);
    List<Path> earlier = overwrite ? RunFiles.ofEarlierRun(out) : List.of();
    try (OutputDirectory directory = OutputDirectory.open(out, existing, RunFiles.INDEX, earlier)) {
      RunFiles.write(outcome.files(), document, directory);
      directory.commit();
    }
    if (json) {
      console.println(Json.line(document));
    } else {
      console.println("model " + OneLine.escape(loaded.summary()));
      console.print(RunText.of(outcome, out));
    }
  }

  /** How many of the largest logits to keep; 0 for none. */
  private int count(Head head) {
    if (!Predictions.madeBy(head)) {
      if (top != null && top > 0) {
        console.note(
            "--top: task " + head.label() + " ranks no tokens or classes; run.json has none");
      }
      return 0;
    }
    return top == null ? USUAL_TOP : top;
  }

  private static Predictions predictions(
      LoadedModel loaded, Trace trace, Optional<Tokenizer> tokenizer, int count) {
    if (count == 0) {
      return Predictions.NONE;
    }
    Head head = loaded.model().architecture().head();
    return Predictions.of(
        trace.value(Site.logits()),
        trace.batch(),
        count,
        Predictions.spelling(head, tokenizer, loaded.files().labels()));
  }
}
