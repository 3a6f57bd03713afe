package vitrine.app.commands;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;
import vitrine.app.terminal.Console;
import vitrine.app.terminal.UsageException;
import vitrine.app.training.Settings;
import vitrine.engine.data.LabelledTask;
import vitrine.engine.models.ModelFiles;
import vitrine.engine.text.Tokenizer;
import vitrine.engine.training.Objective;
import vitrine.engine.training.Recipe;
import vitrine.engine.training.StartingPoint;
import vitrine.interp.io.Json;

/** {@code vitrine fine-tune}: a model for labels. */
@CommandLine.Command(
    name = "fine-tune",
    customSynopsis = "vitrine fine-tune --model DIR|NAME --data FILE... --out DIR [options]",
    header = "Fine-tune a model on labelled data.",
    description = {
      "Fine-tune a BERT or a GPT-2 on labelled data: classes or a value for a text or a pair, a class",
      "for every word, or the answer to a question in a text. Model and data can also come from",
      "--config, or with --resume from the training that is in DIR."
    },
    footer = {
      "Data: tab-separated with a header as GLUE has it, or JSON lines, plain or gzip:",
      "  sentence<TAB>label, or sentence1<TAB>sentence2<TAB>label          sequence, regression",
      "  {\"text\":...,\"pair\":...,\"label\":...}                             sequence, regression",
      "  {\"tokens\":[...],\"labels\":[...]}                                 tokens",
      "  {\"question\":...,\"context\":...,\"answer\":...,\"start\":17}          qa",
      "",
      "DIR becomes a model directory for every other command. It also gets recipe.json, all settings",
      "that it was made with, which --config repeats; metrics.jsonl, a line a step and an evaluation;",
      "and checkpoint/, from which --resume goes on with the same bits as if nothing had happened.",
      "Ctrl-C ends after the present step, with a checkpoint; --minutes with an evaluation and a model",
      "besides. A loss that explodes, or numbers that are not finite, end it with the step and the",
      "tensor named.",
      "",
      "In recipe.json and in other files for --config, settings have the names of the options, as",
      "learning_rate for --learning-rate. (Written are accumulation for accumulate, warmup_steps or",
      "warmup_fraction for warmup, and saving, keep or recompute; either is read.)",
      "",
      "If not given: 3 epochs, batches of 16, learning rate 5e-5 rising over a tenth of the steps and",
      "falling to 0 in a line; an evaluation each epoch.",
      "",
      "With --json one event a line:",
      "  {\"event\":\"note\",\"text\":...}                              what is worth knowing",
      "  {\"event\":\"started\",\"step\":...,\"steps\":...,\"steps_per_epoch\":...,",
      "   \"examples\":...,\"validation_examples\":...}              step is 0, or what it goes on from",
      "  {\"event\":\"step\",\"step\":...,\"steps\":...,\"epoch\":...,\"loss\":...,\"learning_rate\":...,",
      "   \"gradient_norm\":...,\"tokens\":...,\"tokens_per_second\":...,\"seconds\":...,\"seconds_left\":...}",
      "  {\"event\":\"evaluation\",\"step\":...,\"examples\":...,\"loss\":...,...,\"best\":true,\"seconds\":...}",
      "  {\"event\":\"checkpoint\",\"step\":...,\"file\":...,\"bytes\":...,\"seconds\":...}",
      "  {\"event\":\"stopped\",\"step\":...,\"reason\":...,\"best_step\":...}",
      "   reason: complete, patience, time (--minutes) or asked (Ctrl-C: the last event but a note)",
      "  {\"event\":\"done\",\"step\":...,\"reason\":...,\"kept\":...,\"parameters\":...,\"out\":...,",
      "   \"validation\":{\"examples\":...,\"loss\":...,...}}            of the step that was kept",
      "metrics.jsonl has the same steps (without seconds_left), evaluations and stopped.",
      "",
      "Examples:",
      "  vitrine fine-tune --model induction-2l --data samples/sentiment.tsv --steps 5 --out out/mood",
      "  vitrine fine-tune --model path/to/bert --data samples/sentiment.tsv --steps 5 --out out/moods"
    })
final class FineTuneCommand implements Command {
  private final Common common;
  private final Console console;

  @Option(
      names = "--task",
      paramLabel = "TASK",
      description = "sequence, regression, tokens or qa; sequence if not given.")
  private @Nullable String task;

  @Option(
      names = "--data",
      paramLabel = "FILE",
      arity = "1..*",
      converter = Converters.AnyPath.class,
      description = "Labelled data to train on.")
  private List<Path> files = List.of();

  @Option(
      names = "--columns",
      paramLabel = "TEXT[,PAIR],LABEL",
      converter = Converters.NotBlank.class,
      description = "Its columns or keys, by name; by number where there is no header.")
  private @Nullable String columns;

  @Option(
      names = "--labels",
      paramLabel = "A,B,...",
      converter = Converters.NotBlank.class,
      description = "The classes in order; those of the data if not given.")
  private @Nullable String labels;

  @Option(
      names = "--limit",
      paramLabel = "N",
      converter = Converters.Count.class,
      description = "Train on N examples only, which the seed decides on.")
  private @Nullable Integer limit;

  @Option(
      names = "--validation",
      paramLabel = "FILE",
      arity = "1..*",
      converter = Converters.AnyPath.class,
      description = "Labelled data to evaluate with.")
  private List<Path> validation = List.of();

  @Option(
      names = "--validation-share",
      paramLabel = "P",
      converter = Converters.Share.class,
      description = "Instead: how much of the data to evaluate with, drawn by the seed.")
  private @Nullable Double validationShare;

  @Option(names = "--truncate", description = "Cut texts that are too long.")
  private boolean truncate;

  @Mixin private final RecipeOptions options = new RecipeOptions();

  FineTuneCommand(Common common, Console console) {
    this.common = common;
    this.console = console;
  }

  @Override
  public void run() throws IOException {
    TrainingRun run = new TrainingRun("fine-tune", common, options, console);
    List<String> own = new ArrayList<>(LabelledData.SETTINGS);
    own.add(RecipeOptions.SNAPSHOTS);
    Settings settings = run.settings(Settings.none("fine-tune", own), given());
    String model = settings.text("model");
    if (model == null || settings.paths("data").isEmpty()) {
      throw new UsageException(
          "fine-tune: --%s: missing; expected it. See: vitrine help fine-tune"
              .formatted(model == null ? "model" : "data"));
    }
    run.requireValidation(settings);
    Recipe recipe = settings.recipe(Objective.LABELS);
    LabelledData data = LabelledData.read("fine-tune", settings, run.notes());
    Settings all =
        settings.resolved(Json.object().put("task", settings.word("task", LabelledData.TASKS)));
    ModelSource from = new ModelSource(model);
    try (ModelFiles source = from.open()) {
      run.requireRoom(LoadedModel.numbers(source), recipe, settings);
      Tokenizer tokenizer = from.tokenizer();
      tokenizer.notes().forEach(run.notes());
      LabelledTask kind = data.task();
      StartingPoint start = StartingPoint.ofLabels(source, kind, data.labels(), recipe.seed());
      run.train(
          start,
          from.sideFiles(),
          loaded ->
              new TrainingRun.Prepared(
                  all,
                  recipe,
                  data.examples(tokenizer, loaded.architecture().positions(), recipe)));
    }
  }

  private ObjectNode given() {
    ObjectNode given = Json.object();
    RecipeOptions.put(given, "model", common.model());
    RecipeOptions.put(given, "task", task);
    RecipeOptions.putAll(given, "data", files);
    RecipeOptions.put(given, "columns", columns);
    if (labels != null) {
      RecipeOptions.putAll(given, "labels", List.of(labels.split(",", -1)));
    }
    RecipeOptions.put(given, "limit", limit);
    RecipeOptions.putAll(given, "validation", validation);
    RecipeOptions.put(given, "validation_share", validationShare);
    if (truncate) {
      given.put("truncate", true);
    }
    given.setAll(options.given(common.givenSeed()));
    return given;
  }
}
