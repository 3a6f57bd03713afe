package vitrine.app.commands;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import vitrine.app.terminal.Console;
import vitrine.app.terminal.Sizes;
import vitrine.app.terminal.UsageException;
import vitrine.interp.compare.MatrixFile;
import vitrine.interp.compare.PairResult;
import vitrine.interp.compare.measures.Comparison;
import vitrine.interp.compare.measures.Measure;
import vitrine.interp.compare.measures.Options;

/** {@code vitrine compare}: which representations carry the same thing. */
@CommandLine.Command(
    name = "compare",
    header = "Compare representations: CCA, SVCCA, PWCCA, CKA, RSA, Procrustes.",
    description = {
      "Compare two arrays of activations of the same examples (--x, --y), or all layers of a model with",
      "all layers of it or of another (--model, --other), over texts; models on the way with the last one",
      "(--checkpoint); or a model's layers for a text in two languages (--other-conllu, --other-lines).",
      "Each measure comes with what it gives when rows are shuffled, chance, and with an interval, but",
      "where that would take long, which is said."
    },
    footer = {
      "An array is an .npy file of float32 or float64, as run --out writes them; of more than two axes",
      "the last is the units, all others together are the rows. Intervals: bootstrap over rows; of",
      "cka-rbf, rsa and neighbours, draws are of at most 2000 rows, and the width is scaled.",
      "Of models the rows stream through, so that any number of texts will do; cka-rbf, rsa and",
      "neighbours take a sample of rows. Intervals: jackknife over --groups of texts, drawn by the seed:",
      "of all measures where their decompositions are quick, or if --groups is given, else of the two",
      "linear ckas. Words of two models, and sentences of two languages, are means of their pieces.",
      "",
      "With --json, and in .json, of arrays:",
      "  {\"metrics\":{\"cca\":0.93,...},",
      "   \"details\":{\"n\":..,\"x\":{..},\"y\":{..},\"warnings\":[..],\"measures\":{\"cca\":{",
      "     \"interval\":{\"estimate\":..,\"low\":..,\"high\":..,..},\"shuffled\":{\"mean\":..,\"p95\":..,\"p\":..},..}}}}",
      "and of models:",
      "  {\"analysis\":\"compare\",\"model\":..,\"x\":{\"layers\":[..]},\"y\":{..},",
      "   \"measures\":{\"cka-linear\":{\"values\":[[..]],\"low\":..,\"high\":..,\"shuffled\":[[..]]}}}",
      "In .csv: a row a number. In .npy: the (first) measure's numbers. null stands for what is undefined;",
      "a warning says why.",
      "",
      "What it does not tell: whether what two sides share is used by anything; and with few examples",
      "for many units, most measures are large by chance: read the shuffled baseline.",
      "",
      "Examples:",
      "  vitrine run --text \"the cat saw a bird . a dog\" --read embed --read blocks.1.attn_out --out acts",
      "  vitrine compare --x acts/embed.npy --y acts/blocks.1.attn_out.npy --metric all --json",
      "  vitrine compare --x acts/embed.npy --y acts/blocks.1.attn_out.npy --metric cka-unbiased,rsa",
      "  vitrine compare --text \"the cat saw a bird . the cat saw a red bird\" --metric cka-linear,rsa",
      "  vitrine compare --lines README.md --metric cka-linear,svcca --truncate --out layers.svg"
    })
final class CompareCommand implements Command {
  /** Of which all pairs are looked at, where memory does not allow the usual number. */
  private static final int FEWER_ROWS = 4000;

  /** Bytes from which on it is said beforehand what is taken. */
  private static final long WORTH_SAYING = 256L << 20;

  private final Common common;
  private final Console console;
  private final InputStream stdin;

  @Option(
      names = "--x",
      paramLabel = "FILE.npy",
      converter = Converters.AnyPath.class,
      description = "Activations, (examples,units).")
  private @Nullable Path x;

  @Option(
      names = "--y",
      paramLabel = "FILE.npy",
      converter = Converters.AnyPath.class,
      description = "Others of the same examples, in the same order.")
  private @Nullable Path y;

  @Option(
      names = "--also",
      paramLabel = "FILE.npy",
      converter = Converters.AnyPath.class,
      description = {
        "Another model's of the same examples, for min-correlation; may be given several times."
      })
  private List<Path> also = new ArrayList<>();

  @Option(names = "--units-first", description = "The files are (units,examples) instead.")
  private boolean unitsFirst;

  @Mixin private final ComparedModels models = new ComparedModels();
  @Mixin private final ComparedTexts texts = new ComparedTexts();
  @Mixin private final MeasureOptions measures = new MeasureOptions();
  @Mixin private final WeightsOption weights = new WeightsOption();
  @Mixin private ResultOptions result = new ResultOptions();

  CompareCommand(Common common, Console console, InputStream stdin) {
    this.common = common;
    this.console = console;
    this.stdin = stdin;
  }

  @Override
  public void run() throws IOException {
    result.check();
    if (x == null && y == null) {
      if (!texts.given()) {
        throw new UsageException(
            "compare: nothing given; expected two arrays (--x, --y), or texts (--text, --input, --lines, --conllu). See: vitrine help compare");
      }
      if (unitsFirst || !also.isEmpty()) {
        throw new UsageException(
            "compare: %s: given without arrays; expected with --x and --y. See: vitrine help compare"
                .formatted(unitsFirst ? "--units-first" : "--also"));
      }
      result.deliver(
          models.run(common, weights.precision(), texts.read(stdin), texts, measures, console),
          console);
      return;
    }
    String foreign = texts.firstGiven() != null ? texts.firstGiven() : models.firstGiven();
    if (foreign != null) {
      throw new UsageException(
          "compare: %s: given with --x or --y; expected two arrays, or texts and models. See: vitrine help compare"
              .formatted(foreign));
    }
    if (x == null || y == null) {
      throw new UsageException(
          "compare: %s: not given; expected two arrays, --x and --y, or texts. See: vitrine help compare"
              .formatted(x == null ? "--x" : "--y"));
    }
    arrays(x, y);
  }

  private void arrays(Path fileX, Path fileY) throws IOException {
    List<Measure> chosen = measures.measures(Measure.all());
    if (!also.isEmpty() && !chosen.contains(Measure.MIN_CORRELATION)) {
      throw new UsageException(
          "compare: --also: given without min-correlation; expected --metric min-correlation. See: vitrine help compare");
    }
    MatrixFile.Rows rows = unitsFirst ? MatrixFile.Rows.UNITS : MatrixFile.Rows.EXAMPLES;
    MatrixFile ofX = MatrixFile.read("x", fileX, rows);
    MatrixFile ofY = MatrixFile.read("y", fileY, rows);
    PairResult pair =
        PairResult.of(
            ofX,
            ofY,
            also.stream().map(file -> MatrixFile.read("also", file, rows)).toList(),
            chosen,
            fitting(ofX, ofY, chosen),
            common.threads(),
            Version.OF_THIS_BUILD);
    pair.comparison().warnings().forEach(console::note);
    result.deliver(pair, console);
  }

  /** Says what all pairs of rows take, before they do; takes fewer rows where that is too much. */
  private Options fitting(MatrixFile ofX, MatrixFile ofY, List<Measure> chosen) {
    Options options = measures.options(common.seed());
    long n = ofX.activations().rows();
    long columns = ofX.activations().columns() + (long) ofY.activations().columns();
    long most = Runtime.getRuntime().maxMemory();
    long needed = Comparison.bytes(n, columns, chosen, options);
    if (needed > most && !measures.saysSample() && n > FEWER_ROWS) {
      console.note(
          "compare: memory: %s available; all pairs of %d rows take %s: %d rows are drawn instead"
              .formatted(
                  Sizes.bytes(most),
                  Math.min(n, options.sample()),
                  Sizes.bytes(Comparison.bytesOfPairs(n, chosen, options)),
                  FEWER_ROWS));
      options = options.sampling(FEWER_ROWS);
      needed = Comparison.bytes(n, columns, chosen, options);
    }
    Memory.require(
        "compare",
        needed,
        OptionalLong.of(most),
        "Take fewer rows, or a smaller --sample, or give Java more memory (-Xmx)");
    long pairs = Comparison.bytesOfPairs(n, chosen, options);
    if (pairs > WORTH_SAYING) {
      console.note(
          "compare: all pairs of %d rows take %s"
              .formatted(Math.min(n, options.sample()), Sizes.bytes(pairs)));
    }
    return options;
  }
}
