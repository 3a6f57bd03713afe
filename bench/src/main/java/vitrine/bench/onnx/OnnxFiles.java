package vitrine.bench.onnx;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.BiFunction;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import vitrine.weights.AtomicFile;
import vitrine.weights.Checkpoint;
import vitrine.weights.Checkpoints;

/** The ONNX files of a model directory, made beside it the first time that they are asked for. */
public final class OnnxFiles {
  private OnnxFiles() {}

  /** A graph without a cache. */
  public static Path forward(Path model) {
    return ensure(
        model,
        "forward",
        (weights, config) ->
            isGpt2(config)
                ? Gpt2Graph.write(weights, config, Gpt2Graph.Cache.NONE)
                : BertGraph.write(weights, config));
  }

  /** A graph with a cache of keys and values; GPT-2 only. */
  public static Path decode(Path model) {
    return ensure(
        model,
        "decode",
        (weights, config) -> {
          if (!isGpt2(config)) {
            throw new UnsupportedOperationException("onnx: only GPT-2 decodes");
          }
          return Gpt2Graph.write(weights, config, Gpt2Graph.Cache.PAST_AND_PRESENT);
        });
  }

  /** Of a model's config. */
  public static boolean isGpt2(JsonNode config) {
    return config.path("model_type").asString().equals("gpt2");
  }

  /** A model's config. */
  public static JsonNode config(Path model) {
    return new JsonMapper().readTree(model.resolve("config.json").toFile());
  }

  private static Path ensure(
      Path model, String name, BiFunction<WeightFile, JsonNode, byte[]> graph) {
    Path folder = model.resolve("onnx-" + name);
    Path file = folder.resolve("model.onnx");
    if (Files.exists(file)) {
      return file;
    }
    try (Checkpoint checkpoint = Checkpoints.open(model)) {
      Files.createDirectories(folder);
      WeightFile weights = new WeightFile(checkpoint);
      byte[] bytes = graph.apply(weights, config(model));
      AtomicFile.write(folder.resolve(WeightFile.NAME), weights::write);
      // Last: a folder without it is not finished.
      AtomicFile.write(file, bytes);
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
