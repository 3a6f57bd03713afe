package vitrine.engine.models;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import vitrine.engine.InputException;
import vitrine.engine.text.Tokenizer;
import vitrine.engine.text.Tokenizers;
import vitrine.weights.Checkpoint;
import vitrine.weights.Checkpoints;

/**
 * What a model is loaded from: a config, a checkpoint and, where there is one, a tokenizer. Usually
 * a Hugging Face directory; also made in memory.
 */
public final class ModelFiles implements AutoCloseable {
  /** A config is a small file; what is larger is something else. */
  private static final long LARGEST_CONFIG = 16L << 20;

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final String name;
  private final JsonNode config;
  private final Checkpoint checkpoint;
  private final Supplier<Optional<Tokenizer>> tokenizer;
  private final Supplier<JsonNode> generation;

  private ModelFiles(
      String name,
      JsonNode config,
      Supplier<JsonNode> generation,
      Checkpoint checkpoint,
      Supplier<Optional<Tokenizer>> tokenizer) {
    this.name = name;
    this.config = config;
    this.generation = generation;
    this.checkpoint = checkpoint;
    this.tokenizer = tokenizer;
  }

  /**
   * Opens a directory with config.json and model.safetensors (or an index and shards). The
   * tokenizer's files are not looked at before they are needed.
   *
   * @throws InputException when there is no such directory or no usable config.json
   * @throws vitrine.weights.WeightsException when the checkpoint cannot be used
   */
  public static ModelFiles open(Path directory) {
    return open(directory.toString(), directory);
  }

  /**
   * As {@link #open(Path)}, of a directory that has a name of its own; it may lie in a jar.
   *
   * @param name what errors and results call it
   */
  public static ModelFiles open(String name, Path directory) {
    if (!Files.exists(directory)) {
      throw new InputException(
          "model: " + directory + ": no such directory; expected a Hugging Face model directory.");
    }
    if (!Files.isDirectory(directory)) {
      throw new InputException(
          "model: "
              + directory
              + ": not a directory; expected the directory that holds config.json and"
              + " model.safetensors.");
    }
    JsonNode config = readJson(directory.resolve("config.json"));
    Path generation = directory.resolve("generation_config.json");
    return new ModelFiles(
        name,
        config,
        () -> Files.exists(generation) ? readJson(generation) : JSON.createObjectNode(),
        Checkpoints.open(directory),
        () -> Tokenizers.find(directory));
  }

  /**
   * A model made in memory.
   *
   * @param name what errors and results call it
   * @param config the text of a config.json
   */
  public static ModelFiles of(
      String name, String config, Checkpoint checkpoint, Optional<Tokenizer> tokenizer) {
    return new ModelFiles(
        name, JSON.readTree(config), JSON::createObjectNode, checkpoint, () -> tokenizer);
  }

  private static JsonNode readJson(Path file) {
    try {
      if (Files.size(file) > LARGEST_CONFIG) {
        throw new InputException(
            "model: " + file + ": " + Files.size(file) + " bytes; expected a small JSON file.");
      }
      JsonNode node = JSON.readTree(Files.readAllBytes(file));
      if (!node.isObject()) {
        throw new InputException("model: " + file + ": not a JSON object; expected one.");
      }
      return node;
    } catch (NoSuchFileException e) {
      throw new InputException(
          "model: " + file + ": no such file; expected it in a Hugging Face model directory.", e);
    } catch (IOException e) {
      throw new InputException("model: " + file + ": cannot be read: " + e.getMessage(), e);
    } catch (JacksonException e) {
      throw new InputException(
          "model: " + file + ": not valid JSON (" + reason(e) + "); expected a config.", e);
    }
  }

  /** What the parser says, without its word on a source that it does not show. */
  private static String reason(JacksonException e) {
    return e.getOriginalMessage().replaceAll(" \\(start marker at .*", "");
  }

  /** The directory as it was given, or the name that it was opened or made by. */
  public String name() {
    return name;
  }

  public JsonNode config() {
    return config;
  }

  public Checkpoint checkpoint() {
    return checkpoint;
  }

  /**
   * The tokenizer; empty when the directory has no tokenizer files.
   *
   * @throws InputException when it has, and they cannot be used
   */
  public Optional<Tokenizer> tokenizer() {
    return tokenizer.get();
  }

  /**
   * The ids that end a text: generation_config.json's where given, else config.json's. May be
   * empty.
   */
  public Set<Integer> endOfText() {
    JsonNode node = generation.get().get("eos_token_id");
    if (node == null || node.isNull()) {
      node = config.get("eos_token_id");
    }
    Set<Integer> ids = new TreeSet<>();
    if (node != null) {
      for (JsonNode each : node.isArray() ? node : List.of(node)) {
        if (each.isInt()) {
          ids.add(each.intValue());
        }
      }
    }
    return ids;
  }

  /** The id that pads, where the config names one. */
  public OptionalInt padding() {
    JsonNode node = config.get("pad_token_id");
    return node != null && node.isInt() ? OptionalInt.of(node.intValue()) : OptionalInt.empty();
  }

  /** The names of a classifier's classes, by class; empty when the config names none. */
  public Map<Integer, String> labels() {
    Map<Integer, String> labels = new TreeMap<>();
    JsonNode node = config.get("id2label");
    if (node != null && node.isObject()) {
      for (var entry : node.properties()) {
        if (entry.getKey().matches("\\d{1,9}") && entry.getValue().isString()) {
          labels.put(Integer.parseInt(entry.getKey()), entry.getValue().stringValue());
        }
      }
    }
    return labels;
  }

  @Override
  public void close() {
    checkpoint.close();
  }
}
