package vitrine.app.commands;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;
import vitrine.app.terminal.Console;
import vitrine.app.terminal.UsageException;
import vitrine.app.training.Settings;
import vitrine.engine.models.ModelFiles;
import vitrine.engine.text.Tokenizer;
import vitrine.engine.training.Objective;
import vitrine.engine.training.Recipe;
import vitrine.engine.training.Sizes;
import vitrine.engine.training.StartingPoint;
import vitrine.engine.training.TrainingData;
import vitrine.interp.io.Json;

/** {@code vitrine train}: a language model from texts. */
@CommandLine.Command(
    name = "train",
    customSynopsis =
        "vitrine train (--tokenizer DIR | --model DIR) --text FILE... --out DIR [options]",
    header = "Train a GPT-2 or a BERT on texts, from new weights or from a model.",
    description = {
      "Train a language model on texts: a new one of any size, or one that there is (--model).",
      "GPT-2 learns to predict the next token, BERT the tokens that are hidden. All but --out can also",
      "come from --config, or with --resume from the training that is in DIR."
    },
    footer = {
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
      "If not given: 4 layers of width 256 with 4 heads, one epoch, batches of 8 blocks of 128 tokens,",
      "learning rate 5e-4 rising over 5% of the steps and falling along a cosine to a tenth.",
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
      "  vitrine train --tokenizer induction-2l --text README.md --layers 1 --steps 5 --out out/tiny",
      "  vitrine train --model induction-2l --text README.md --length 32 --steps 2 --out out/further"
    })
final class TrainCommand implements Command {
  private static final List<String> FAMILIES = List.of("gpt2", "bert");
  private static final List<String> SIZES =
      List.of("family", "layers", "width", "heads", "mlp", "positions", "tokenizer");

  private final Common common;
  private final Console console;

  @Option(names = "--family", paramLabel = "NAME", description = "gpt2 or bert; gpt2 if not given.")
  private @Nullable String family;

  @Option(
      names = "--layers",
      paramLabel = "N",
      converter = Converters.Count.class,
      description = "Blocks of a new model.")
  private @Nullable Integer layers;

  @Option(
      names = "--width",
      paramLabel = "D",
      converter = Converters.Count.class,
      description = "Width of its residual stream.")
  private @Nullable Integer width;

  @Option(
      names = "--heads",
      paramLabel = "H",
      converter = Converters.Count.class,
      description = "Attention heads of a block.")
  private @Nullable Integer heads;

  @Option(
      names = "--mlp",
      paramLabel = "M",
      converter = Converters.Count.class,
      description = "Neurons of a block; 4 D if not given.")
  private @Nullable Integer mlp;

  @Option(
      names = "--positions",
      paramLabel = "N",
      converter = Converters.Count.class,
      description = "The longest text it can take; as --length if not given.")
  private @Nullable Integer positions;

  @Option(
      names = "--tokenizer",
      paramLabel = "DIR|NAME",
      converter = Converters.NotBlank.class,
      description = "Whose tokenizer a new model has: from train-tokenizer, or of a model.")
  private @Nullable String tokenizer;

  @Option(
      names = "--text",
      paramLabel = "FILE",
      arity = "1..*",
      converter = Converters.AnyPath.class,
      description = "Texts to train on: UTF-8, plain or gzip.")
  private List<Path> texts = List.of();

  @Option(
      names = "--validation",
      paramLabel = "FILE",
      arity = "1..*",
      converter = Converters.AnyPath.class,
      description = "Texts to evaluate with.")
  private List<Path> validation = List.of();

  @Option(
      names = "--validation-share",
      paramLabel = "P",
      converter = Converters.Share.class,
      description = "Instead: how much of the end of the texts to evaluate with.")
  private @Nullable Double validationShare;

  @Option(
      names = "--validation-limit",
      paramLabel = "N",
      converter = Converters.Count.class,
      description = "Evaluate with N blocks of them, drawn once.")
  private @Nullable Integer validationLimit;

  @Option(
      names = "--masking",
      paramLabel = "P",
      converter = Converters.Share.class,
      description = "bert: the share of tokens that are hidden; 0.15 if not given.")
  private @Nullable Double masking;

  @Mixin private final RecipeOptions options = new RecipeOptions();

  TrainCommand(Common common, Console console) {
    this.common = common;
    this.console = console;
  }

  @Override
  public void run() throws IOException {
    TrainingRun run = new TrainingRun("train", common, options, console);
    List<String> own =
        Stream.of(
                SIZES,
                List.of("model", "text", TextData.MASKING, RecipeOptions.SNAPSHOTS),
                TextData.VALIDATION)
            .flatMap(List::stream)
            .toList();
    Settings settings = run.settings(Settings.none("train", own), given());
    run.requireValidation(settings);
    if (settings.paths("text").isEmpty()) {
      throw new UsageException(
          "train: --text: missing; expected texts to train on. See: vitrine help train");
    }
    String model = settings.text("model");
    if (model == null) {
      trainNew(run, settings);
    } else {
      trainFurther(run, settings, model);
    }
  }

  private ObjectNode given() {
    ObjectNode given = Json.object();
    RecipeOptions.put(given, "family", family);
    RecipeOptions.put(given, "layers", layers);
    RecipeOptions.put(given, "width", width);
    RecipeOptions.put(given, "heads", heads);
    RecipeOptions.put(given, "mlp", mlp);
    RecipeOptions.put(given, "positions", positions);
    RecipeOptions.put(given, "tokenizer", tokenizer);
    RecipeOptions.put(given, "model", common.model());
    RecipeOptions.putAll(given, "text", texts);
    RecipeOptions.putAll(given, "validation", validation);
    RecipeOptions.put(given, "validation_share", validationShare);
    RecipeOptions.put(given, "validation_limit", validationLimit);
    RecipeOptions.put(given, TextData.MASKING, masking);
    given.setAll(options.given(common.givenSeed()));
    return given;
  }

  private void trainNew(TrainingRun run, Settings settings) throws IOException {
    String kind = settings.word("family", FAMILIES);
    Objective objective = kind.equals("bert") ? Objective.MASKED : Objective.NEXT;
    String from = settings.text("tokenizer");
    if (from == null) {
      throw new UsageException(
          "train: --tokenizer: missing; expected one for the new model, or --model to go on from."
              + " See: vitrine help train");
    }
    Recipe usual = settings.recipe(objective);
    Sizes sizes = sizes(settings, usual);
    ModelSource source = ModelSource.ofTokenizer(from);
    Tokenizer words = source.tokenizer();
    run.requireRoom(parameters(sizes, words.size()), usual, settings);
    StartingPoint start =
        objective == Objective.NEXT
            ? StartingPoint.newGpt2(sizes, words, usual.seed())
            : StartingPoint.newBert(sizes, words, usual.seed());
    TextData text = new TextData("train", settings, words, run);
    Recipe recipe = text.fitted(run.begins() ? dropping(usual) : usual, sizes.positions());
    TrainingData data = text.read(recipe, sizes.positions());
    Settings all = settings.resolved(resolved(kind, sizes)).resolved(text.resolved(objective));
    run.train(
        start, source.sideFiles().ofTokenizer(), _ -> new TrainingRun.Prepared(all, recipe, data));
  }

  /** With the rate of new models where none is given, so that it stands in recipe.json. */
  private static Recipe dropping(Recipe recipe) {
    return recipe.dropout() == null ? recipe.withDropout(StartingPoint.NEW_DROPOUT) : recipe;
  }

  private static ObjectNode resolved(String kind, Sizes sizes) {
    return Json.object()
        .put("family", kind)
        .put("layers", sizes.layers())
        .put("width", sizes.width())
        .put("heads", sizes.heads())
        .put("mlp", sizes.inner())
        .put("positions", sizes.positions());
  }

  private static Sizes sizes(Settings settings, Recipe recipe) {
    int D = or(settings.count("width"), 256);
    Integer T = recipe.batching().length();
    Integer M = settings.count("mlp");
    if (M == null && D > Integer.MAX_VALUE / 4) {
      throw settings.wrong("width", D, "at most " + Integer.MAX_VALUE / 4);
    }
    return new Sizes(
        or(settings.count("layers"), 4),
        or(settings.count("heads"), 4),
        D,
        or(M, 4 * D),
        or(settings.count("positions"), T == null ? 128 : T));
  }

  private static int or(@Nullable Integer given, int usual) {
    return given == null ? usual : given;
  }

  /** The matrices and tables that either family has at least. */
  private static long parameters(Sizes sizes, int V) {
    double D = sizes.width();
    double block = 4 * D * D + 2 * D * sizes.inner();
    double all = sizes.layers() * block + (V + (double) sizes.positions()) * D;
    return (long) Math.min(all, 1e16); // a product of long numbers may be beyond a long
  }

  private void trainFurther(TrainingRun run, Settings settings, String model) throws IOException {
    for (String key : SIZES) {
      if (settings.has(key)) {
        throw settings.wrong(
            key, settings.shown(key), "none together with --model, which has its own");
      }
    }
    ModelSource from = new ModelSource(model);
    try (ModelFiles source = from.open()) {
      boolean bert = source.config().path("model_type").asString("").equals("bert");
      Objective objective = bert ? Objective.MASKED : Objective.NEXT;
      Recipe usual = settings.recipe(objective);
      run.requireRoom(LoadedModel.numbers(source), usual, settings);
      Tokenizer words = from.tokenizer();
      StartingPoint start = StartingPoint.ofText(source, objective, usual.seed());
      TextData text = new TextData("train", settings, words, run);
      run.train(
          start,
          from.sideFiles(),
          loaded -> {
            int positions = loaded.architecture().positions();
            Recipe recipe = text.fitted(usual, positions);
            return new TrainingRun.Prepared(
                settings.resolved(text.resolved(objective)), recipe, text.read(recipe, positions));
          });
    }
  }
}
