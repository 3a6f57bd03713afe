package vitrine.app.commands;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
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
import vitrine.app.training.EvaluationDirectory;
import vitrine.app.training.Findings;
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
import vitrine.engine.models.Model;
import vitrine.engine.text.Tokenizer;
import vitrine.engine.training.Evaluation;
import vitrine.engine.training.EvaluationRun;
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
      "logarithms.",
      "",
      "--out DIR keeps evaluation.json and predictions.jsonl, a line an example: its place, its loss,",
      "how many tokens or labels that is the mean of, its label and the model's. Examples then go",
      "through the model one by one. The same call with --resume goes on after the last line.",
      "",
      "With --json one event a line:",
      "  {\"event\":\"started\",\"examples\":...,\"done\":...}     done: found there by --resume",
      "  {\"event\":\"progress\",\"examples\":...,\"done\":...}    after every tenth",
      "  {\"event\":\"done\",\"task\":...,\"examples\":...,\"loss\":...,...}",
      "",
      "Examples:",
      "  vitrine evaluate --text README.md --length 64",
      "  vitrine evaluate --text README.md STYLE.md --length 32 --limit 10 --json"
    })
final class EvaluateCommand implements Command {
  private static final int USUAL_BATCH = 16;
  private static final int PROGRESS_EVENTS = 10;
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
  private @Nullable Integer batch;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      converter = Converters.AnyPath.class,
      description = "Keep what is found of every example: a new or an empty directory.")
  private @Nullable Path out;

  @Option(names = "--resume", description = "Go on with the evaluation in DIR.")
  private boolean resume;

  @Option(names = "--truncate", description = "Cut examples that are too long.")
  private boolean truncate;

  @Option(names = "--json", description = "Events as JSON, one a line.")
  private boolean json;

  EvaluateCommand(Common common, Console console) {
    this.common = common;
    this.console = console;
  }

  @Override
  public void run() throws IOException {
    if (texts.isEmpty() == files.isEmpty()) {
      throw usage(
          (texts.isEmpty() ? "neither --text nor --data" : "--text and --data")
              + "; expected one of them");
    }
    requireOut();
    try (LoadedModel loaded = LoadedModel.open(common, head(), this::note)) {
      Architecture model = loaded.model().architecture();
      Tokenizer tokenizer = loaded.tokenizer("evaluate");
      tokenizer.notes().forEach(this::note);
      Objective objective = objective(model.head());
      LabelSet labels = labels(loaded);
      Examples all =
          objective == Objective.LABELS
              ? labelled(loaded, tokenizer, labels)
              : TextData.blocks(texts, tokenizer, objective, length(model), MASKING);
      Examples some = limit == null ? all : Selections.drawn(all, limit, common.seed());
      Findings findings = new Findings(model.head(), labels);
      Evaluation evaluation =
          out == null
              ? together(loaded.model(), objective, some)
              : kept(loaded, objective, some, findings, out);
      show(loaded, evaluation);
    }
  }

  private void requireOut() throws IOException {
    if (out == null) {
      if (resume) {
        throw usage("--resume: given without --out; expected the directory to go on in");
      }
      return;
    }
    if (batch != null) {
      throw usage(
          "--batch: given with --out, which runs examples one by one; expected one of them");
    }
    if (resume) {
      EvaluationDirectory.requireBegun(out);
    } else {
      EvaluationDirectory.requireFree(out);
    }
  }

  /** In batches, keeping nothing. */
  private Evaluation together(Model model, Objective objective, Examples examples) {
    Progress progress = new Progress(examples.size(), 0);
    int size = batch == null ? USUAL_BATCH : batch;
    Evaluation evaluation =
        Evaluator.evaluate(
            model, objective, new Watched(examples, progress::at), size, common.seed());
    progress.end();
    return evaluation;
  }

  /** One by one, each with its line; those whose lines are there are not run again. */
  private Evaluation kept(
      LoadedModel loaded, Objective objective, Examples examples, Findings findings, Path out)
      throws IOException {
    ObjectNode of = Json.object().put("hash", loaded.files().checkpoint().hash());
    of.set("config", loaded.files().config());
    of.put("task", findings.head().label()).put("data", examples.fingerprint());
    of.put("seed", common.seed());
    try (EvaluationDirectory directory =
        resume ? EvaluationDirectory.resume(out, of) : EvaluationDirectory.create(out, of)) {
      EvaluationRun run = new EvaluationRun(loaded.model(), objective, examples, common.seed());
      directory.lines().forEach(line -> run.add(findings.result(line)));
      Progress progress = new Progress(examples.size(), directory.lines().size());
      for (int index = directory.lines().size(); index < examples.size(); index++) {
        directory.add(findings.line(index, run.run(index)));
        progress.at(index + 1);
      }
      progress.end();
      Evaluation evaluation = run.evaluation();
      ObjectNode measures = Json.object();
      Measures.put(measures, evaluation);
      directory.finish(of, measures);
      return evaluation;
    }
  }

  /** Tells how far it is. */
  private final class Progress {
    private final ProgressBar bar = new ProgressBar(console);
    private final int examples;

    Progress(int examples, int done) {
      this.examples = examples;
      event(named("started").put("examples", examples).put("done", done));
    }

    void at(int done) {
      bar.show(
          (double) done / examples,
          () -> "evaluated " + Sizes.grouped(done) + " of " + Sizes.grouped(examples));
      if ((long) done * PROGRESS_EVENTS / examples > (done - 1L) * PROGRESS_EVENTS / examples) {
        event(named("progress").put("examples", examples).put("done", done));
      }
    }

    void end() {
      bar.end();
    }
  }

  private static ObjectNode named(String event) {
    return Json.object().put("event", event);
  }

  private void note(String text) {
    if (json) {
      event(named("note").put("text", text));
    } else {
      console.note(text);
    }
  }

  private void event(ObjectNode event) {
    if (json) {
      console.println(Json.line(event));
      console.flush();
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

  private Examples labelled(LoadedModel loaded, Tokenizer tokenizer, LabelSet set) {
    Architecture model = loaded.model().architecture();
    return LabelledData.examples(
        LabelledData.files(files, kind(model), LabelledData.columns(columns)),
        set,
        tokenizer,
        length(model),
        truncate ? TooLong.CUT : TooLong.REFUSE);
  }

  private static LabelledTask kind(Architecture model) {
    return switch (model.head()) {
      case TOKENS -> LabelledTask.WORDS;
      case QUESTION -> LabelledTask.ANSWERS;
      default -> classes(model) == 1 ? LabelledTask.VALUE : LabelledTask.CLASSES;
    };
  }

  private static int classes(Architecture model) {
    return model.output(Tap.LOGITS).orElseThrow().classes();
  }

  /** The classes of the model, as the data calls them; none for other tasks. */
  private LabelSet labels(LoadedModel loaded) {
    Architecture model = loaded.model().architecture();
    if (files.isEmpty()
        || kind(model) == LabelledTask.VALUE
        || kind(model) == LabelledTask.ANSWERS) {
      return LabelSet.NONE;
    }
    int classes = classes(model);
    List<String> names = loaded.files().labels().values().stream().toList();
    LabelSet set = LabelSet.ofConfig(loaded.files().labels());
    if (labels != null) {
      set = LabelSet.inOrder(List.of(labels.split(",", -1)));
    } else if (names.stream().allMatch(name -> NAMELESS.matcher(name).matches())) {
      note("the model's classes have no names: taken as 0 to " + (classes - 1));
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
      ObjectNode done = named("done").put("model", loaded.files().name()).put("task", head);
      Measures.put(done, evaluation);
      event(done);
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
