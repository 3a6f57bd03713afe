package vitrine.app.commands;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;
import vitrine.interp.io.Json;

/** The options of every training: where it goes, and its recipe. */
final class RecipeOptions {
  /**
   * The key of the steps whose models are kept; not the recipe's, since no number depends on it.
   */
  static final String SNAPSHOTS = "snapshots";

  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      converter = Converters.AnyPath.class,
      description = "Where the model goes, with recipe.json, metrics.jsonl and checkpoint/.")
  private Path out = Path.of("");

  @Option(
      names = "--config",
      paramLabel = "FILE",
      converter = Converters.AnyPath.class,
      description = "Settings as JSON, such as an earlier recipe.json; options win over it.")
  private @Nullable Path config;

  @Option(
      names = "--resume",
      description = "Go on with the training in DIR, as its recipe.json has it.")
  private boolean resume;

  @Option(
      names = "--steps",
      paramLabel = "N",
      converter = Converters.Count.class,
      description = "How many optimizer steps.")
  private @Nullable Integer steps;

  @Option(
      names = "--epochs",
      paramLabel = "X",
      converter = Converters.Positive.class,
      description = "How many passes over the data; may be a fraction.")
  private @Nullable Double epochs;

  @Option(
      names = "--minutes",
      paramLabel = "X",
      converter = Converters.Positive.class,
      description = "End after X minutes if not done, with a model; --resume goes on.")
  private @Nullable Double minutes;

  @Option(
      names = "--batch",
      paramLabel = "N",
      converter = Converters.Count.class,
      description = "Examples that go through the model together.")
  private @Nullable Integer batch;

  @Option(
      names = "--accumulate",
      paramLabel = "N",
      converter = Converters.Count.class,
      description = "Batches a step; 1 if not given.")
  private @Nullable Integer accumulate;

  @Option(
      names = "--length",
      paramLabel = "T",
      converter = Converters.Count.class,
      description = "Most tokens of an example.")
  private @Nullable Integer length;

  @Option(
      names = "--learning-rate",
      paramLabel = "X",
      converter = Converters.Positive.class,
      description = "The highest that the schedule gives.")
  private @Nullable Double learningRate;

  @Option(
      names = "--warmup",
      paramLabel = "X",
      converter = Converters.WarmupLength.class,
      description = "How long the rate rises: steps, or below 1 a share of them.")
  private @Nullable Double warmup;

  @Option(
      names = "--schedule",
      paramLabel = "NAME",
      converter = Converters.ScheduleName.class,
      description = "constant, linear or cosine: how the rate falls after that.")
  private @Nullable String schedule;

  @Option(
      names = "--weight-decay",
      paramLabel = "X",
      converter = Converters.NotNegative.class,
      description = "Of matrices and embeddings; 0.01 if not given.")
  private @Nullable Double weightDecay;

  @Option(
      names = "--clip",
      paramLabel = "X",
      converter = Converters.NotNegative.class,
      description = "The largest norm of the gradient, 0 for any; 1 if not given.")
  private @Nullable Double clip;

  @Option(
      names = "--dropout",
      paramLabel = "P",
      converter = Converters.BelowOne.class,
      description = "One rate for all places; the model's own if not given.")
  private @Nullable Double dropout;

  @Option(
      names = "--evaluate-every",
      paramLabel = "N",
      converter = Converters.Count.class,
      description = "Steps between evaluations on the validation data.")
  private @Nullable Integer evaluateEvery;

  @Option(
      names = "--checkpoint-every",
      paramLabel = "N",
      converter = Converters.Count.class,
      description = "Steps between checkpoints.")
  private @Nullable Integer checkpointEvery;

  @Option(
      names = "--patience",
      paramLabel = "N",
      converter = Converters.Count.class,
      description = "Stop after N evaluations without a better one.")
  private @Nullable Integer patience;

  @Option(
      names = "--measure",
      paramLabel = "NAME",
      converter = Converters.MeasureName.class,
      description = {
        "What says which evaluation is better: loss, perplexity, accuracy, f1, matthews, pearson,",
        "spearman, squared_error or exact_match; loss if not given."
      })
  private @Nullable String measure;

  @Option(
      names = "--keep",
      paramLabel = "WHICH",
      converter = Converters.KeepName.class,
      description = "last or best: which weights are the result; last if not given.")
  private @Nullable String keep;

  @Option(
      names = "--snapshots",
      paramLabel = "N,N,...",
      split = ",",
      converter = Converters.CountOrNone.class,
      description = {
        "Save the model after these steps too, as DIR/snapshots/step-N; 0 is before the first."
      })
  private List<Integer> snapshots = List.of();

  @Option(
      names = "--loss-limit",
      paramLabel = "X",
      converter = Converters.NotNegative.class,
      description = "Stop when the loss is X times the first steps'; 0 for never, 10 if not given.")
  private @Nullable Double lossLimit;

  @Option(
      names = "--recompute",
      description = "Less memory, more time: blocks are computed again on the way back.")
  private boolean recompute;

  @Option(names = "--json", description = "Events as JSON, one a line.")
  private boolean json;

  Path out() {
    return out;
  }

  @Nullable Path config() {
    return config;
  }

  boolean resume() {
    return resume;
  }

  /** After how many minutes to stop; null for never. */
  @Nullable Double minutes() {
    return minutes;
  }

  boolean json() {
    return json;
  }

  /** The settings that were given. */
  ObjectNode given(@Nullable Long seed) {
    ObjectNode given = Json.object();
    put(given, "steps", steps);
    put(given, "epochs", epochs);
    put(given, "batch", batch);
    put(given, "accumulation", accumulate);
    put(given, "length", length);
    put(given, "learning_rate", learningRate);
    if (warmup != null) {
      if (warmup > 0 && warmup < 1) {
        given.put("warmup_fraction", warmup);
      } else {
        given.put("warmup_steps", warmup.intValue());
      }
    }
    put(given, "schedule", schedule);
    put(given, "weight_decay", weightDecay);
    if (clip != null) {
      given.put("clip", clip == 0 ? null : clip);
    }
    put(given, "dropout", dropout);
    put(given, "evaluate_every", evaluateEvery);
    put(given, "checkpoint_every", checkpointEvery);
    put(given, "patience", patience);
    put(given, "measure", measure);
    put(given, "keep", keep);
    if (!snapshots.isEmpty()) {
      given.set(SNAPSHOTS, Json.array(snapshots.stream().mapToInt(step -> step).toArray()));
    }
    if (lossLimit != null) {
      given.put("loss_limit", lossLimit == 0 ? null : lossLimit);
    }
    put(given, "saving", recompute ? "recompute" : null);
    put(given, "seed", seed);
    return given;
  }

  /** Adds a setting, where there is one. */
  static void put(ObjectNode given, String key, @Nullable Object value) {
    switch (value) {
      case null -> {}
      case Integer number -> given.put(key, number);
      case Long number -> given.put(key, number);
      case Double number -> given.put(key, number);
      default -> given.put(key, value.toString());
    }
  }

  /** Adds a list, where there is one. */
  static void putAll(ObjectNode given, String key, List<?> values) {
    if (!values.isEmpty()) {
      given.set(key, Json.strings(values.stream().map(Object::toString).toList()));
    }
  }
}
