package vitrine.tests.golden;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import vitrine.engine.models.ModelFiles;
import vitrine.weights.Checkpoints;
import vitrine.weights.FloatTensor;

/**
 * A model of random weights made in memory, of sizes that divide by no lane width and are large
 * enough to be split among threads.
 */
final class RandomModel {
  static final int VOCABULARY = 301;
  static final int POSITIONS = 100;

  private static final int D = 210;
  private static final int HEADS = 5;
  private static final int M = 517;
  private static final int LAYERS = 2;

  private final Map<String, FloatTensor> tensors = new LinkedHashMap<>();
  private final SplittableRandom random = new SplittableRandom(7);

  private RandomModel() {}

  /** A GPT-2 with its language head, whose matrix is the table of tokens. */
  static ModelFiles gpt2() {
    return gpt2(new RandomModel(), true);
  }

  /** One whose head has a matrix of its own. */
  static ModelFiles gpt2Untied() {
    RandomModel model = new RandomModel();
    model.add("lm_head.weight", 1, VOCABULARY, D);
    return gpt2(model, false);
  }

  private static ModelFiles gpt2(RandomModel model, boolean tied) {
    model.add("wte.weight", 1, VOCABULARY, D);
    model.add("wpe.weight", 1, POSITIONS, D);
    for (int n = 0; n < LAYERS; n++) {
      String h = "h." + n + ".";
      model.norm(h + "ln_1", D);
      model.dense(h + "attn.c_attn", D, 3 * D, new long[] {D, 3 * D});
      model.dense(h + "attn.c_proj", D, D, new long[] {D, D});
      model.norm(h + "ln_2", D);
      model.dense(h + "mlp.c_fc", D, M, new long[] {D, M});
      model.dense(h + "mlp.c_proj", M, D, new long[] {M, D});
    }
    model.norm("ln_f", D);
    return model.files(
        """
        {"model_type": "gpt2", "architectures": ["GPT2LMHeadModel"], "n_embd": %d, "n_head": %d, "n_inner": %d,
         "n_layer": %d, "n_positions": %d, "vocab_size": %d, "tie_word_embeddings": %b}
        """
            .formatted(D, HEADS, M, LAYERS, POSITIONS, VOCABULARY, tied));
  }

  /** A BERT with both pre-training heads, the first tied to the table of tokens. */
  static ModelFiles bert() {
    return bert(new RandomModel(), true);
  }

  /** One whose head has a matrix of its own. */
  static ModelFiles bertUntied() {
    RandomModel model = new RandomModel();
    model.add("cls.predictions.decoder.weight", 1, VOCABULARY, D);
    return bert(model, false);
  }

  private static ModelFiles bert(RandomModel model, boolean tied) {
    model.add("embeddings.word_embeddings.weight", 1, VOCABULARY, D);
    model.add("embeddings.position_embeddings.weight", 1, POSITIONS, D);
    model.add("embeddings.token_type_embeddings.weight", 1, 2, D);
    model.norm("embeddings.LayerNorm", D);
    for (int n = 0; n < LAYERS; n++) {
      String h = "encoder.layer." + n + ".";
      for (String part : new String[] {"query", "key", "value"}) {
        model.linear(h + "attention.self." + part, D, D);
      }
      model.linear(h + "attention.output.dense", D, D);
      model.norm(h + "attention.output.LayerNorm", D);
      model.linear(h + "intermediate.dense", D, M);
      model.linear(h + "output.dense", M, D);
      model.norm(h + "output.LayerNorm", D);
    }
    model.linear("pooler.dense", D, D);
    model.linear("cls.predictions.transform.dense", D, D);
    model.norm("cls.predictions.transform.LayerNorm", D);
    model.add("cls.predictions.bias", 0.2, VOCABULARY);
    model.linear("cls.seq_relationship", D, 2);
    return model.files(
        """
        {"model_type": "bert", "architectures": ["BertForPreTraining"], "hidden_size": %d, "num_attention_heads": %d,
         "intermediate_size": %d, "num_hidden_layers": %d, "max_position_embeddings": %d, "vocab_size": %d,
         "tie_word_embeddings": %b}
        """
            .formatted(D, HEADS, M, LAYERS, POSITIONS, VOCABULARY, tied));
  }

  private ModelFiles files(String config) {
    return ModelFiles.of("random", config, Checkpoints.inMemory(tensors), Optional.empty());
  }

  private void linear(String name, int in, int out) {
    dense(name, in, out, new long[] {out, in});
  }

  private void dense(String name, int in, int out, long[] shape) {
    add(name + ".weight", 1.2 / Math.sqrt(in), shape);
    add(name + ".bias", 0.2, out);
  }

  private void norm(String name, int width) {
    add(name + ".weight", 1, width);
    add(name + ".bias", 0.1, width);
  }

  /** Uniform numbers of that standard deviation. */
  private void add(String name, double deviation, long... shape) {
    int size = 1;
    for (long length : shape) {
      size *= Math.toIntExact(length);
    }
    double widest = deviation * Math.sqrt(3);
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) random.nextDouble(-widest, widest);
    }
    tensors.put(name, FloatTensor.of(values, shape));
  }
}
