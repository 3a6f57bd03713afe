package vitrine.tests.golden;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import vitrine.engine.models.ModelFiles;
import vitrine.weights.Checkpoints;
import vitrine.weights.FloatTensor;

/**
 * A two-layer GPT-2 with an induction circuit built from first principles, apart from the bundled
 * one: other sizes, other heads, other codes (each token and position has a coordinate of its own,
 * and its negative beside it, so that the mean is zero), and noise in all heads that do nothing.
 *
 * <pre>
 *   0.2  q reads PREDECESSOR, k POSITION: it looks one back; v reads TOKEN, o writes PREVIOUS
 *   1.0  q reads TOKEN, k PREVIOUS: it looks behind the same token; v reads TOKEN, o writes TOKEN
 * </pre>
 */
final class HandBuiltGpt2 {
  static final int VOCABULARY = 26;
  static final int POSITIONS = 48;
  static final int HEADS = 3;
  static final int PREVIOUS_HEAD = 2;
  static final int INDUCTION_HEAD = 0;

  private static final int TOKEN = 0;
  private static final int PREVIOUS = 2 * VOCABULARY;
  private static final int POSITION = 4 * VOCABULARY;
  private static final int PREDECESSOR = POSITION + 2 * (POSITIONS + 1);
  private static final int D = PREDECESSOR + 2 * (POSITIONS + 1);
  private static final int K = D / HEADS;
  private static final int M = 8;
  private static final double EPSILON = 1e-5;

  /** Standard deviation of the weights of heads that do nothing. */
  private static final double NOISE = 0.005;

  private final Map<String, FloatTensor> tensors = new LinkedHashMap<>();
  private final SplittableRandom random = new SplittableRandom(11);

  private HandBuiltGpt2() {}

  static ModelFiles files() {
    HandBuiltGpt2 model = new HandBuiltGpt2();
    model.embeddings();
    // The stream holds a token, a position and its predecessor: three codes of squared length 2.
    model.norm("h.0.ln_1", scaleOf(3 * 2));
    model.attention(0, PREVIOUS_HEAD, previousToken());
    model.norm("h.0.ln_2", 1);
    model.emptyMlp(0);
    model.norm("h.1.ln_1", scaleOf(4 * 2));
    model.attention(1, INDUCTION_HEAD, induction());
    model.norm("h.1.ln_2", 1);
    model.emptyMlp(1);
    model.norm("ln_f", 0.4);
    String config =
        """
        {"model_type": "gpt2", "architectures": ["GPT2LMHeadModel"], "n_embd": %d, "n_head": %d, "n_inner": %d,
         "n_layer": 2, "n_positions": %d, "vocab_size": %d, "layer_norm_epsilon": %s, "bos_token_id": %d,
         "eos_token_id": %d}
        """
            .formatted(D, HEADS, M, POSITIONS, VOCABULARY, EPSILON, VOCABULARY - 1, VOCABULARY - 1);
    return ModelFiles.of(
        "hand-built", config, Checkpoints.inMemory(model.tensors), Optional.empty());
  }

  private static double scaleOf(double squares) {
    return Math.sqrt(squares / D + EPSILON);
  }

  /**
   * What one head's four matrices connect.
   *
   * @param sharpness the score of a match
   */
  private record Wiring(
      int query, int key, int codes, double sharpness, int value, int output, double gain) {}

  private static Wiring previousToken() {
    return new Wiring(PREDECESSOR, POSITION, POSITIONS + 1, 14, TOKEN, PREVIOUS, 1);
  }

  private static Wiring induction() {
    return new Wiring(TOKEN, PREVIOUS, VOCABULARY, 7, TOKEN, TOKEN, 2);
  }

  private void embeddings() {
    double[] tokens = new double[VOCABULARY * D];
    for (int token = 0; token < VOCABULARY; token++) {
      code(tokens, token, TOKEN, VOCABULARY, token);
    }
    put("wte.weight", tokens, VOCABULARY, D);
    double[] positions = new double[POSITIONS * D];
    for (int t = 0; t < POSITIONS; t++) {
      code(positions, t, POSITION, POSITIONS + 1, t);
      code(positions, t, PREDECESSOR, POSITIONS + 1, t == 0 ? POSITIONS : t - 1);
    }
    put("wpe.weight", positions, POSITIONS, D);
  }

  private static void code(double[] rows, int row, int space, int codes, int which) {
    rows[row * D + space + which] = 1;
    rows[row * D + space + codes + which] = -1;
  }

  /** Noise in all heads of a layer but one, which is wired; the score of its match is sharp. */
  private void attention(int layer, int head, Wiring wiring) {
    double[] in = new double[D * 3 * D];
    double[] out = new double[D * D];
    Arrays.setAll(in, i -> NOISE * random.nextGaussian());
    Arrays.setAll(out, i -> NOISE * random.nextGaussian());
    for (int row = 0; row < D; row++) {
      for (int part = 0; part < 3; part++) {
        Arrays.fill(
            in, row * 3 * D + part * D + head * K, row * 3 * D + part * D + (head + 1) * K, 0);
      }
    }
    Arrays.fill(out, head * K * D, (head + 1) * K * D, 0);
    double factor = Math.sqrt(wiring.sharpness() * Math.sqrt(K));
    for (int i = 0; i < wiring.codes(); i++) {
      in[(wiring.query() + i) * 3 * D + head * K + i] = factor;
      in[(wiring.key() + i) * 3 * D + D + head * K + i] = factor;
    }
    for (int i = 0; i < VOCABULARY; i++) {
      in[(wiring.value() + i) * 3 * D + 2 * D + head * K + i] = 1;
      out[(head * K + i) * D + wiring.output() + i] = wiring.gain();
      out[(head * K + i) * D + wiring.output() + VOCABULARY + i] = -wiring.gain();
    }
    String name = "h." + layer + ".attn.";
    put(name + "c_attn.weight", in, D, 3 * D);
    put(name + "c_attn.bias", new double[3 * D], 3 * D);
    put(name + "c_proj.weight", out, D, D);
    put(name + "c_proj.bias", new double[D], D);
  }

  private void emptyMlp(int layer) {
    String name = "h." + layer + ".mlp.";
    put(name + "c_fc.weight", new double[D * M], D, M);
    put(name + "c_fc.bias", new double[M], M);
    put(name + "c_proj.weight", new double[M * D], M, D);
    put(name + "c_proj.bias", new double[D], D);
  }

  private void norm(String name, double weight) {
    double[] weights = new double[D];
    Arrays.fill(weights, weight);
    put(name + ".weight", weights, D);
    put(name + ".bias", new double[D], D);
  }

  private void put(String name, double[] values, long... shape) {
    float[] floats = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      floats[i] = (float) values[i];
    }
    tensors.put(name, FloatTensor.of(floats, shape));
  }
}
