package vitrine.app.commands;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import vitrine.app.terminal.Console;
import vitrine.app.terminal.UsageException;
import vitrine.interp.probe.Features;
import vitrine.interp.probe.LogisticRegression;
import vitrine.interp.probe.OnlineCode;
import vitrine.interp.probe.ProbeFiles;
import vitrine.interp.probe.ProbeKind;
import vitrine.interp.probe.ProbeResult;
import vitrine.interp.probe.Trial;
import vitrine.kernels.Kernels;

/** {@code vitrine probe}: what a representation holds that a simple classifier can read. */
@CommandLine.Command(
    name = "probe",
    header = "Train probes on representations, beside their controls.",
    description = {
      "Train a probe: mostly logistic regression with an L2 penalty, fitted to its only optimum. Its accuracy",
      "says how much of the labels can be read off the representations; a control says how much of that",
      "a probe can simply memorise, and the description length how easy it is to read. Of a model (with",
      "a task), of every layer; or of representations in files (--train, --test)."
    },
    footer = {
      "Of a model: every layer gets a probe for the words of a treebank (--conllu), for entities (--iob2)",
      "or for sentences (--tsv, --texts). The first layer is embed_out, the embeddings. Beside it stand",
      "the control task (Hewitt and Liang 2019: one random label a type of word; selectivity is the",
      "accuracy less that on them), the word alone (its commonest label in training), the commonest",
      "class, and with --random-weights the same probes on a model that was never trained. Intervals",
      "resample sentences; the best layer is tested against all others, paired, corrected (Holm).",
      "Test examples whose class training lacks count as wrong. Entities: micro F1 of whole ones.",
      "--sweep and --learning-curve train probes of growing capacity, or with more and more examples.",
      "--task trees fits structural probes: a linear map of rank R whose squared distances are those in",
      "the tree (UUAS, Spearman), and another for depths (roots found, Spearman).",
      "",
      "Of files: X is an .npy of (examples,numbers), a row an example; y an .npy of whole numbers, its",
      "classes, which are those of the training file. --control takes other labels for the same rows.",
      "--mdl-blocks are the numbers of training examples at which the blocks of the online code end",
      "(Voita and Titov 2020); where the last is not all of them, one more block codes the rest. The",
      "first block costs n log2(classes) bits, each other -log2 p by a probe fitted on the blocks",
      "before it. Labels are coded in the file's order, which should be a random one.",
      "",
      "With --json, and in .json, of files:",
      "  {\"analysis\":\"probe\",...,\"test_accuracy\":...,\"train_accuracy\":...,\"objective\":...,",
      "   \"selectivity\":...,\"control\":{\"test_accuracy\":...,\"train_accuracy\":...},",
      "   \"mdl\":{\"codelength_bits\":...,\"uniform_bits\":...,\"compression\":...,\"blocks_bits\":[...]},",
      "   \"classes\":[...],\"confusion\":[[...]],\"predicted\":[...]}",
      "and of a model:",
      "  {\"analysis\":\"probe\",...,\"classes\":[...],\"majority_accuracy\":...,\"best_layer\":...,",
      "   \"layers\":[{\"layer\":...,\"test_accuracy\":...,\"test_accuracy_interval\":{...},",
      "     \"selectivity\":...,\"micro_f1\":{...},\"mdl\":{...},..}],\"random_weights\":[...],",
      "   \"tests\":[...],\"confusion\":[[...]],\"per_class\":[...],\"errors\":[...]}",
      "Kinds: linear; rank:R, linear through R directions; mlp:W, hidden layers of these widths with relu;",
      "nearest-mean. rank and mlp have many minima: they end in one near a start that the seed draws.",
      "objective: the sum of -ln p(class) over training examples, plus ||W||^2 / (2C); intercepts are",
      "free. Of two classes W is one vector. In .npy: the predicted labels, or the layers' accuracies.",
      "",
      "What it does not tell: whether the model uses what a probe finds.",
      "",
      "Examples:",
      "  vitrine probe --train X.npy y.npy --test Xtest.npy ytest.npy --json",
      "  vitrine probe --model DIR --task upos --conllu train.conllu --test-conllu dev.conllu --out upos.html",
      "  vitrine probe --model DIR --conllu train.conllu --sweep rank:1,2,4,8,16 --layers 3",
      "  vitrine probe --model DIR --tsv va.txt --test-tsv te.txt --random-weights --mdl"
    })
final class ProbeCommand implements Command {
  private static final String LINEAR = "linear";

  private final Common common;
  private final Console console;

  @Option(
      names = "--train",
      paramLabel = "FILE",
      arity = "2",
      converter = Converters.AnyPath.class,
      description = "Representations and labels to train with: X.npy y.npy.")
  private List<Path> train = List.of();

  @Option(
      names = "--test",
      paramLabel = "FILE",
      arity = "2",
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
      description = {ProbeKind.NAMES + ";", "linear if not given: logistic regression."})
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

  @Mixin private final ProbedTask task = new ProbedTask();
  @Mixin private final ProbedModel probed = new ProbedModel();
  @Mixin private ResultOptions result = new ResultOptions();

  ProbeCommand(Common common, Console console) {
    this.common = common;
    this.console = console;
  }

  @Override
  public void run() throws IOException {
    result.check();
    ProbeKind how = ProbeKind.of(kind, inverse, common.seed());
    if (!task.isGiven()) {
      files(how);
    } else if (!train.isEmpty() || !test.isEmpty() || !control.isEmpty() || !blocks.isEmpty()) {
      throw new UsageException(
          "probe: --train, --test, --control, --mdl-blocks: given with texts for a model; expected either. See: vitrine help probe");
    } else if (task.isOfTrees()) {
      result.deliver(
          probed.run(common, task.readTrees(common.seed(), console::note), console), console);
    } else {
      result.deliver(
          probed.run(common, task.read(common.seed(), console::note), how, inverse, console),
          console);
    }
  }

  private void files(ProbeKind how) throws IOException {
    if (train.isEmpty() && test.isEmpty()) {
      throw new UsageException(
          "probe: nothing given; expected --train and --test, or texts for a model (--conllu, --iob2, --tsv, --texts). See: vitrine help probe");
    }
    OnlineCode code = blocks.isEmpty() ? null : new OnlineCode(blocks);
    ProbeFiles trainFiles = pair("--train", train);
    ProbeFiles testFiles = pair("--test", test);
    try (Kernels kernels = common.openKernels(console::note);
        Features x = trainFiles.features(kernels);
        Features xTest = testFiles.features(kernels, trainFiles, x)) {
      Trial.Labels labels = labels(trainFiles.y(), trainFiles, x, testFiles.y(), testFiles, xTest);
      List<Path> others = new ArrayList<>(test);
      others.addAll(control);
      Trial.@Nullable Labels controls = null;
      if (!control.isEmpty()) {
        ProbeFiles other = pair("--control", control);
        controls = labels(other.x(), trainFiles, x, other.y(), testFiles, xTest);
      }
      Trial trial =
          Trial.of(
              how,
              x,
              xTest,
              labels,
              controls,
              code == null ? null : code.covering(x.rows(), console::note));
      result.deliver(
          new ProbeResult(
              trainFiles.provenance(kernels, others, Version.OF_THIS_BUILD, common.seed()),
              how,
              inverse,
              trial,
              x.rows(),
              x.width()),
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
