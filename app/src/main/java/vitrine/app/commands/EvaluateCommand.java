package vitrine.app.commands;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;
import vitrine.app.terminal.Console;
import vitrine.app.terminal.Json;
import vitrine.app.terminal.OneLine;
import vitrine.app.terminal.ProgressBar;
import vitrine.app.terminal.Sizes;
import vitrine.app.terminal.Table;
import vitrine.app.terminal.UsageException;
import vitrine.app.training.Measures;
import vitrine.app.training.Watched;
import vitrine.engine.InputException;
import vitrine.engine.data.Examples;
import vitrine.engine.data.LabelSet;
import vitrine.engine.data.LabelledTask;
import vitrine.engine.data.Selections;
import vitrine.engine.data.TooLong;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Head;
import vitrine.engine.hooks.Tap;
import vitrine.engine.text.Tokenizer;
import vitrine.engine.training.Evaluation;
import vitrine.engine.training.Evaluator;
import vitrine.engine.training.Objective;

/** {@code vitrine evaluate}: how good a model is on data. */
@CommandLine.Command(
    name = "evaluate",
    header = "Measure a model on texts or on labelled data.",
    description = {
      "Measure a model. On texts: loss and perplexity, of GPT-2 at the next token, of BERT at hidden",
      "ones. On labelled data: loss and, of classes, accuracy, F1 and Matthews' correlation; of values",
      "Pearson's and Spearman's; of answers, the share that is exactly right."
    },
    footer = {
      "Texts are cut into blocks that do not overlap. Labelled data has the forms that",
      "vitrine help fine-tune shows. A loss is the mean over tokens, or over examples, of natural",
      "logarithms. With --json one document:",
      "  {\"task\":...,\"examples\":...,\"loss\":...,...}",
      "",
      "Examples:",
      "  vitrine evaluate --text README.md --length 64",
      "  vitrine evaluate --text README.md STYLE.md --length 32 --limit 10 --json"
    })
final class EvaluateCommand implements Command {
  private static final int USUAL_BATCH = 16;
  private static final double MASKING = 0.15;

  /** What transformers calls classes that have no name. */
  private static final Pattern NAMELESS = Pattern.compile("LABEL_\\d+");

  private final Common common;
  private final Console console;

  @Option(
      names = "--text",
      paramLabel = "FILE",
      arity = "1..*",
      converter = Converters.AnyPath.class,
      description = "Texts in UTF-8, plain or gzip, for a language model.")
  private List<Path> texts = List.of();

  @Option(
      names = "--data",
      paramLabel = "FILE",
      arity = "1..*",
      converter = Converters.AnyPath.class,
      description = "Labelled data, for a model that was fine-tuned.")
  private List<Path> files = List.of();

  @Option(
      names = "--task",
      paramLabel = "TASK",
      description = "lm, mlm, sequence, regression, tokens or qa; the model's own if not given.")
  private @Nullable String task;

  @Option(
      names = "--columns",
      paramLabel = "TEXT[,PAIR],LABEL",
      converter = Converters.NotBlank.class,
      description = "Columns or keys of the data, by name; by number where there is no header.")
  private @Nullable String columns;

  @Option(
      names = "--labels",
      paramLabel = "A,B,...",
      converter = Converters.NotBlank.class,
      description = "The model's classes in order, as the data calls them.")
  private @Nullable String labels;

  @Option(
      names = "--limit",
      paramLabel = "N",
      converter = Converters.Count.class,
      description = "Only N examples or blocks, which the seed decides on.")
  private @Nullable Integer limit;

  @Option(
      names = "--length",
      paramLabel = "T",
      converter = Converters.Count.class,
      description = "Tokens of a block, or most tokens of an example; all positions if not given.")
  private @Nullable Integer length;

  @Option(
      names = "--batch",
      paramLabel = "N",
      converter = Converters.Count.class,
      description = "Examples that go through the model together; 16 if not given.")
  private int batch = USUAL_BATCH;

  @Option(names = "--truncate", description = "Cut examples that are too long.")
  private boolean truncate;

  @Option(names = "--json", description = "One JSON document.")
  private boolean json;

  EvaluateCommand(Common common, Console console) {
    this.common = common;
    this.console = console;
  }

  @Override
  public void run() {
    if (texts.isEmpty() == files.isEmpty()) {
      throw usage(
          (texts.isEmpty() ? "neither --text nor --data" : "--text and --data")
              + "; expected one of them");
    }
    try (LoadedModel loaded = LoadedModel.open(common, head(), console::note)) {
      Architecture model = loaded.model().architecture();
      Tokenizer tokenizer = loaded.tokenizer("evaluate");
      tokenizer.notes().forEach(console::note);
      Objective objective = objective(model.head());
      Examples all =
          objective == Objective.LABELS
              ? labelled(loaded, tokenizer)
              : TextData.blocks(texts, tokenizer, objective, length(model), MASKING);
      Examples some = limit == null ? all : Selections.drawn(all, limit, common.seed());
      ProgressBar bar = new ProgressBar(console);
      Examples watched =
          new Watched(
              some,
              done ->
                  bar.show(
                      (double) done / some.size(),
                      () ->
                          "evaluated "
                              + Sizes.grouped(done)
                              + " of "
                              + Sizes.grouped(some.size())));
      Evaluation evaluation =
          Evaluator.evaluate(loaded.model(), objective, watched, batch, common.seed());
      bar.end();
      show(loaded, evaluation);
    }
  }

  private static UsageException usage(String what) {
    return new UsageException("evaluate: " + what + ". See: vitrine help evaluate");
  }

  private Optional<Head> head() {
    if (task == null) {
      return Optional.empty();
    }
    return Optional.of(
        switch (task) {
          case "lm" -> Head.LANGUAGE;
          case "mlm" -> Head.MASKED;
          case "sequence", "regression", "tokens", "qa" -> LabelledData.task(task).head();
          default ->
              throw usage(
                  "--task: "
                      + OneLine.operand(task)
                      + "; expected lm, mlm, sequence, regression, tokens or qa");
        });
  }

  /** What the head was trained for; the data must be of that kind. */
  private Objective objective(Head head) {
    Objective objective =
        switch (head) {
          case LANGUAGE -> Objective.NEXT;
          case MASKED, PRETRAINING -> Objective.MASKED;
          case SEQUENCE, TOKENS, QUESTION -> Objective.LABELS;
          case NEXT_SENTENCE, NONE ->
              throw new InputException(
                  "evaluate: the model's task is '"
                      + head.label()
                      + "'; expected lm, mlm, sequence, tokens or qa. Choose another with --task");
        };
    boolean wantsTexts = objective != Objective.LABELS;
    if (wantsTexts == texts.isEmpty()) {
      throw new InputException(
          "evaluate: the model's task is '%s' and %s is given; expected %s. Choose another --task, or give that"
              .formatted(
                  head.label(),
                  wantsTexts ? "--data" : "--text",
                  wantsTexts ? "--text" : "--data"));
    }
    return objective;
  }

  private int length(Architecture model) {
    if (length != null && length > model.positions()) {
      throw new InputException(
          "evaluate: --length: %d tokens; expected at most the model's %d positions"
              .formatted(length, model.positions()));
    }
    return length == null ? model.positions() : length;
  }

  private Examples labelled(LoadedModel loaded, Tokenizer tokenizer) {
    Architecture model = loaded.model().architecture();
    LabelledTask kind =
        switch (model.head()) {
          case TOKENS -> LabelledTask.WORDS;
          case QUESTION -> LabelledTask.ANSWERS;
          default -> classes(model) == 1 ? LabelledTask.VALUE : LabelledTask.CLASSES;
        };
    LabelSet set =
        kind == LabelledTask.VALUE || kind == LabelledTask.ANSWERS
            ? LabelSet.NONE
            : labels(loaded, classes(model), console::note);
    return LabelledData.examples(
        LabelledData.files(files, kind, LabelledData.columns(columns)),
        set,
        tokenizer,
        length(model),
        truncate ? TooLong.CUT : TooLong.REFUSE);
  }

  private static int classes(Architecture model) {
    return model.output(Tap.LOGITS).orElseThrow().classes();
  }

  private LabelSet labels(LoadedModel loaded, int classes, Consumer<String> notes) {
    List<String> names = loaded.files().labels().values().stream().toList();
    LabelSet set = LabelSet.ofConfig(loaded.files().labels());
    if (labels != null) {
      set = LabelSet.inOrder(List.of(labels.split(",", -1)));
    } else if (names.stream().allMatch(name -> NAMELESS.matcher(name).matches())) {
      notes.accept("the model's classes have no names: taken as 0 to " + (classes - 1));
      set = LabelSet.inOrder(IntStream.range(0, classes).mapToObj(String::valueOf).toList());
    }
    if (set.size() != classes) {
      throw new InputException(
          "evaluate: --labels: %d names (%s); expected %d, one a class of the model"
              .formatted(set.size(), set, classes));
    }
    return set;
  }

  private void show(LoadedModel loaded, Evaluation evaluation) {
    String head = loaded.model().architecture().head().label();
    if (json) {
      ObjectNode document = Json.object();
      document.put("model", loaded.files().name()).put("task", head);
      Measures.put(document, evaluation);
      console.println(Json.line(document));
      return;
    }
    console.println("model " + OneLine.escape(loaded.summary()));
    Table table = new Table("measure", "of " + Sizes.grouped(evaluation.examples()) + " examples");
    evaluation
        .measures()
        .forEach((measure, value) -> table.row(Measures.name(measure), Measures.number(value)));
    console.print(table.render());
  }
}
