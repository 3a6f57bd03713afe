package vitrine.app.commands;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import vitrine.app.terminal.Console;
import vitrine.app.terminal.UsageException;
import vitrine.interp.compare.MatrixFile;
import vitrine.interp.compare.PairResult;
import vitrine.interp.compare.measures.Measure;
import vitrine.interp.compare.measures.Options;

/** {@code vitrine compare}: which representations carry the same thing. */
@CommandLine.Command(
    name = "compare",
    header = "Compare representations: CCA, SVCCA, PWCCA, CKA, RSA, Procrustes.",
    description = {
      "Compare two arrays of activations of the same examples: a row an example, a column a unit.",
      "Each measure comes with a 95% bootstrap interval over rows and with what it gives when the",
      "rows of Y are shuffled, which is what chance does."
    },
    footer = {
      "An array is an .npy file of float32 or float64, as run --out writes them; of more than two axes",
      "the last is the units, all others together are the rows.",
      "",
      "With --json, and in .json:",
      "  {\"metrics\":{\"cca\":0.93,...},",
      "   \"details\":{\"n\":..,\"x\":{..},\"y\":{..},\"warnings\":[..],\"measures\":{\"cca\":{",
      "     \"interval\":{\"estimate\":..,\"low\":..,\"high\":..,..},\"shuffled\":{\"mean\":..,\"p95\":..,\"p\":..},..}}}}",
      "In .csv: a row a measure. In .npy: the measures' numbers, in their order. null stands for what is",
      "undefined, and a warning says why.",
      "",
      "What it does not tell: whether what two sides share is used by anything; and with few examples",
      "for many units, most measures are large by chance: read the shuffled baseline.",
      "",
      "Examples:",
      "  vitrine run --text \"the cat saw a bird . the cat saw a red bird\" --read embed --read blocks.1.resid_post --out acts",
      "  vitrine compare --x acts/embed.npy --y acts/blocks.1.resid_post.npy --metric all --json",
      "  vitrine compare --x acts/embed.npy --y acts/blocks.1.resid_post.npy --metric cka-unbiased,rsa"
    })
final class CompareCommand implements Command {
  private final Common common;
  private final Console console;

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

  @Option(names = "--units-first", description = "The files are (units,examples) instead.")
  private boolean unitsFirst;

  @Mixin private final MeasureOptions measures = new MeasureOptions();
  @Mixin private ResultOptions result = new ResultOptions();

  CompareCommand(Common common, Console console) {
    this.common = common;
    this.console = console;
  }

  @Override
  public void run() throws IOException {
    if (x == null || y == null) {
      throw new UsageException(
          "compare: "
              + (x == null ? "--x" : "--y")
              + ": not given; expected two arrays, --x and --y. See: vitrine help compare");
    }
    result.check();
    List<Measure> chosen = measures.measures(Measure.all());
    Options options = measures.options(common.seed());
    MatrixFile.Rows rows = unitsFirst ? MatrixFile.Rows.UNITS : MatrixFile.Rows.EXAMPLES;
    PairResult pair =
        PairResult.of(
            MatrixFile.read("x", x, rows),
            MatrixFile.read("y", y, rows),
            chosen,
            options,
            common.threads(),
            Version.OF_THIS_BUILD);
    pair.comparison().warnings().forEach(console::note);
    result.deliver(pair, console);
  }
}
