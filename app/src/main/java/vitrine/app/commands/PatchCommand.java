package vitrine.app.commands;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import vitrine.app.input.PairLine;
import vitrine.app.results.PatchFiles;
import vitrine.app.terminal.Console;
import vitrine.app.terminal.OneLine;
import vitrine.app.terminal.OutputDirectory;
import vitrine.app.terminal.ProgressBar;
import vitrine.app.terminal.UsageException;
import vitrine.engine.InputException;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Axis;
import vitrine.engine.hooks.Indices;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Layers;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Saving;
import vitrine.engine.hooks.Site;
import vitrine.engine.models.Sweep;
import vitrine.engine.text.Tokenizer;
import vitrine.interp.patching.Direction;
import vitrine.interp.patching.PatchSpec;
import vitrine.interp.patching.PatchTarget;
import vitrine.interp.patching.Patched;
import vitrine.interp.patching.Patching;
import vitrine.interp.patching.PathPatching;
import vitrine.interp.patching.PathSpec;
import vitrine.interp.patching.PromptPair;

/** {@code vitrine patch}: what carries a behaviour from one prompt to another. */
@CommandLine.Command(
    name = "patch",
    header = "Put values of one prompt's run into another's: which parts carry the answer.",
    description = {
      "Run a clean and a corrupted prompt, put values of one run into the other, component by",
      "component, and measure what comes out: 0 is as the corrupted prompt, 1 as the clean one. Over",
      "several pairs: means with 95% bootstrap intervals over pairs, and how many pairs there were.",
      "With --to: what each head tells a later head, or the logits, directly."
    },
    footer = {
      "One of --text (with --corrupted), --ids (with --corrupted-ids), --input and --prompts.",
      "",
      "Sites are those of run, without blocks.* before them where all layers are meant: resid_pre,",
      "attn.z, blocks.2..4.attn.q[head={0,3}], mlp.post[neuron=0..64]. --by says along which axes one is",
      "taken apart: pos, head, neuron, query, key, several between commas (head,pos), or layer for none.",
      "",
      "Repeat one cell to the bit, here with clean values in the corrupted run:",
      "  run --text CLEAN --read \"blocks.*.attn.z\" --out clean",
      "  run --text CORRUPTED --edit \"blocks.1.attn.z[head=2]=from:clean\" --out patched",
      "--keep DIR writes DIR/read.json, and of each pair both prompts and a plan for each component. From",
      "the directory where patch was called:",
      "  run --plan DIR/read.json --input DIR/pair.0/clean.jsonl --out DIR/pair.0/clean",
      "  run --plan DIR/pair.0/plans/COMPONENT.json --input DIR/pair.0/corrupted.jsonl --out OUT",
      "With --direction noise clean and corrupted change places. With --to both are read first, then the",
      "patched prompt (corrupted, or clean for noise) is run by a sender's two plans, one after the other:",
      "  run --plan DIR/pair.0/plans/by-0.1.json --input ... --out DIR/pair.0/by-0.1",
      "  run --plan DIR/pair.0/plans/received-by-0.1.json --input ... --out OUT",
      "of which the first alone is the result where logits receive.",
      "",
      "With --json, and in .json:",
      "  {\"analysis\":\"patch\",\"model\":...,\"engine\":...,\"seed\":...,\"plan\":...,\"direction\":...,",
      "   \"patched\":...,\"values_from\":...,\"clean\":{\"estimate\":...,\"low\":...,\"high\":...,\"level\":...,",
      "   \"n\":...},\"corrupted\":{...},\"pairs\":[{\"clean\":{...},\"corrupted\":{...},\"metric\":...,",
      "   \"clean_metric\":...,\"corrupted_metric\":...}],\"sites\":[{\"site\":...,\"by\":[\"head\"],",
      "   \"components\":[{\"site\":...,\"layer\":0,\"head\":1,\"pairs\":...,\"metric\":{...},",
      "                  \"normalised\":{...},\"attribution\":{...},\"edit\":...}, ...]}]}",
      "and with --to, for sites, \"senders\":[{\"layer\":...,\"head\":...,\"metric\":{...},\"normalised\":{...},",
      "\"on_the_way\":{...},\"received\":{...}}]. In .csv a row a component, with a column for each of its",
      "indices; in .npy normalised of the first site, rows and columns as in its map.",
      "",
      "Path patching is that of Wang et al. (2022): all other heads are frozen between the sender and",
      "the receiver, MLPs are computed anew. They patch the clean run: --direction noise.",
      "",
      "What it does not tell: what else could do the same. Attribution is a first-order estimate; where",
      "attention is saturated it sees nothing. --method both tells how far it can be trusted.",
      "",
      "Examples:",
      "  vitrine patch --text \"a red cat . a red\" --corrupted \"a blue cat . a red\" --answer \" cat\"",
      "  vitrine patch --prompts repetition --count 4 --site attn.z --method both --out patch.html",
      "  vitrine patch --prompts repetition --count 4 --site mlp.post --by neuron --layers 0 --json",
      "  vitrine patch --prompts repetition --count 4 --to \"blocks.1.attn.k[head=2]\" --out paths.svg",
      "  vitrine patch --prompts ioi --count 20 --save-prompts ioi.jsonl --site attn.q --json"
    })
final class PatchCommand implements Command {
  private static final List<String> USUAL_SITES =
      List.of("resid_pre", "attn_out", "mlp_out", "attn.z");

  /** Larger batches are no faster. */
  private static final long MOST_BYTES = 2L << 30;

  private static final String LOGITS = "logits";

  private final Common common;
  private final Console console;
  private final InputStream stdin;

  @Mixin private PairInput input = new PairInput();
  @Mixin private final TaskOption task = new TaskOption();
  @Mixin private final WeightsOption weights = new WeightsOption();

  @Option(
      names = "--metric",
      paramLabel = "METRIC",
      converter = Converters.NotBlank.class,
      description = {
        "What is measured: diff, logit, prob or rank of the answers; or in full, diff:POS,ID1,ID2,",
        "logit:POS,ID, prob:POS,ID, rank:POS,ID, kl:POS, loss:LOSS. diff if there is a wrong answer,",
        "else logit."
      })
  private @Nullable String metric;

  @Option(
      names = "--site",
      paramLabel = "SITE",
      converter = Converters.NotBlank.class,
      description = {
        "What is patched; may be repeated. resid_pre, attn_out, mlp_out and attn.z if not given."
      })
  private List<String> sites = new ArrayList<>();

  @Option(
      names = "--by",
      paramLabel = "AXES",
      converter = Converters.NotBlank.class,
      description =
          "How sites are taken apart; what has heads by head, all else by pos if not given.")
  private @Nullable String by;

  @Option(
      names = "--neurons-at-once",
      paramLabel = "N",
      converter = Converters.Count.class,
      description = "Neurons that are patched together, for --by neuron; 1 if not given.")
  private @Nullable Integer neuronsAtOnce;

  @Option(
      names = "--layers",
      paramLabel = "L",
      converter = Converters.NotBlank.class,
      description = "Which layers: 3, 2..5 (5 excluded), {1,4}, -1 for the last; all if not given.")
  private @Nullable String layers;

  @Option(
      names = "--direction",
      paramLabel = "D",
      converter = Converters.NotBlank.class,
      description = {
        "denoise: clean values into the corrupted run (what is enough); noise: corrupted values into",
        "the clean run (what it cannot do without). denoise if not given."
      })
  private String direction = Direction.DENOISE.label();

  @Option(
      names = "--method",
      paramLabel = "M",
      converter = Converters.NotBlank.class,
      description = {
        "exact, attribution (the gradient's estimate, two runs and one backward pass a pair), or both",
        "with their correlation. exact if not given."
      })
  private @Nullable String method;

  @Option(
      names = "--to",
      paramLabel = "SITE|logits",
      converter = Converters.NotBlank.class,
      description = {
        "Patch paths from each head to this: logits, or a head's attn.q, attn.k or attn.v, as in",
        "blocks.9.attn.q[head=6]; several are patched together."
      })
  private List<String> receivers = new ArrayList<>();

  @Option(
      names = "--heads",
      paramLabel = "H",
      converter = Converters.NotBlank.class,
      description = "With --to: which heads send; all if not given.")
  private @Nullable String heads;

  @Option(
      names = "--mlps",
      paramLabel = "recomputed|frozen",
      converter = Converters.NotBlank.class,
      description = {
        "With --to: whether paths lead through MLPs, as in the paper, or through the residual stream",
        "alone. recomputed if not given."
      })
  private @Nullable String mlps;

  @Option(
      names = "--keep",
      paramLabel = "DIR",
      converter = Converters.AnyPath.class,
      description = "Keep what repeats each run by itself: a new or an empty directory.")
  private @Nullable Path keep;

  @Mixin private ResultOptions result = new ResultOptions();

  PatchCommand(Common common, Console console, InputStream stdin) {
    this.common = common;
    this.console = console;
    this.stdin = stdin;
  }

  @Override
  public void run() throws IOException {
    input.check();
    checkOptions();
    result.check();
    if (keep != null) {
      OutputDirectory.check(keep, OutputDirectory.Existing.REFUSE);
    }
    Direction way = choice("--direction", direction, Direction.values(), Direction::label);
    List<PairLine> given = input.lines(stdin);
    try (LoadedModel loaded =
        LoadedModel.open(common, weights.precision(), task.head("patch"), console::note)) {
      Architecture model = loaded.model().architecture();
      // Before any prompt is read: a site's name is the likelier mistake.
      PathSpec paths = receivers.isEmpty() ? null : paths(way, model);
      PatchSpec patches = paths == null ? patches(way, model) : null;
      List<PromptPair> pairs = pairs(loaded, given);
      checkMemory(loaded, pairs, patches);
      ProgressBar bar = new ProgressBar(console);
      Patching.Progress progress =
          (done, all) -> bar.show((double) done / all, () -> done + " of " + all + " pairs");
      Patched found =
          patches != null
              ? Patching.run(
                  loaded.model(), loaded.files(), pairs, patches, Version.OF_THIS_BUILD, progress)
              : PathPatching.run(
                  loaded.model(),
                  loaded.files(),
                  pairs,
                  Objects.requireNonNull(paths),
                  Version.OF_THIS_BUILD,
                  progress);
      bar.end();
      if (keep != null) {
        PatchFiles.write(found, keep);
      }
      result.deliver(found, console);
    }
  }

  // ---- options ----

  private void checkOptions() {
    if (receivers.isEmpty()) {
      refuse("--heads", heads, "given without --to", "a slice, as in --site \"attn.z[head=3]\"");
      refuse("--mlps", mlps, "given without --to", "it with paths alone");
      if (by != null && sites.isEmpty()) {
        throw wrongly("--by", "given without --site", "the sites that are taken apart");
      }
    } else {
      refuse("--site", sites.isEmpty() ? null : sites.getFirst(), "given with --to", "one of them");
      refuse("--method", method, "given with --to", "paths, which are exact");
      refuse("--by", by, "given with --to", "senders by head");
      refuse("--neurons-at-once", text(neuronsAtOnce), "given with --to", "senders by head");
    }
  }

  private static void refuse(
      String option, @Nullable String value, String actual, String expected) {
    if (value != null) {
      throw wrongly(option, actual, expected);
    }
  }

  private static UsageException wrongly(String operand, String actual, String expected) {
    return new UsageException(
        "patch: "
            + operand
            + ": "
            + actual
            + "; expected "
            + expected
            + ". See: vitrine help patch");
  }

  private static <E> E choice(String option, String value, E[] all, Function<E, String> label) {
    return Choice.of("patch", option, value, all, label);
  }

  private PatchSpec patches(Direction way, Architecture model) {
    PatchSpec.Method how =
        method == null
            ? PatchSpec.Method.EXACT
            : choice("--method", method, PatchSpec.Method.values(), PatchSpec.Method::label);
    List<PatchTarget> targets =
        (sites.isEmpty() ? USUAL_SITES : sites).stream().map(text -> target(text, model)).toList();
    PatchSpec spec = new PatchSpec(targets, way, how, common.seed(), limits());
    spec.validate(model);
    return spec;
  }

  private PatchTarget target(String text, Architecture model) {
    Site site = site(text, "--site");
    if (layers != null && site.target().perBlock()) {
      if (!site.layers().equals(Layers.ALL)) {
        throw wrongly(
            "--layers", "given with --site " + OneLine.operand(text), "layers in one place");
      }
      site = site.at(Layers.parse(layers, "patch: --layers"));
    }
    site.validate(model);
    List<Axis> along = by == null ? PatchTarget.of(site, model).by() : axes(by);
    if (neuronsAtOnce != null && !along.contains(Axis.NEURON)) {
      throw wrongly(
          "--neurons-at-once",
          "given for " + OneLine.operand(text) + " by " + axesText(along),
          "it with --by neuron");
    }
    return new PatchTarget(site, along, neuronsAtOnce == null ? 1 : neuronsAtOnce);
  }

  private static String axesText(List<Axis> axes) {
    return axes.isEmpty()
        ? "layer"
        : axes.stream().map(Axis::keyword).collect(Collectors.joining(","));
  }

  private static @Nullable String text(@Nullable Object given) {
    return given == null ? null : given.toString();
  }

  /** A site of all layers, unless the text says which. */
  private static Site site(String text, String option) {
    try {
      return Site.parse(text.strip().startsWith("blocks.") ? text : "blocks.*." + text.strip());
    } catch (InputException e) {
      throw new InputException("patch: " + option + ": " + e.getMessage(), e);
    }
  }

  private static List<Axis> axes(String given) {
    if (given.strip().equals("layer")) {
      return List.of();
    }
    List<Axis> named =
        List.of(
            Axis.POSITION, Axis.QUERY, Axis.KEY, Axis.HEAD, Axis.DIM, Axis.HEAD_DIM, Axis.NEURON);
    return Arrays.stream(given.split(",", -1))
        .map(each -> choice("--by", each.strip(), named.toArray(Axis[]::new), Axis::keyword))
        .toList();
  }

  private PathSpec paths(Direction way, Architecture model) {
    boolean logits = receivers.contains(LOGITS);
    if (logits && receivers.size() > 1) {
      throw wrongly("--to", "logits with other receivers", "logits alone, or heads alone");
    }
    PathSpec spec =
        new PathSpec(
            logits ? List.of() : receivers.stream().map(text -> site(text, "--to")).toList(),
            layers == null ? Layers.ALL : Layers.parse(layers, "patch: --layers"),
            heads == null ? null : Indices.parse(heads, "patch: --heads"),
            mlps == null
                ? PathSpec.Mlps.RECOMPUTED
                : choice("--mlps", mlps, PathSpec.Mlps.values(), PathSpec.Mlps::label),
            way,
            common.seed(),
            limits());
    spec.validate(model);
    return spec;
  }

  private static Sweep.Limits limits() {
    return Sweep.Limits.bytes(Math.min(MOST_BYTES, Memory.available().orElse(MOST_BYTES) / 2));
  }

  // ---- pairs ----

  private List<PromptPair> pairs(LoadedModel loaded, @Nullable List<PairLine> given) {
    boolean words = given == null || given.stream().anyMatch(PairLine::hasWords);
    Optional<Tokenizer> tokenizer =
        words ? Optional.of(loaded.tokenizer("patch")) : loaded.files().tokenizer();
    List<PairLine> lines =
        given == null ? input.made(tokenizer.orElseThrow(), common.seed(), console) : given;
    return new Pairs(loaded.model().architecture(), tokenizer, metric, console).of(lines);
  }

  /**
   * @param patches null for paths
   */
  private static void checkMemory(
      LoadedModel loaded, List<PromptPair> pairs, @Nullable PatchSpec patches) {
    Architecture model = loaded.model().architecture();
    PromptPair longest =
        pairs.stream()
            .max(Comparator.comparingInt(pair -> pair.clean().ids().length))
            .orElseThrow();
    int length = longest.clean().ids().length;
    List<Site> kept = patches == null ? List.of(Site.z(Layers.ALL)) : patches.kept(model);
    Plan plan = Plan.of(model).read(kept.toArray(Site[]::new));
    Memory.requireRun(
        Saving.KEEP,
        saving -> loaded.model().forecast(plan, Inputs.of(longest.clean()), saving),
        Memory.available());
    long numbers =
        kept.stream()
            .flatMap(site -> site.expand(model).stream())
            .mapToLong(site -> model.shape(site.target(), 1, length).size())
            .sum();
    Memory.require(
        "patch",
        numbers * Float.BYTES,
        OptionalLong.of(Runtime.getRuntime().maxMemory()),
        "Patch fewer layers at a time, or shorter prompts");
  }
}
