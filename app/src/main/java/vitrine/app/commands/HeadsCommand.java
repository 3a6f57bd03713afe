package vitrine.app.commands;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import vitrine.app.input.InputLine;
import vitrine.app.results.KeptRuns;
import vitrine.app.results.Spelling;
import vitrine.app.terminal.Console;
import vitrine.app.terminal.OutputDirectory;
import vitrine.app.terminal.UsageException;
import vitrine.engine.InputException;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Head;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Loss;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Saving;
import vitrine.engine.text.Tokenizer;
import vitrine.interp.Repeatable;
import vitrine.interp.Texts;
import vitrine.interp.attention.AttentionSpec;
import vitrine.interp.attribution.Attribution;
import vitrine.interp.circuits.Circuit;
import vitrine.interp.circuits.Composition;
import vitrine.interp.heads.Importance;
import vitrine.interp.heads.RepeatedTokens;
import vitrine.interp.heads.Structure;
import vitrine.interp.metrics.Metric;
import vitrine.interp.metrics.MetricRules;

/** {@code vitrine heads}: what is known of each head. */
@CommandLine.Command(
    name = "heads",
    header = "Say of each head what it does: scores, importance, structure, circuits, logits.",
    description = {
      "Say of each head what it does. What is shown:",
      "  scores       how much it looks at the token before, at the same token, and at what followed",
      "               that (induction), in random tokens said twice; which heads are named by it.",
      "  importance   how much the loss of texts depends on it: |dL/dxi|, xi its mask (Michel et al.).",
      "  structure    entropy, distance, attention to the first and to special tokens, sink share.",
      "  composition  how much of what it writes later heads read, by the weights alone (Elhage et al.).",
      "  circuit      what it looks for and says, by the weights alone: the largest terms of QK and OV with",
      "               their tokens, rows of chosen tokens or all, singular values, whether it copies.",
      "  logits       what it, every MLP and the embeddings add to a logit: direct logit attribution."
    },
    footer = {
      "scores reads texts of its own, composition and circuit none; the others read exactly one of --text,",
      "--ids and --input. For logits --loss may also be logit:POS,ID, diff:POS,ID1,ID2, class:K,",
      "classdiff:K1,K2, startlogit:POS or endlogit:POS.",
      "",
      "With --json, and in .json:",
      "  {\"analysis\":\"heads\",\"model\":...,\"engine\":...,\"seed\":...,\"plan\":...,\"show\":...,",
      "   \"named\":[{\"kind\":\"induction\",\"layer\":1,\"head\":2,\"score\":{...}}],",
      "   \"heads\":[{\"layer\":0,\"head\":0,\"induction\":",
      "             {\"estimate\":...,\"low\":...,\"high\":...,\"level\":...,\"n\":...}, ...}]}",
      "of composition \"pairs\":[{\"layer\":0,\"head\":1,\"later_layer\":1,\"later_head\":2,\"q\":...,\"k\":...,",
      "\"v\":...}]; of circuit \"heads\":[{\"layer\":...,\"head\":...,\"copying_score\":...,\"qk\":{",
      "\"singular_values\":[...],\"singular_values_of_tokens\":[...],\"terms\":[...],\"rows\":[...]},\"ov\":{...}}];",
      "of logits \"targets\":[{\"target\":\"logit:-1,5\",\"value\":...,\"sum\":...,\"plan\":{...}}] and \"parts\":[{",
      "\"part\":\"head 1.2\",\"kind\":...,\"layer\":...,\"number\":...,\"mean\":{...},\"values\":[...]}].",
      "Intervals are 95% bootstrap intervals over texts. In .npy: the first measure, float32, (layers,",
      "heads); for composition q, (layers, heads, layers, heads), writer first; for circuit what --full",
      "asks for, or the rows of OV, (heads, tokens, vocabulary), or the singular values, (heads, 2, K); for",
      "logits (texts, parts).",
      "",
      "A circuit's singular_values, and its terms, are those of W_Q W_K^T / sqrt(K) and W_V W_O, D by D;",
      "singular_values_of_tokens those of the vocabulary by vocabulary circuit, token embeddings and",
      "unembedding included.",
      "",
      "--keep DIR writes a plan and the texts of each run that the result is made of; this repeats one:",
      "  run --plan DIR/plan.0.json --input DIR/texts.0.jsonl --out OUT",
      "",
      "Examples:",
      "  vitrine heads",
      "  vitrine heads --show importance --text \"the red cat saw a green bird . the red cat\"",
      "  vitrine heads --show structure --text \"the cat saw a bird . the cat\" --out structure.svg",
      "  vitrine heads --show composition",
      "  vitrine heads --show circuit --layers 1 --heads 2 --row \" cat\" --row \" red\"",
      "  vitrine heads --show circuit --layers 1 --heads 2 --full ov --out ov.npy",
      "  vitrine heads --show logits --text \"the red cat saw . the red\" --token \" cat\" --minus \" red\""
    })
final class HeadsCommand implements Command {
  /** What can be shown. */
  private enum Show {
    SCORES,
    IMPORTANCE,
    STRUCTURE,
    COMPOSITION,
    CIRCUIT,
    LOGITS;

    private String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final Common common;
  private final Console console;
  private final InputStream stdin;

  @Option(
      names = "--show",
      paramLabel = "WHAT",
      description = "One of the six above; scores if not given.")
  private @Nullable String show;

  @Mixin private ModelInput input = new ModelInput();
  @Mixin private final TaskOption task = new TaskOption();
  @Mixin private final WeightsOption weights = new WeightsOption();

  @Option(
      names = "--texts",
      paramLabel = "N",
      converter = Converters.Count.class,
      description = "For scores: how many texts of random tokens; 16 if not given.")
  private @Nullable Integer texts;

  @Option(
      names = "--length",
      paramLabel = "N",
      converter = Converters.Count.class,
      description = {
        "For scores: how many tokens each says twice; 50 if not given, or what the model has room for."
      })
  private @Nullable Integer length;

  @Option(
      names = "--threshold",
      paramLabel = "X",
      converter = Converters.Share.class,
      description = {
        "For scores: a head is named where the whole interval of its score lies above; 0.4 if not given."
      })
  private @Nullable Double threshold;

  @Option(
      names = "--loss",
      paramLabel = "LOSS",
      converter = Converters.NotBlank.class,
      description = {
        "For importance: as for run. If not given, next for a model that predicts next tokens, and labels",
        "for others. For logits: which logit."
      })
  private @Nullable String loss;

  @Option(
      names = "--keep",
      paramLabel = "DIR",
      converter = Converters.AnyPath.class,
      description = "Keep what repeats each run: a new or an empty directory.")
  private @Nullable Path keep;

  @Mixin private CircuitOptions circuit = new CircuitOptions();
  @Mixin private LogitOptions logit = new LogitOptions();
  @Mixin private ResultOptions result = new ResultOptions();

  HeadsCommand(Common common, Console console, InputStream stdin) {
    this.common = common;
    this.console = console;
    this.stdin = stdin;
  }

  @Override
  public void run() throws IOException {
    result.check();
    Show shown = shown();
    refuse("--texts", texts, shown, Show.SCORES);
    refuse("--length", length, shown, Show.SCORES);
    refuse("--threshold", threshold, shown, Show.SCORES);
    refuse("--loss", loss, shown, Show.IMPORTANCE, Show.LOGITS);
    String ofLogits = logit.given();
    refuse(ofLogits == null ? "" : ofLogits, ofLogits, shown, Show.LOGITS);
    String ofCircuit = circuit.given();
    refuse(ofCircuit == null ? "" : ofCircuit, ofCircuit, shown, Show.CIRCUIT);
    if (circuit.whole() != Circuit.Whole.NONE && !result.wantsArray()) {
      throw new UsageException(
          "heads: --full: no file for the numbers; expected --out FILE.npy with it. See: vitrine help heads");
    }
    if (keep != null) {
      OutputDirectory.check(keep, OutputDirectory.Existing.REFUSE);
    }
    List<InputLine> lines =
        switch (shown) {
          case SCORES, COMPOSITION, CIRCUIT -> {
            refuse("--text, --ids or --input", input.isGiven() ? input : null, shown);
            yield List.of();
          }
          case IMPORTANCE, STRUCTURE, LOGITS -> input.lines("heads", stdin);
        };
    try (LoadedModel loaded =
        LoadedModel.open(common, weights.precision(), task.head("heads"), console::note)) {
      Repeatable found =
          switch (shown) {
            case SCORES -> scores(loaded);
            case IMPORTANCE -> importance(loaded, lines);
            case STRUCTURE -> structure(loaded, lines);
            case COMPOSITION ->
                Composition.run(
                    loaded.model(), loaded.files(), common.seed(), Version.OF_THIS_BUILD);
            case CIRCUIT -> circuit(loaded);
            case LOGITS -> logits(loaded, lines);
          };
      if (keep != null) {
        KeptRuns.write(found, keep);
      }
      result.deliver(found, console);
    }
  }

  private Show shown() {
    return show == null
        ? Show.SCORES
        : Choice.of("heads", "--show", show, Show.values(), Show::label);
  }

  /** An option that means nothing for what is shown is a mistake, and not passed over. */
  private static void refuse(String option, @Nullable Object given, Show shown, Show... takers) {
    if (given == null || List.of(takers).contains(shown)) {
      return;
    }
    String means =
        takers.length == 0
            ? "none: it reads no texts of yours"
            : "it with --show "
                + String.join(" or ", Arrays.stream(takers).map(Show::label).toList());
    throw new UsageException(
        "heads: %s: given with --show %s; expected %s. See: vitrine help heads"
            .formatted(option, shown.label(), means));
  }

  private Repeatable scores(LoadedModel loaded) {
    RepeatedTokens.Spec usual = RepeatedTokens.Spec.usual(common.seed());
    RepeatedTokens.Spec spec =
        new RepeatedTokens.Spec(
            texts == null ? usual.texts() : texts,
            length == null ? OptionalInt.empty() : OptionalInt.of(length),
            threshold == null ? usual.threshold() : threshold,
            common.seed());
    int tokens = RepeatedTokens.length(loaded.model(), loaded.files(), spec);
    Architecture architecture = loaded.model().architecture();
    if (tokens <= architecture.positions()) {
      checkPatterns(loaded, Inputs.of(new int[tokens]));
    }
    return RepeatedTokens.run(loaded.model(), loaded.files(), spec, Version.OF_THIS_BUILD);
  }

  private Repeatable importance(LoadedModel loaded, List<InputLine> lines) {
    Loss of = loss(loaded.model().architecture(), lines);
    Plan plan = Importance.plan(loaded.model().architecture(), of, common.seed());
    Texts read = input.ready("heads", lines, loaded, console::note).texts();
    Inputs largest =
        Importance.batches(read.inputs(), loaded.model().architecture(), of).stream()
            .max(Comparator.comparingInt(HeadsCommand::longest))
            .orElseThrow();
    Memory.requireRun(
        Saving.KEEP, saving -> loaded.model().forecast(plan, largest, saving), Memory.available());
    return Importance.run(
        loaded.model(), loaded.files(), read, of, common.seed(), Version.OF_THIS_BUILD);
  }

  private Loss loss(Architecture architecture, List<InputLine> lines) {
    if (loss != null) {
      return Loss.parse(loss);
    }
    if (architecture.head() == Head.NONE) {
      throw new InputException(
          "heads: importance: task encode has no loss; expected a model with a head. Name another with --model");
    }
    Loss usual = MetricRules.loss(new Metric.OfLoss(null), architecture);
    if (!usual.equals(Loss.labels()) || lines.stream().allMatch(line -> line.labels() != null)) {
      return usual;
    }
    throw new InputException(
        "heads: --loss: none given, and the texts have no labels; expected one that task %s has, as in --loss class:0, or labels in --input. See: vitrine help run"
            .formatted(architecture.head().label()));
  }

  private Repeatable structure(LoadedModel loaded, List<InputLine> lines) {
    Texts read = input.ready("heads", lines, loaded, console::note).texts();
    checkPatterns(loaded, Inputs.of(largest(read)));
    return Structure.run(
        loaded.model(), loaded.files(), read, common.seed(), Version.OF_THIS_BUILD);
  }

  private Repeatable circuit(LoadedModel loaded) {
    Architecture architecture = loaded.model().architecture();
    Optional<Tokenizer> tokenizer = loaded.files().tokenizer();
    Circuit.Spec spec = circuit.spec(architecture.vocabulary(), tokenizer, common.seed());
    Memory.require(
        "heads",
        Circuit.bytes(architecture),
        Memory.available(),
        "Use a machine with more memory, or a smaller model");
    Memory.require(
        "heads: --full",
        Circuit.wholeBytes(architecture, spec),
        OptionalLong.of(Runtime.getRuntime().maxMemory()),
        "Choose --layers and --heads, or show --row by --row");
    return Circuit.run(
        loaded.model(),
        loaded.files(),
        spec,
        id -> {
          String token = Spelling.of(tokenizer, id);
          return token == null ? Integer.toString(id) : token;
        },
        Version.OF_THIS_BUILD);
  }

  private Repeatable logits(LoadedModel loaded, List<InputLine> lines) {
    ModelInput.Ready ready = input.ready("heads", lines, loaded, console::note);
    Texts read = ready.texts();
    List<Loss> targets = logit.targets(loaded.model(), read, ready.tokenizer(), loss);
    Plan plan =
        Attribution.plan(
            loaded.model().architecture(), targets.getFirst(), logit.neurons(), common.seed());
    Inputs largest = Inputs.of(largest(read));
    Memory.requireRun(
        Saving.KEEP, saving -> loaded.model().forecast(plan, largest, saving), Memory.available());
    return Attribution.run(
        loaded.model(),
        loaded.files(),
        read,
        targets,
        logit.neurons(),
        common.seed(),
        Version.OF_THIS_BUILD);
  }

  private static Example largest(Texts texts) {
    return texts.inputs().examples().stream()
        .max(Comparator.comparingInt(example -> example.ids().length))
        .orElseThrow();
  }

  /** The patterns of one text at a time, all heads', in the run and on the heap. */
  private void checkPatterns(LoadedModel loaded, Inputs one) {
    Architecture architecture = loaded.model().architecture();
    AttentionSpec spec = AttentionSpec.all(common.seed());
    Plan plan = spec.plan(architecture);
    Memory.requireRun(
        Saving.KEEP, saving -> loaded.model().forecast(plan, one, saving), Memory.available());
    Memory.require(
        "heads",
        spec.numbers(architecture, one) * Float.BYTES,
        OptionalLong.of(Runtime.getRuntime().maxMemory()),
        "Give shorter texts");
  }

  private static int longest(Inputs inputs) {
    return inputs.examples().stream().mapToInt(example -> example.ids().length).max().orElse(0);
  }
}
