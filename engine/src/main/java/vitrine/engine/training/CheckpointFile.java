package vitrine.engine.training;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import vitrine.engine.InputException;
import vitrine.engine.models.Model;
import vitrine.engine.models.Parameter;
import vitrine.engine.models.Storage;
import vitrine.kernels.Kernels;
import vitrine.weights.Checkpoint;
import vitrine.weights.Checkpoints;
import vitrine.weights.SafetensorsWriter;

/**
 * A training on the disk, whole in one safetensors file: {@code weights/NAME}, {@code m/NAME} and
 * {@code v/NAME} for every parameter, all in the layout of the model's files, and the rest as JSON
 * in the metadata. One file, so that the renaming that puts it in its place is all there is to be
 * atomic.
 */
final class CheckpointFile {
  private static final String STATE = "vitrine.training";
  private static final int VERSION = 2;
  private static final String WEIGHTS = "weights/";
  private static final String MEAN = "m/";
  private static final String SQUARES = "v/";
  private static final JsonMapper JSON = new JsonMapper();

  /**
   * What is in a file beside tensors.
   *
   * @param provenance what the training was begun with
   */
  record Contents(TrainingState state, Provenance provenance) {}

  private CheckpointFile() {}

  /** Writes all of it, entirely or not at all. */
  static void write(Path file, Kernels kernels, AdamW optimizer, Contents contents) {
    SafetensorsWriter writer = new SafetensorsWriter().metadata(STATE, toJson(contents).toString());
    boolean stepped = contents.state().step() > 0;
    for (AdamW.Slot slot : optimizer.slots()) {
      Parameter parameter = slot.parameter();
      add(writer, WEIGHTS, parameter, parameter.storage(), kernels);
      if (stepped) {
        add(writer, MEAN, parameter, slot.m(), kernels);
        add(writer, SQUARES, parameter, slot.v(), kernels);
      }
    }
    writer.write(file);
  }

  /** Writes weights alone. */
  static void writeWeights(Path file, Kernels kernels, List<Parameter> parameters) {
    SafetensorsWriter writer = new SafetensorsWriter();
    parameters.forEach(each -> add(writer, WEIGHTS, each, each.storage(), kernels));
    writer.write(file);
  }

  private static void add(
      SafetensorsWriter writer,
      String prefix,
      Parameter parameter,
      Storage storage,
      Kernels kernels) {
    writer.add(
        prefix + parameter.name(),
        () -> storage.download(kernels),
        ModelWriter.axes(parameter.shape()));
  }

  /**
   * What a file says of the training, without its tensors.
   *
   * @throws InputException when it is no checkpoint of a training
   */
  static Contents read(Path file) {
    try (Checkpoint checkpoint = open(file)) {
      return contents(file, checkpoint);
    }
  }

  /** Puts a file's tensors into a model and its optimizer. */
  static void restore(Path file, Model model, AdamW optimizer) {
    try (Checkpoint checkpoint = open(file)) {
      boolean stepped = contents(file, checkpoint).state().step() > 0;
      for (AdamW.Slot slot : optimizer.slots()) {
        Parameter parameter = slot.parameter();
        put(file, checkpoint, WEIGHTS, parameter, parameter.storage(), model.kernels());
        if (stepped) {
          put(file, checkpoint, MEAN, parameter, slot.m(), model.kernels());
          put(file, checkpoint, SQUARES, parameter, slot.v(), model.kernels());
        }
      }
    }
  }

  /** Puts a file's weights into a model. */
  static void restoreWeights(Path file, Model model) {
    try (Checkpoint checkpoint = open(file)) {
      for (Parameter parameter : model.parameters()) {
        put(file, checkpoint, WEIGHTS, parameter, parameter.storage(), model.kernels());
      }
    }
  }

  private static void put(
      Path file,
      Checkpoint checkpoint,
      String prefix,
      Parameter parameter,
      Storage storage,
      Kernels kernels) {
    String name = prefix + parameter.name();
    List<Long> expected = Arrays.stream(ModelWriter.axes(parameter.shape())).boxed().toList();
    if (!checkpoint.has(name) || !checkpoint.info(name).shape().equals(expected)) {
      throw new InputException(
          "resume: "
              + file
              + ": tensor "
              + name
              + (checkpoint.has(name)
                  ? " has shape " + checkpoint.info(name).shape()
                  : " is missing")
              + "; expected shape "
              + expected
              + ". Resume with the model that the training was begun with.");
    }
    storage.upload(kernels, checkpoint.floats(name));
  }

  private static Checkpoint open(Path file) {
    if (!Files.exists(file)) {
      throw new InputException(
          "resume: " + file + ": no such file; expected a training's checkpoint.");
    }
    return Checkpoints.open(file);
  }

  private static Contents contents(Path file, Checkpoint checkpoint) {
    String text = checkpoint.metadata().get(STATE);
    try {
      JsonNode root = text == null ? null : JSON.readTree(text);
      if (root != null && root.path("version").asInt(0) == VERSION) {
        return fromJson(root);
      }
    } catch (JacksonException e) {
      throw damaged(file, e);
    }
    throw damaged(file, null);
  }

  private static InputException damaged(Path file, @Nullable Exception cause) {
    InputException failure =
        new InputException(
            "resume: "
                + file
                + ": does not say where the training was; expected a checkpoint that this version"
                + " of Vitrine wrote.");
    if (cause != null) {
      failure.initCause(cause);
    }
    return failure;
  }

  private static ObjectNode toJson(Contents contents) {
    TrainingState state = contents.state();
    ObjectNode root = JSON.createObjectNode();
    root.put("version", VERSION);
    root.put("step", state.step());
    root.put("seconds", state.seconds());
    root.put("metrics_bytes", state.metricsBytes());
    root.put("loss_sum", state.losses().sum());
    root.put("loss_count", state.losses().count());
    root.put("loss_recent", state.losses().recent());
    TrainingState.Best best = state.best();
    if (best != null) {
      root.put("best_step", best.step());
      root.put("best_value", best.value());
    }
    root.put("without_better", state.withoutBetter());
    TrainingEvent.Reason ended = state.ended();
    root.put("ended", ended == null ? null : ended.name());
    root.set("provenance", contents.provenance().toJson());
    return root;
  }

  private static Contents fromJson(JsonNode root) {
    TrainingState.Best best =
        root.has("best_step")
            ? new TrainingState.Best(
                root.required("best_step").asInt(), root.required("best_value").asDouble())
            : null;
    JsonNode ended = root.required("ended");
    return new Contents(
        new TrainingState(
            root.required("step").asInt(),
            root.required("seconds").asDouble(),
            root.required("metrics_bytes").asLong(),
            new LossWatch(
                root.required("loss_sum").asDouble(),
                root.required("loss_count").asInt(),
                root.required("loss_recent").asDouble()),
            best,
            root.required("without_better").asInt(),
            ended.isNull() ? null : TrainingEvent.Reason.valueOf(ended.asString())),
        Provenance.fromJson(root.required("provenance")));
  }
}
