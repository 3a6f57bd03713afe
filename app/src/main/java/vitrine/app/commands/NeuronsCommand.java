package vitrine.app.commands;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import vitrine.app.input.InputLine;
import vitrine.app.terminal.Console;
import vitrine.app.terminal.OneLine;
import vitrine.app.terminal.UsageException;
import vitrine.engine.InputException;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Indices;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Layers;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Saving;
import vitrine.engine.io.FileHash;
import vitrine.engine.io.Npy;
import vitrine.engine.io.NpyDoubles;
import vitrine.interp.Texts;
import vitrine.interp.neurons.Activations;
import vitrine.interp.neurons.FactorSpec;
import vitrine.interp.neurons.FactorsResult;
import vitrine.interp.neurons.NonNegative;
import vitrine.interp.neurons.Subject;

/** {@code vitrine neurons}: which neurons fire together. */
@CommandLine.Command(
    name = "neurons",
    header = "Find groups of neurons that fire together, and when they do.",
    description = {
      "Take the activations of a text's neurons apart into a few factors: groups of neurons, each with a",
      "line over the tokens that tells when it is at work (non-negative matrix factorisation). With",
      "--matrix: the same of any array of numbers that are not negative."
    },
    footer = {
      "Exactly one of --text, --ids, --input (as for run) and --matrix.",
      "",
      "The matrix of texts has a row a token and a column a neuron, after its activation function;",
      "activations below zero count as zero, and it is told how many there were.",
      "",
      "With --json: {\"reconstruction_error\":...,\"iterations\":...,\"factors\":...,\"explained\":...}, of texts",
      "also the line of each factor and its strongest neurons; with several K a list, sweep. The error",
      "is the Frobenius norm of what is left. --out FILE as for the other analyses (.npy: W);",
      "--out DIR: W.npy (rows x K), H.npy (K x columns) and result.json.",
      "",
      "What it does not tell: other starts may end in other factors that are as good; how many factors",
      "there are; what a group does to the output.",
      "",
      "Examples:",
      "  vitrine neurons --text \"the red cat saw a bird . the red cat\" --factors 3",
      "  vitrine neurons --text \"the red cat saw a bird . the red cat\" --layers 0 --factors 2..5 --json",
      "  vitrine neurons --ids 1,2,3,1,2 --factors 2 --algorithm multiplicative --out factors.html"
    })
final class NeuronsCommand implements Command {
  /** Of a number of the matrix: read, by rows, by columns. */
  private static final long BYTES = 3L * Double.BYTES;

  private final Common common;
  private final Console console;
  private final InputStream stdin;

  @Mixin private ModelInput input = new ModelInput();
  @Mixin private final WeightsOption weights = new WeightsOption();

  @Option(
      names = "--matrix",
      paramLabel = "FILE.npy",
      converter = Converters.AnyPath.class,
      description = "An array of two axes, without numbers below zero, in place of a text.")
  private @Nullable Path matrix;

  @Option(names = "--clip", description = "With --matrix: numbers below zero count as zero.")
  private boolean clip;

  @Option(
      names = "--layers",
      paramLabel = "L",
      converter = Converters.NotBlank.class,
      description = "Which layers: 3, 2..5 (5 excluded), {1,4}, -1 for the last; all if not given.")
  private @Nullable String layers;

  @Option(
      names = "--factors",
      paramLabel = "K",
      required = true,
      converter = Converters.NotBlank.class,
      description = {
        "How many factors: 8, or several to compare, 2..9 (9 excluded), {4,8}; W and H are of the last."
      })
  private String factors = "";

  @Option(
      names = "--algorithm",
      paramLabel = "A",
      converter = Converters.NotBlank.class,
      description = "coordinate-descent or multiplicative; coordinate-descent if not given.")
  private String algorithm = FactorSpec.Algorithm.COORDINATE_DESCENT.label();

  @Option(
      names = "--start",
      paramLabel = "S",
      converter = Converters.NotBlank.class,
      description = {
        "nndsvd, nndsvda (its zeros filled with the mean), random, or best: these and several random ones,",
        "and what ends with the least error is kept; best if not given."
      })
  private String start = FactorSpec.Start.BEST.label();

  @Option(
      names = "--iterations",
      paramLabel = "N",
      converter = Converters.Count.class,
      description = "At most so many from each start; 1000 if not given.")
  private @Nullable Integer iterations;

  @Mixin private DirectoryOrFile result = new DirectoryOrFile();

  NeuronsCommand(Common common, Console console, InputStream stdin) {
    this.common = common;
    this.console = console;
    this.stdin = stdin;
  }

  @Override
  public void run() throws IOException {
    result.check();
    List<FactorSpec> specs = specs();
    if (matrix != null) {
      if (input.isGiven() || layers != null) {
        throw wrongly("--matrix", "given with a text or --layers", "it alone");
      }
      result.deliver(ofFile(matrix, specs), console);
      return;
    }
    if (clip) {
      throw wrongly("--clip", "given without --matrix", "it with a matrix: texts are clipped");
    }
    Layers chosen = layers == null ? Layers.ALL : Layers.parse(layers, "neurons: --layers");
    List<InputLine> lines = input.lines("neurons", stdin);
    try (LoadedModel loaded =
        LoadedModel.open(common, weights.precision(), Optional.empty(), console::note)) {
      Plan plan = Activations.plan(loaded.model().architecture(), chosen, common.seed());
      Texts texts = input.ready("neurons", lines, loaded, console::note).texts();
      checkMemory(loaded, plan, texts, chosen);
      result.deliver(
          Activations.factors(
              loaded.model(), loaded.files(), texts, chosen, specs, Version.OF_THIS_BUILD),
          console);
    }
  }

  private FactorsResult ofFile(Path file, List<FactorSpec> specs) {
    NpyDoubles array = Npy.readDoubles(file);
    if (array.shape().length != 2) {
      throw new InputException(
          "neurons: --matrix: %s has shape %s; expected two axes, (rows,columns). Reshape it"
              .formatted(OneLine.operand(file.toString()), array.shapeText()));
    }
    NonNegative values =
        NonNegative.of(
            OneLine.operand(file.toString()),
            Math.toIntExact(array.shape()[0]),
            Math.toIntExact(array.shape()[1]),
            array.values(),
            clip ? NonNegative.Negatives.CLIP : NonNegative.Negatives.REFUSE);
    return FactorsResult.of(
        new Subject.File(file.toString(), FileHash.sha256("neurons", file)),
        values,
        specs,
        Version.OF_THIS_BUILD);
  }

  private List<FactorSpec> specs() {
    FactorSpec.Algorithm by =
        choice(
            "--algorithm", algorithm, FactorSpec.Algorithm.values(), FactorSpec.Algorithm::label);
    FactorSpec.Start from =
        choice("--start", start, FactorSpec.Start.values(), FactorSpec.Start::label);
    FactorSpec usual = FactorSpec.of(1, common.seed(), common.threads());
    int most = iterations == null ? usual.most() : iterations;
    return Arrays.stream(
            Indices.parse(factors, "neurons: --factors").resolve(1 << 20, "neurons: --factors"))
        .mapToObj(count ->
            new FactorSpec(
                count, by, from, most, usual.tolerance(), common.seed(), common.threads()))
        .toList();
  }

  private static <E> E choice(String option, String value, E[] all, Function<E, String> label) {
    return Choice.of("neurons", option, value, all, label);
  }

  private static UsageException wrongly(String operand, String actual, String expected) {
    return new UsageException(
        "neurons: %s: %s; expected %s. See: vitrine help neurons"
            .formatted(operand, actual, expected));
  }

  private static void checkMemory(LoadedModel loaded, Plan plan, Texts texts, Layers layers) {
    Example longest =
        texts.inputs().examples().stream()
            .max(Comparator.comparingInt(example -> example.ids().length))
            .orElseThrow();
    Memory.requireRun(
        Saving.KEEP,
        saving -> loaded.model().forecast(plan, Inputs.of(longest), saving),
        Memory.available());
    Memory.require(
        "neurons",
        Activations.numbers(loaded.model().architecture(), layers, texts) * BYTES,
        OptionalLong.of(Runtime.getRuntime().maxMemory()),
        "Choose fewer --layers or shorter texts");
  }
}
