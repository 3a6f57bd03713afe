package vitrine.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import tools.jackson.databind.json.JsonMapper;
import vitrine.weights.AtomicFile;
import vitrine.weights.SafetensorsWriter;

/**
 * Directories in Hugging Face's layout with random weights of full size: what a forward pass costs
 * does not depend on what the weights are. The same numbers every time.
 */
public final class RandomModels {
  public static final int D = 768;
  public static final int M = 3072;
  public static final int LAYERS = 12;
  public static final int HEADS = 12;

  /** What both families' papers draw weights with. */
  private static final double DEVIATION = 0.02;

  private static final JsonMapper JSON = new JsonMapper();

  private final SafetensorsWriter writer = new SafetensorsWriter().metadata("format", "pt");

  private RandomModels() {}

  /** GPT-2 of 124M parameters, with a tokenizer; made unless it is there. */
  public static Path gpt2(Path work) {
    Path directory = work.resolve("gpt2-124m");
    if (!isMade(directory)) {
      RandomModels model = new RandomModels();
      model.gpt2Weights();
      Gpt2Vocabulary.write(directory);
      model.write(
          directory,
          Map.ofEntries(
              Map.entry("model_type", "gpt2"),
              Map.entry("architectures", new String[] {"GPT2LMHeadModel"}),
              Map.entry("vocab_size", Gpt2Vocabulary.SIZE),
              Map.entry("n_positions", 1024),
              Map.entry("n_embd", D),
              Map.entry("n_layer", LAYERS),
              Map.entry("n_head", HEADS),
              Map.entry("activation_function", "gelu_new"),
              Map.entry("layer_norm_epsilon", 1e-5),
              Map.entry("embd_pdrop", 0.0),
              Map.entry("attn_pdrop", 0.0),
              Map.entry("resid_pdrop", 0.0),
              Map.entry("bos_token_id", Gpt2Vocabulary.END),
              Map.entry("eos_token_id", Gpt2Vocabulary.END),
              Map.entry("dtype", "float32")));
    }
    return directory;
  }

  /** BERT-base with pooler and masked-language-model head; made unless it is there. */
  public static Path bert(Path work) {
    Path directory = work.resolve("bert-base");
    if (!isMade(directory)) {
      RandomModels model = new RandomModels();
      model.bertWeights();
      model.write(
          directory,
          Map.ofEntries(
              Map.entry("model_type", "bert"),
              Map.entry("architectures", new String[] {"BertForMaskedLM"}),
              Map.entry("vocab_size", 30522),
              Map.entry("max_position_embeddings", 512),
              Map.entry("type_vocab_size", 2),
              Map.entry("hidden_size", D),
              Map.entry("intermediate_size", M),
              Map.entry("num_hidden_layers", LAYERS),
              Map.entry("num_attention_heads", HEADS),
              Map.entry("hidden_act", "gelu"),
              Map.entry("layer_norm_eps", 1e-12),
              Map.entry("hidden_dropout_prob", 0.0),
              Map.entry("attention_probs_dropout_prob", 0.0),
              Map.entry("pad_token_id", 0),
              Map.entry("dtype", "float32")));
    }
    return directory;
  }

  /** The config is written last. */
  private static boolean isMade(Path directory) {
    return Files.exists(directory.resolve("config.json"));
  }

  private void write(Path directory, Map<String, Object> config) {
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    writer.write(directory.resolve("model.safetensors"));
    AtomicFile.write(
        directory.resolve("config.json"),
        JSON.writerWithDefaultPrettyPrinter()
            .writeValueAsString(new TreeMap<>(config))
            .getBytes(StandardCharsets.UTF_8));
  }

  private void gpt2Weights() {
    matrix("transformer.wte.weight", Gpt2Vocabulary.SIZE, D);
    matrix("transformer.wpe.weight", 1024, D);
    for (int layer = 0; layer < LAYERS; layer++) {
      String h = "transformer.h." + layer + ".";
      norm(h + "ln_1");
      linear(h + "attn.c_attn", D, 3 * D, 3 * D);
      linear(h + "attn.c_proj", D, D, D);
      norm(h + "ln_2");
      linear(h + "mlp.c_fc", D, M, M);
      linear(h + "mlp.c_proj", M, D, D);
    }
    norm("transformer.ln_f");
  }

  private void bertWeights() {
    matrix("bert.embeddings.word_embeddings.weight", 30522, D);
    matrix("bert.embeddings.position_embeddings.weight", 512, D);
    matrix("bert.embeddings.token_type_embeddings.weight", 2, D);
    norm("bert.embeddings.LayerNorm");
    for (int layer = 0; layer < LAYERS; layer++) {
      String block = "bert.encoder.layer." + layer + ".";
      for (String name : new String[] {"self.query", "self.key", "self.value", "output.dense"}) {
        linear(block + "attention." + name, D, D, D);
      }
      norm(block + "attention.output.LayerNorm");
      linear(block + "intermediate.dense", M, D, M);
      linear(block + "output.dense", D, M, D);
      norm(block + "output.LayerNorm");
    }
    linear("bert.pooler.dense", D, D, D);
    linear("cls.predictions.transform.dense", D, D, D);
    norm("cls.predictions.transform.LayerNorm");
    vector("cls.predictions.bias", 30522, 0);
  }

  private void linear(String name, int rows, int columns, int bias) {
    matrix(name + ".weight", rows, columns);
    vector(name + ".bias", bias, 0);
  }

  private void norm(String name) {
    vector(name + ".weight", D, 1);
    vector(name + ".bias", D, 0);
  }

  private void matrix(String name, int rows, int columns) {
    writer.add(name, () -> normal(name, rows * columns, 0), rows, columns);
  }

  private void vector(String name, int length, double mean) {
    writer.add(name, () -> normal(name, length, mean), length);
  }

  private static float[] normal(String name, int count, double mean) {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(name.hashCode());
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian(mean, DEVIATION);
    }
    return values;
  }
}
