package vitrine.app.commands;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import vitrine.app.terminal.Console;
import vitrine.app.terminal.OneLine;
import vitrine.app.terminal.UsageException;
import vitrine.interp.probe.Features;
import vitrine.interp.probe.LogisticRegression;
import vitrine.interp.probe.OnlineCode;
import vitrine.interp.probe.ProbeFiles;
import vitrine.interp.probe.ProbeResult;
import vitrine.interp.probe.Trial;
import vitrine.kernels.Kernels;

/** {@code vitrine probe}: what a representation holds that a simple classifier can read. */
@CommandLine.Command(
    name = "probe",
    header = "Train a linear probe on representations from files, beside its controls.",
    description = {
      "Train a probe: logistic regression with an L2 penalty, fitted to its only optimum. Its accuracy",
      "says how much of the labels can be read off the representations; a control says how much of that",
      "a probe can simply memorise, and the description length how easy it is to read."
    },
    footer = {
      "X is an .npy of (examples,numbers), a row an example; y an .npy of whole numbers, its classes.",
      "The classes are those of the training file. --control takes other labels for the same rows, such",
      "as one drawn at random for each type of word (Hewitt and Liang 2019): selectivity is the test",
      "accuracy less that on them. --mdl-blocks are the numbers of training examples at which the blocks",
      "of the online code end (Voita and Titov 2020), the last being all of them: the first block costs",
      "n log2(classes) bits, each other -log2 p by a probe fitted on the blocks before it.",
      "",
      "With --json, and in .json:",
      "  {\"analysis\":\"probe\",...,\"test_accuracy\":...,\"train_accuracy\":...,\"objective\":...,",
      "   \"selectivity\":...,\"control\":{\"test_accuracy\":...,\"train_accuracy\":...},",
      "   \"mdl\":{\"codelength_bits\":...,\"uniform_bits\":...,\"compression\":...,\"blocks_bits\":[...]},",
      "   \"classes\":[...],\"confusion\":[[...]],\"predicted\":[...]}",
      "objective: the sum of -ln p(class) over training examples, plus ||W||^2 / (2C); intercepts are",
      "free. Of two classes W is one vector. In .npy: the predicted labels of the test examples.",
      "",
      "Example:",
      "  vitrine probe --train X.npy y.npy --test Xtest.npy ytest.npy --json"
    })
final class ProbeCommand implements Command {
  private static final String LINEAR = "linear";

  private final Common common;
  private final Console console;

  @Option(
      names = "--train",
      paramLabel = "FILE",
      arity = "2",
      required = true,
      converter = Converters.AnyPath.class,
      description = "Representations and labels to train with: X.npy y.npy.")
  private List<Path> train = List.of();

  @Option(
      names = "--test",
      paramLabel = "FILE",
      arity = "2",
      required = true,
      converter = Converters.AnyPath.class,
      description = "Representations and labels to test with.")
  private List<Path> test = List.of();

  @Option(
      names = "--control",
      paramLabel = "FILE",
      arity = "2",
      converter = Converters.AnyPath.class,
      description = "Control labels of the same rows: for training, for testing.")
  private List<Path> control = List.of();

  @Option(
      names = "--kind",
      paramLabel = "KIND",
      converter = Converters.NotBlank.class,
      description = "linear, which is what there is.")
  private String kind = LINEAR;

  @Option(
      names = "--inverse-regularization",
      paramLabel = "C",
      converter = Converters.Positive.class,
      description = "Of the penalty ||W||^2 / (2C); 1 if not given.")
  private double inverse = LogisticRegression.USUAL;

  @Option(
      names = "--mdl-blocks",
      paramLabel = "N,N,...",
      split = ",",
      converter = Converters.Count.class,
      description = "Also code the training labels, in blocks that end at these examples.")
  private List<Integer> blocks = List.of();

  @Mixin private ResultOptions result = new ResultOptions();

  ProbeCommand(Common common, Console console) {
    this.common = common;
    this.console = console;
  }

  @Override
  public void run() throws IOException {
    result.check();
    if (!kind.equals(LINEAR)) {
      throw new UsageException(
          "probe: --kind: " + OneLine.operand(kind) + "; expected linear. See: vitrine help probe");
    }
    OnlineCode code = blocks.isEmpty() ? null : new OnlineCode(blocks);
    LogisticRegression regression = LogisticRegression.of(inverse);
    ProbeFiles trainFiles = pair("--train", train);
    ProbeFiles testFiles = pair("--test", test);
    try (Kernels kernels = common.openKernels(console::note);
        Features x = trainFiles.features(kernels);
        Features xTest = testFiles.features(kernels)) {
      trainFiles.requireSameWidth(x, testFiles, xTest);
      Trial.Labels labels = labels(trainFiles.y(), trainFiles, x, testFiles.y(), testFiles, xTest);
      Trial.@Nullable Labels controls = null;
      if (!control.isEmpty()) {
        ProbeFiles other = pair("--control", control);
        controls = labels(other.x(), trainFiles, x, other.y(), testFiles, xTest);
      }
      Trial trial = Trial.of(regression, x, xTest, labels, controls, code);
      result.deliver(
          new ProbeResult(
              trainFiles.provenance(kernels, Version.OF_THIS_BUILD, common.seed()),
              regression,
              trial,
              x.rows()),
          console);
    }
  }

  private static Trial.Labels labels(
      Path train, ProbeFiles ofTrain, Features x, Path test, ProbeFiles ofTest, Features xTest) {
    return new Trial.Labels(
        train.toString(),
        ProbeFiles.labels(train, x.rows(), ofTrain.x()),
        test.toString(),
        ProbeFiles.labels(test, xTest.rows(), ofTest.x()));
  }

  /** An option given twice gathers its files. */
  private static ProbeFiles pair(String option, List<Path> files) {
    if (files.size() != 2) {
      throw new UsageException(
          "probe: %s: %d files; expected two, given once. See: vitrine help probe"
              .formatted(option, files.size()));
    }
    return new ProbeFiles(files.get(0), files.get(1));
  }
}
