package vitrine.engine.families;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import vitrine.engine.models.ModelFiles;
import vitrine.weights.Checkpoints;
import vitrine.weights.FloatTensor;

/** A GPT-2 of two layers with seeded random weights, whose parts a test can take away or spoil. */
public final class TinyGpt2 {
  private final Map<String, FloatTensor> tensors = new LinkedHashMap<>();
  private final Map<String, String> config = new LinkedHashMap<>();
  private final SplittableRandom random = new SplittableRandom(7);

  public TinyGpt2() {
    config.put("model_type", "\"gpt2\"");
    config.put("architectures", "[\"GPT2LMHeadModel\"]");
    config.put("n_embd", "8");
    config.put("n_head", "2");
    config.put("n_layer", "2");
    config.put("n_positions", "16");
    config.put("vocab_size", "11");
    add("transformer.wte.weight", 11, 8);
    add("transformer.wpe.weight", 16, 8);
    for (int layer = 0; layer < 2; layer++) {
      String h = "transformer.h." + layer + ".";
      norm(h + "ln_1");
      linear(h + "attn.c_attn", 8, 24);
      linear(h + "attn.c_proj", 8, 8);
      norm(h + "ln_2");
      linear(h + "mlp.c_fc", 8, 32);
      linear(h + "mlp.c_proj", 32, 8);
    }
    norm("transformer.ln_f");
  }

  private void norm(String name) {
    add(name + ".weight", 8);
    add(name + ".bias", 8);
  }

  private void linear(String name, int in, int out) {
    add(name + ".weight", in, out);
    add(name + ".bias", out);
  }

  /** Adds a tensor of random numbers, or puts one in the place of what is there. */
  public TinyGpt2 add(String name, long... shape) {
    int size = 1;
    for (long axis : shape) {
      size *= (int) axis;
    }
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) (random.nextDouble() - 0.5);
    }
    tensors.put(name, FloatTensor.of(values, shape));
    return this;
  }

  public TinyGpt2 without(String name) {
    tensors.remove(name);
    return this;
  }

  /** Sets a config key to a piece of JSON. */
  public TinyGpt2 config(String key, String json) {
    config.put(key, json);
    return this;
  }

  /** Writes one number into a tensor. */
  public TinyGpt2 spoil(String name, int element, float value) {
    Objects.requireNonNull(tensors.get(name)).values()[element] = value;
    return this;
  }

  public ModelFiles files() {
    StringBuilder json = new StringBuilder("{");
    config.forEach((key, value) ->
        json.append(json.length() > 1 ? "," : "")
            .append('"')
            .append(key)
            .append("\":")
            .append(value));
    return ModelFiles.of(
        "tiny", json.append('}').toString(), Checkpoints.inMemory(tensors), Optional.empty());
  }
}
