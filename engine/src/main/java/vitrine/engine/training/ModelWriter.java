package vitrine.engine.training;

import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import vitrine.engine.families.TensorNames;
import vitrine.engine.hooks.Head;
import vitrine.engine.models.Model;
import vitrine.engine.models.ModelFiles;
import vitrine.engine.models.Parameter;
import vitrine.kernels.Shape;
import vitrine.weights.AtomicFile;
import vitrine.weights.Checkpoints;
import vitrine.weights.DType;
import vitrine.weights.SafetensorsWriter;

/**
 * Saves a model as a directory that Hugging Face's transformers, and {@link
 * vitrine.engine.models.ModelFiles#open}, load: config.json, model.safetensors, the tokenizer's
 * files and, of a GPT-2, generation_config.json.
 */
public final class ModelWriter {
  private static final String CONFIG = "config.json";
  private static final String WEIGHTS = "model.safetensors";
  private static final String GENERATION = "generation_config.json";
  private static final JsonMapper JSON = new JsonMapper();

  private ModelWriter() {}

  /**
   * Saves a model in a directory that is there. Each file is written entirely or not at all, and
   * config.json last: a directory without it is no model. Files of these names are replaced, others
   * stay. tokenizer_config.json is told how long a text of this model may be.
   *
   * @param config of the model, as {@link StartingPoint#files} has it
   * @param files such as the tokenizer's
   * @throws vitrine.weights.WeightsException when a file cannot be written
   */
  public static void write(Path directory, Model model, JsonNode config, SideFiles files) {
    Map<String, byte[]> beside = files.suited(model.architecture(), config).content();
    beside.forEach((name, bytes) -> AtomicFile.write(directory.resolve(name), bytes));
    ObjectNode generation = generation(model, config);
    if (generation != null && !beside.containsKey(GENERATION)) {
      AtomicFile.write(directory.resolve(GENERATION), generation.toPrettyString() + "\n");
    }
    weights(model).write(directory.resolve(WEIGHTS));
    AtomicFile.write(directory.resolve(CONFIG), config(model, config).toPrettyString() + "\n");
  }

  private static SafetensorsWriter weights(Model model) {
    SafetensorsWriter writer = new SafetensorsWriter().metadata("format", "pt");
    String family = model.architecture().family();
    for (Parameter parameter : model.parameters()) {
      writer.add(
          TensorNames.ofSaved(family, parameter.name()),
          () -> parameter.values(model.kernels()),
          axes(parameter.shape()));
    }
    return writer;
  }

  /**
   * Saves a model that is not loaded with its floats in another type, each rounded to the nearest:
   * all its tensors in one file, its config, and the files beside it. As for {@link #write},
   * config.json comes last.
   *
   * @param dtype F16, BF16 or F32
   * @param files such as the tokenizer's
   * @throws vitrine.weights.WeightsException when a number is beyond F16, or a file cannot be
   *     written
   */
  public static void convert(Path directory, ModelFiles model, DType dtype, SideFiles files) {
    ObjectNode config = JSON.createObjectNode();
    config.setAll((ObjectNode) model.config().deepCopy());
    config.put("dtype", transformersName(dtype)).remove("torch_dtype");
    files.content().forEach((name, bytes) -> AtomicFile.write(directory.resolve(name), bytes));
    new SafetensorsWriter()
        .metadata("format", "pt")
        .addAll(Checkpoints.rounded(model.checkpoint(), dtype))
        .write(directory.resolve(WEIGHTS));
    AtomicFile.write(directory.resolve(CONFIG), config.toPrettyString() + "\n");
  }

  private static String transformersName(DType dtype) {
    return switch (dtype) {
      case F16 -> "float16";
      case BF16 -> "bfloat16";
      case F32 -> "float32";
      default ->
          throw new IllegalArgumentException(
              "convert: to " + dtype + "; expected F16, BF16 or F32");
    };
  }

  static long[] axes(Shape shape) {
    int[] axes = shape.toArray();
    long[] longs = new long[axes.length];
    for (int i = 0; i < axes.length; i++) {
      longs[i] = axes[i];
    }
    return longs;
  }

  /** The config with what the weights decide: their type, and whether a table is used twice. */
  private static ObjectNode config(Model model, JsonNode config) {
    ObjectNode saved = JSON.createObjectNode();
    saved.setAll((ObjectNode) config.deepCopy());
    saved.put("dtype", "float32");
    saved.remove("torch_dtype");
    if (model.architecture().head().scoresVocabulary()) {
      saved.put("tie_word_embeddings", model.isTied());
    }
    return saved;
  }

  /** What generation starts and ends with; null for a model that does not generate. */
  private static @Nullable ObjectNode generation(Model model, JsonNode config) {
    if (model.architecture().head() != Head.LANGUAGE) {
      return null;
    }
    ObjectNode generation = JSON.createObjectNode();
    generation.put("_from_model_config", true);
    for (String key : new String[] {"bos_token_id", "eos_token_id", "pad_token_id"}) {
      JsonNode id = config.get(key);
      if (id != null && !id.isNull()) {
        generation.set(key, id);
      }
    }
    return generation;
  }
}
