package vitrine.app.commands;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import vitrine.engine.bundled.InductionModel;
import vitrine.weights.SafetensorsWriter;

/** Model directories small enough to be made by each test. */
final class TinyModels {
  /** The tiny BERT's vocabulary; ids are line numbers from 0. */
  static final List<String> WORDS =
      List.of(
          "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "cat", "sat", "on", "mat", "##s",
          ".");

  static final int POSITIONS = 16;
  private static final int D = 8;
  private static final int M = 12;
  private static final int LAYERS = 2;

  private TinyModels() {}

  /** The bundled GPT-2, as a directory. */
  static Path gpt2(Path directory) {
    new InductionModel().write(directory);
    return directory;
  }

  /** A BERT with all heads' weights random, and an architecture of the caller's choice. */
  static Path bert(Path directory, String architecture) throws IOException {
    Files.createDirectories(directory);
    Files.writeString(directory.resolve("vocab.txt"), String.join("\n", WORDS) + "\n");
    Files.writeString(
        directory.resolve("config.json"),
        """
        {"architectures":["%s"],"model_type":"bert","vocab_size":%d,"hidden_size":%d,
         "num_hidden_layers":%d,"num_attention_heads":2,"intermediate_size":%d,"hidden_act":"gelu",
         "max_position_embeddings":%d,"type_vocab_size":2,"layer_norm_eps":1e-12,"pad_token_id":0,
         "id2label":{"0":"bad","1":"good","2":"so so"}}
        """
            .formatted(architecture, WORDS.size(), D, LAYERS, M, POSITIONS));
    SafetensorsWriter writer = new SafetensorsWriter();
    Random random = new Random(7);
    String at = "bert.embeddings.";
    add(writer, random, at + "word_embeddings.weight", WORDS.size(), D);
    add(writer, random, at + "position_embeddings.weight", POSITIONS, D);
    add(writer, random, at + "token_type_embeddings.weight", 2, D);
    norm(writer, random, at + "LayerNorm");
    for (int layer = 0; layer < LAYERS; layer++) {
      block(writer, random, "bert.encoder.layer." + layer + ".");
    }
    linear(writer, random, "bert.pooler.dense", D, D);
    linear(writer, random, "cls.predictions.transform.dense", D, D);
    norm(writer, random, "cls.predictions.transform.LayerNorm");
    add(writer, random, "cls.predictions.bias", WORDS.size());
    linear(writer, random, "classifier", 3, D);
    linear(writer, random, "qa_outputs", 2, D);
    writer.write(directory.resolve("model.safetensors"));
    return directory;
  }

  private static void block(SafetensorsWriter writer, Random random, String at) {
    for (String name : List.of("query", "key", "value")) {
      linear(writer, random, at + "attention.self." + name, D, D);
    }
    linear(writer, random, at + "attention.output.dense", D, D);
    norm(writer, random, at + "attention.output.LayerNorm");
    linear(writer, random, at + "intermediate.dense", M, D);
    linear(writer, random, at + "output.dense", D, M);
    norm(writer, random, at + "output.LayerNorm");
  }

  private static void linear(
      SafetensorsWriter writer, Random random, String name, int out, int in) {
    add(writer, random, name + ".weight", out, in);
    add(writer, random, name + ".bias", out);
  }

  private static void norm(SafetensorsWriter writer, Random random, String name) {
    add(writer, random, name + ".weight", D);
    add(writer, random, name + ".bias", D);
  }

  private static void add(SafetensorsWriter writer, Random random, String name, long... shape) {
    int size = 1;
    for (long axis : shape) {
      size *= Math.toIntExact(axis);
    }
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) random.nextGaussian() / 2;
    }
    writer.add(name, values, shape);
  }
}
