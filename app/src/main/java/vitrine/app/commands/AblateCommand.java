package vitrine.app.commands;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import vitrine.app.input.InputLine;
import vitrine.app.input.InputLines;
import vitrine.app.results.PlanFiles;
import vitrine.app.terminal.Console;
import vitrine.app.terminal.OutputDirectory;
import vitrine.app.terminal.OutputDirectory.Existing;
import vitrine.app.terminal.ProgressBar;
import vitrine.app.terminal.Sizes;
import vitrine.app.terminal.UsageException;
import vitrine.engine.hooks.Indices;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Layers;
import vitrine.engine.models.Model;
import vitrine.interp.Texts;
import vitrine.interp.ablation.Ablation;
import vitrine.interp.ablation.AblationResult;
import vitrine.interp.ablation.AblationSpec;
import vitrine.interp.ablation.Component;
import vitrine.interp.ablation.Order;
import vitrine.interp.ablation.Sets;
import vitrine.interp.ablation.Treatment;
import vitrine.interp.ablation.Watch;
import vitrine.interp.metrics.Metric;

/** {@code vitrine ablate}: what breaks when parts of a model are switched off. */
@CommandLine.Command(
    name = "ablate",
    header = "Switch heads, neurons, sublayers or layers off, and measure what that does.",
    description = {
      "Switch parts of a model off, one by one or together, and measure a metric of every text: its",
      "change from the clean run with a 95% bootstrap interval over texts, a paired test, and its",
      "p-value corrected for the many (Holm). The clean prefix is computed once, and variants that begin",
      "at the same block run as one batch, with the bits of each run alone."
    },
    footer = {
      "Exactly one of --text, --ids, --input and --data.",
      "",
      "--of: heads, neurons, attention, mlp, sublayers (the two before), layers, or positions (of the",
      "  stream that enters a block).",
      "--edit, what stands in their place: zero; mean, over the text's own positions, of what the run",
      "  itself has there; reference, the mean over the texts of --reference in the clean model;",
      "  resample, what another text has there in the clean model, position by position; uniform",
      "  attention; noise:SIGMA; scale:X; skip, of layers: what entered the block",
      "  (resid_post = resid_pre) leaves it.",
      "--sets: single; pairs; all-but-one of a layer; cumulative, more and more in --order and beside it",
      "  in a random one. --order: effect, the least harmful alone first; importance, of heads, the",
      "  least |dL/dxi| first (Michel et al. 2019), by the loss of --metric or of the model's head.",
      "--metric: loss; loss:LOSS as for run; logit:POS,ID; diff:POS,ID1,ID2; prob:POS,ID; rank:POS,ID (1:",
      "  the largest); kl, from the clean run, over all tokens; kl:POS; of labelled texts accuracy, f1,",
      "  matthews, pearson, spearman (the last three 0 where either side does not vary). POS counts the",
      "  text's own tokens, -1 is its last; a head with one output for the whole text has POS 0, and ID",
      "  is a class. A label of -100 asks nothing.",
      "--batch changes no number but those of resample and noise, which draw from the texts that run",
      "  together; the texts are sorted by length first.",
      "",
      "Changes are tested by Wilcoxon's signed-rank test, accuracy of one label a text by the sign test",
      "(McNemar's), other scores of labelled texts by exchanging answers. With n texts no p is below",
      "2^(1-n), nor below 1/10000 where answers are exchanged: \"notes\" say what Holm makes of that.",
      "",
      "With --json, and in .json:",
      "  {\"analysis\":\"ablate\",\"model\":...,\"engine\":...,\"seed\":...,\"plan\":...,\"metric\":...,",
      "   \"of\":...,\"edit\":...,\"sets\":...,\"batch\":...,\"texts\":[...],\"left_out\":[...],",
      "   \"clean\":{\"estimate\":...,\"low\":...,\"high\":...,\"level\":...,\"n\":...},",
      "   \"effects\":[{\"name\":\"L0H1\",\"off\":[\"L0H1\"],\"value\":{...},\"change\":{...},\"p\":...,",
      "               \"test\":\"wilcoxon\"|\"sign\"|\"exchange\",\"exact\":true|false,\"p_holm\":...,",
      "               \"plan\":{...}}],",
      "   \"portions\":[{\"seed\":...,\"texts\":[...],\"donors\":[...]}],\"notes\":[...]}",
      "\"plans\", one a portion, where they differ; \"pairs\", each with \"interaction\", or \"curves\" for such",
      "sets. \"values_of\" says of mean, reference and resample whether they take from the \"clean run\" or",
      "the \"edited run\"; \"donors\" of each text the one resampled. In .npy: the changes, (layers, heads).",
      "In .csv layer and place are of the one component that is off, or that alone stays on.",
      "",
      "--keep DIR also writes each variant's plan, and the texts as they ran together, for",
      "  run --plan DIR/plans/L0H1.json --input DIR/texts.0.jsonl --out DIR/L0H1",
      "which gives the bits of that variant.",
      "",
      "What it does not tell: what a part is for. Where two do the same, neither alone matters.",
      "",
      "Examples:",
      "  vitrine ablate --text \"the red cat saw a bird . the red cat\"",
      "  vitrine ablate --text \"the red cat saw a bird . the red cat\" --metric kl:-1 --out heads.svg",
      "  vitrine ablate --text \"the cat saw a bird . the cat\" --of layers --json",
      "  vitrine ablate --text \"the cat saw a bird . the cat\" --sets cumulative --out curve.html"
    })
final class AblateCommand implements Command {
  /** Activations take no more than this where more is there: larger batches gain nothing. */
  private static final long MOST_BYTES = 2L << 30;

  private final Common common;
  private final Console console;
  private final InputStream stdin;

  @Mixin private ModelInput input = new ModelInput();
  @Mixin private LabelledInput data = new LabelledInput();
  @Mixin private final TaskOption task = new TaskOption();
  @Mixin private final WeightsOption weights = new WeightsOption();

  @Option(
      names = "--of",
      paramLabel = "PARTS",
      converter = Converters.NotBlank.class,
      description = "What is switched off; heads if not given.")
  private @Nullable String of;

  @Option(
      names = "--layers",
      paramLabel = "L",
      converter = Converters.NotBlank.class,
      description =
          "In which layers: 3, 2..5 (5 excluded), {1,4}, -1 for the last; all if not given.")
  private @Nullable String layers;

  @Option(
      names = "--which",
      paramLabel = "N",
      converter = Converters.NotBlank.class,
      description = {
        "Which heads, neurons or positions of each, likewise; all if not given. Positions from -1",
        "backwards are counted from the end of each text."
      })
  private @Nullable String which;

  @Option(
      names = "--block",
      paramLabel = "N",
      converter = Converters.Count.class,
      description = "Neurons that are switched off together; 1 if not given.")
  private @Nullable Integer block;

  @Option(
      names = "--edit",
      paramLabel = "EDIT",
      converter = Converters.NotBlank.class,
      description = "What stands in their place; zero if not given, skip for layers.")
  private @Nullable String edit;

  @Option(
      names = "--reference",
      paramLabel = "FILE.jsonl",
      converter = Converters.AnyPath.class,
      description = "Texts whose mean stands in their place, for --edit reference.")
  private @Nullable Path reference;

  @Option(
      names = "--sets",
      paramLabel = "SETS",
      converter = Converters.NotBlank.class,
      description = "Which of them together; single if not given.")
  private @Nullable String sets;

  @Option(
      names = "--order",
      paramLabel = "ORDER",
      converter = Converters.NotBlank.class,
      description = "Of a cumulative curve: effect or importance; effect if not given.")
  private @Nullable String order;

  @Option(
      names = "--steps",
      paramLabel = "N",
      converter = Converters.Count.class,
      description = "Points of a cumulative curve; 24 if not given.")
  private @Nullable Integer steps;

  @Option(
      names = "--metric",
      paramLabel = "METRIC",
      converter = Converters.NotBlank.class,
      description = "What is measured; loss if not given.")
  private String metric = "loss";

  @Option(
      names = "--batch",
      paramLabel = "N",
      converter = Converters.Count.class,
      description = "Texts that run together; 16 if not given.")
  private @Nullable Integer batch;

  @Option(
      names = "--keep",
      paramLabel = "DIR",
      converter = Converters.AnyPath.class,
      description = "Keep what repeats each variant: a new or an empty directory.")
  private @Nullable Path keep;

  @Mixin private ResultOptions result = new ResultOptions();

  AblateCommand(Common common, Console console, InputStream stdin) {
    this.common = common;
    this.console = console;
    this.stdin = stdin;
  }

  @Override
  public void run() throws IOException {
    result.check();
    data.check("ablate");
    data.checkLimit("ablate");
    AblationSpec spec = spec();
    if (keep != null) {
      OutputDirectory.check(keep, Existing.REFUSE);
    }
    if (data.isGiven() && input.isGiven()) {
      throw usage("--data: given with --text, --ids or --input; expected one of them");
    }
    if (reference != null && !(spec.treatment() instanceof Treatment.Reference)) {
      throw usage("--reference: given without --edit reference; expected both");
    }
    List<InputLine> lines = data.isGiven() ? List.of() : input.lines("ablate", stdin);
    List<InputLine> others =
        reference == null ? List.of() : InputLines.read(reference, InputStream.nullInputStream());
    try (LoadedModel loaded =
        LoadedModel.open(common, weights.precision(), task.head("ablate"), console::note)) {
      spec.check(loaded.model().architecture());
      Texts texts = texts(lines, loaded);
      checkMemory(loaded.model(), texts, spec);
      Inputs means =
          others.isEmpty() ? null : input.ready("ablate", others, loaded, console::note).inputs();
      try (MeansDirectory directory =
          means == null ? MeansDirectory.none() : MeansDirectory.in(keep, console::note)) {
        AblationResult found = ablate(loaded, texts, spec, means, directory);
        if (keep != null) {
          PlanFiles.write(found, keep);
          directory.keep();
        }
        result.deliver(found, console);
      }
    }
  }

  private static void checkMemory(Model model, Texts texts, AblationSpec spec) {
    Memory.require(
        "ablate",
        Ablation.leastBytes(model, texts, spec),
        Memory.available(),
        "Choose a smaller --batch, or shorter texts");
    Memory.require(
        "ablate",
        Ablation.leastHeapBytes(model, texts, spec),
        OptionalLong.of(Runtime.getRuntime().maxMemory()),
        "Of the Java heap, for numbers of every text. Choose fewer texts, a smaller --batch, or --block");
  }

  private Texts texts(List<InputLine> lines, LoadedModel loaded) {
    ModelInput.Ready ready =
        data.isGiven()
            ? new ModelInput.Ready(
                data.inputs("ablate", loaded, input.tooLong(), common.seed(), console::note),
                Optional.of(loaded.tokenizer("ablate")))
            : input.ready("ablate", lines, loaded, console::note);
    return ready.texts();
  }

  private AblationResult ablate(
      LoadedModel loaded,
      Texts texts,
      AblationSpec spec,
      @Nullable Inputs means,
      MeansDirectory directory) {
    long bytes =
        Math.max(
            Ablation.leastBytes(loaded.model(), texts, spec) * 2,
            Math.min(MOST_BYTES, Memory.available().orElse(MOST_BYTES) / 2));
    Path path = directory.path();
    ProgressBar bar = new ProgressBar(console);
    try {
      return Ablation.run(
          loaded.model(),
          loaded.files(),
          texts,
          spec,
          means == null || path == null ? null : new Ablation.Reference(means, path),
          new Ablation.Effort(bytes, common.threads()),
          watch(bar),
          Version.OF_THIS_BUILD);
    } finally {
      bar.end();
    }
  }

  private static Watch watch(ProgressBar bar) {
    return new Watch() {
      @Override
      public void progress(long done, long all) {
        show("ran ", done, all);
      }

      @Override
      public void tested(long done, long all) {
        show("tested ", done, all);
      }

      private void show(String what, long done, long all) {
        bar.show(
            (double) done / all, () -> what + Sizes.grouped(done) + " of " + Sizes.grouped(all));
      }
    };
  }

  private AblationSpec spec() {
    Component.Kind kind =
        of == null
            ? Component.Kind.HEADS
            : one("--of", of, Component.Kind.values(), Component.Kind::label);
    if (block != null && kind != Component.Kind.NEURONS) {
      throw usage("--block: given without --of neurons; expected both");
    }
    Sets chosen = sets == null ? Sets.SINGLE : one("--sets", sets, Sets.values(), Sets::label);
    if (steps != null && chosen != Sets.CUMULATIVE) {
      throw usage("--steps: given without --sets cumulative; expected both");
    }
    if (order != null && chosen != Sets.CUMULATIVE) {
      throw usage("--order: given without --sets cumulative; expected both");
    }
    return new AblationSpec(
        kind,
        layers == null ? Layers.ALL : Layers.parse(layers, "ablate: --layers"),
        which == null ? null : Indices.parse(which, "ablate: --which"),
        block == null ? 1 : block,
        edit == null ? Treatment.usual(kind) : Treatment.parse(edit),
        chosen,
        order == null ? Order.EFFECT : one("--order", order, Order.values(), Order::label),
        steps == null ? AblationSpec.USUAL_STEPS : steps,
        Metric.parse(metric),
        batch == null ? AblationSpec.USUAL_BATCH : batch,
        common.seed());
  }

  private static <T> T one(String option, String given, T[] all, Function<T, String> label) {
    return Choice.of("ablate", option, given, all, label);
  }

  private static UsageException usage(String what) {
    return new UsageException("ablate: " + what + ". See: vitrine help ablate");
  }
}
