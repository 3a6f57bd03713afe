package vitrine.app.commands;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;
import vitrine.app.terminal.Console;
import vitrine.app.terminal.EventLines;
import vitrine.app.terminal.OneLine;
import vitrine.app.terminal.OutputDirectory;
import vitrine.app.terminal.ProgressBar;
import vitrine.app.terminal.Sizes;
import vitrine.app.terminal.Table;
import vitrine.app.terminal.UsageException;
import vitrine.app.training.EvaluationDirectory;
import vitrine.app.training.Findings;
import vitrine.app.training.Measures;
import vitrine.app.training.ReadingView;
import vitrine.app.training.Watched;
import vitrine.engine.InputException;
import vitrine.engine.data.Examples;
import vitrine.engine.data.LabelSet;
import vitrine.engine.data.LabelledTask;
import vitrine.engine.data.TokenizedText;
import vitrine.engine.data.TooLong;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Head;
import vitrine.engine.models.Model;
import vitrine.engine.text.Tokenizer;
import vitrine.engine.training.Evaluation;
import vitrine.engine.training.EvaluationRun;
import vitrine.engine.training.Evaluator;
import vitrine.engine.training.Measure;
import vitrine.engine.training.Objective;
import vitrine.interp.io.Json;
import vitrine.kernels.Precision;

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
      "Texts are cut into blocks that do not overlap, of which --limit N takes N. Labelled data has the",
      "forms that vitrine help fine-tune shows. A loss is the mean over tokens, or over examples, of",
      "natural logarithms.",
      "",
      "--out DIR keeps evaluation.json and predictions.jsonl, a line an example: its place, its loss,",
      "how many tokens or labels that is the mean of, its label and the model's. Examples then go",
      "through the model one by one. The same call with --resume goes on after the last line.",
      "",
      "With --weights bf16 or int8 the model is measured in f32 first and then as asked for, on the same",
      "examples: what is shown and kept is both, and how far they are apart.",
      "",
      "With --json one event a line:",
      "  {\"event\":\"started\",\"examples\":...,\"done\":...}     done: found there by --resume",
      "  {\"event\":\"progress\",\"examples\":...,\"done\":...}    after every tenth",
      "  {\"event\":\"done\",\"model\":...,\"task\":...,\"weights\":...,\"examples\":...,\"loss\":...,...}",
      "  {\"event\":\"note\",\"text\":...}                      what is worth knowing",
      "Of rounded weights, started and progress come for either, with \"weights\":..., and done also has",
      "\"f32\":{\"loss\":...,...} and \"difference\":{\"loss\":...,...}.",
      "",
      "Examples:",
      "  vitrine evaluate --text README.md --length 64",
      "  vitrine evaluate --text README.md STYLE.md --length 32 --limit 10 --json"
    })
final class EvaluateCommand implements Command {
  private static final int USUAL_BATCH = 16;
  private static final int PROGRESS_EVENTS = 10;
  private static final double MASKING = 0.15;

  /** For labelled data and a model that knows nothing of labels yet. */
  private static final String TUNE_FIRST =
      "For labelled data fine-tune the model first (vitrine help fine-tune)";

  private final Common common;
  private final Console console;
  private final EventLines lines;

  @Mixin private final WeightsOption weights = new WeightsOption();

  @Option(
      names = "--text",
      paramLabel = "FILE",
      arity = "1..*",
      converter = Converters.AnyPath.class,
      description = "Texts in UTF-8, plain or gzip, for a language model.")
  private List<Path> texts = List.of();

  @Mixin private LabelledInput data = new LabelledInput();

  @Option(
      names = "--task",
      paramLabel = "TASK",
      description = "lm, mlm, sequence, regression, tokens or qa; the model's own if not given.")
  private @Nullable String task;

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
    this.lines = new EventLines(console);
  }

  @Override
  public void run() throws IOException {
    if (texts.isEmpty() != data.isGiven()) {
      throw usage(
          (texts.isEmpty() ? "neither --text nor --data" : "--text and --data")
              + "; expected one of them");
    }
    data.check("evaluate");
    if (truncate) {
      data.requireGiven("evaluate", "--truncate");
    }
    requireOut();
    if (weights.precision() == Precision.F32) {
      try (LoadedModel loaded = LoadedModel.open(common, Precision.F32, head(), this::note)) {
        evaluate(loaded, material(loaded), null);
      }
      return;
    }
    // One after the other, so that memory has to hold one of them only.
    Material material;
    Evaluation reference;
    try (LoadedModel loaded = LoadedModel.open(common, Precision.F32, head(), this::note)) {
      material = material(loaded);
      requireMemory(loaded.model(), material);
      reference = together(loaded.model(), material);
    }
    try (LoadedModel loaded = LoadedModel.open(common, weights.precision(), head(), note -> {})) {
      evaluate(loaded, material, reference);
    }
  }

  /** What a model is measured on, and how. */
  private record Material(Objective objective, Examples examples, LabelSet labels) {}

  private Material material(LoadedModel loaded) {
    Architecture model = loaded.model().architecture();
    Objective objective = objective(model.head());
    if (objective == Objective.LABELS) {
      checkTask(model);
      TooLong tooLong = truncate ? TooLong.CUT : TooLong.REFUSE;
      LabelledInput.Read read = data.read("evaluate", loaded, length(model), tooLong, this::note);
      return new Material(objective, data.limited(read.examples(), common.seed()), read.labels());
    }
    Tokenizer tokenizer = loaded.tokenizer("evaluate");
    tokenizer.notes().forEach(this::note);
    Examples blocks =
        TextData.blocks(texts, tokenizer, reading(), objective, length(model), MASKING);
    return new Material(objective, data.limited(blocks, common.seed()), LabelSet.NONE);
  }

  /**
   * Measures a model and shows it.
   *
   * @param reference what the same model is in f32, to tell what is lost; null for that model
   *     itself
   */
  private void evaluate(LoadedModel loaded, Material material, @Nullable Evaluation reference)
      throws IOException {
    requireMemory(loaded.model(), material);
    Evaluation evaluation =
        out == null ? together(loaded.model(), material) : kept(loaded, material, reference, out);
    show(loaded, evaluation, reference);
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
      OutputDirectory.requireRoom("evaluate: --out", out);
      EvaluationDirectory.requireFree(out);
    }
  }

  /** Examples that go through the model together. */
  private int atOnce() {
    return out != null ? 1 : batch == null ? USUAL_BATCH : batch;
  }

  private TokenizedText.Progress reading() {
    return json ? (file, chars, tokens) -> {} : new ReadingView(console);
  }

  private void requireMemory(Model model, Material material) {
    Memory.require(
        "evaluate",
        Evaluator.peakBytes(model, material.objective, material.examples, atOnce()),
        Memory.available(),
        "That is for the batch with the longest examples. Choose a smaller --batch or --length");
  }

  /** In batches, keeping nothing. */
  private Evaluation together(Model model, Material material) {
    Examples examples = material.examples;
    Progress progress = new Progress(model, examples.size(), 0);
    Evaluation evaluation =
        Evaluator.evaluate(
            model,
            material.objective,
            new Watched(examples, progress::at),
            atOnce(),
            common.seed());
    progress.end();
    return evaluation;
  }

  /** One by one, each with its line; those whose lines are there are not run again. */
  private Evaluation kept(
      LoadedModel loaded, Material material, @Nullable Evaluation reference, Path out)
      throws IOException {
    Examples examples = material.examples;
    Findings findings = new Findings(loaded.model().architecture().head(), material.labels);
    ObjectNode of = Json.object().put("hash", loaded.files().checkpoint().hash());
    of.set("config", loaded.files().config());
    of.put("task", findings.head().label()).put("data", examples.fingerprint());
    of.put("seed", common.seed());
    if (reference != null) {
      of.put("weights", weights.precision().label());
    }
    try (EvaluationDirectory directory =
        resume ? EvaluationDirectory.resume(out, of) : EvaluationDirectory.create(out, of)) {
      EvaluationRun run =
          new EvaluationRun(loaded.model(), material.objective, examples, common.seed());
      directory.lines().forEach(line -> run.add(findings.result(line)));
      Progress progress = new Progress(loaded.model(), examples.size(), directory.lines().size());
      for (int index = directory.lines().size(); index < examples.size(); index++) {
        directory.add(findings.line(index, run.run(index)));
        progress.at(index + 1);
      }
      progress.end();
      Evaluation evaluation = run.evaluation();
      ObjectNode measures = Json.object();
      put(measures, evaluation, reference);
      directory.finish(of, measures);
      return evaluation;
    }
  }

  /** Tells how far it is. */
  private final class Progress {
    private final ProgressBar bar = new ProgressBar(console);
    private final String precision;
    private final int examples;

    Progress(Model model, int examples, int done) {
      this.precision = model.facts().precision().label();
      this.examples = examples;
      event(about("started").put("examples", examples).put("done", done));
    }

    /** Of which of the models, where there are two. */
    private ObjectNode about(String event) {
      ObjectNode node = named(event);
      return weights.precision() == Precision.F32 ? node : node.put("weights", precision);
    }

    void at(int done) {
      bar.show(
          (double) done / examples,
          () -> "evaluated " + Sizes.grouped(done) + " of " + Sizes.grouped(examples));
      if ((long) done * PROGRESS_EVENTS / examples > (done - 1L) * PROGRESS_EVENTS / examples) {
        event(about("progress").put("examples", examples).put("done", done));
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
    if (json && out != null) {
      lines.print(event);
    } else if (json) {
      // Without --out, and without a reader, there is nobody to find anything for.
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
                  "evaluate: the model's task is '%s'; expected lm, mlm, sequence, tokens or qa. %s"
                      .formatted(
                          head.label(),
                          data.isGiven() ? TUNE_FIRST : "Choose another with --task"));
        };
    boolean wantsTexts = objective != Objective.LABELS;
    if (wantsTexts == texts.isEmpty()) {
      throw new InputException(
          "evaluate: the model's task is '%s' and %s is given; expected %s. %s"
              .formatted(
                  head.label(),
                  wantsTexts ? "--data" : "--text",
                  wantsTexts ? "--text" : "--data",
                  wantsTexts ? TUNE_FIRST : "Give that, or choose another --task"));
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

  /** A regression and a classification have the same head: the model's outputs tell them apart. */
  private void checkTask(Architecture model) {
    LabelledTask kind = LabelledInput.task("evaluate", model);
    if (model.head() == Head.SEQUENCE && task != null && LabelledData.task(task) != kind) {
      boolean value = kind == LabelledTask.VALUE;
      throw new InputException(
          "evaluate: --task %s: the model gives %s; expected --task %s, or another model"
              .formatted(
                  task,
                  value ? "one value" : LabelledInput.classes(model) + " classes",
                  value ? "regression" : "sequence"));
    }
  }

  /** The measures; of rounded weights also those of f32 and how far they are apart. */
  private static void put(
      ObjectNode object, Evaluation evaluation, @Nullable Evaluation reference) {
    Measures.put(object, evaluation);
    if (reference != null) {
      ObjectNode whole = object.putObject("f32");
      ObjectNode apart = object.putObject("difference");
      reference
          .measures()
          .forEach((measure, value) -> {
            whole.set(measure.label(), Json.number(value));
            apart.set(measure.label(), Json.number(difference(evaluation, measure, value)));
          });
    }
  }

  private static double difference(Evaluation evaluation, Measure measure, double reference) {
    return evaluation.value(measure) - reference;
  }

  private void show(LoadedModel loaded, Evaluation evaluation, @Nullable Evaluation reference) {
    String head = loaded.model().architecture().head().label();
    if (json) {
      ObjectNode done = named("done").put("model", loaded.files().name()).put("task", head);
      done.put("weights", weights.precision().label());
      put(done, evaluation, reference);
      event(done);
      return;
    }
    console.println("model " + OneLine.escape(loaded.summary()));
    String examples = "of " + Sizes.grouped(evaluation.examples()) + " examples";
    if (reference == null) {
      Table table = new Table("measure", examples);
      evaluation
          .measures()
          .forEach((measure, value) -> table.row(Measures.name(measure), Measures.number(value)));
      console.print(table.render());
      return;
    }
    Table table =
        new Table(
            "measure " + examples, "in " + weights.precision().label(), "in f32", "difference");
    reference
        .measures()
        .forEach((measure, value) ->
            table.row(
                Measures.name(measure),
                Measures.number(evaluation.value(measure)),
                Measures.number(value),
                String.format(Locale.ROOT, "%+.2g", difference(evaluation, measure, value))));
    console.print(table.render());
  }
}
