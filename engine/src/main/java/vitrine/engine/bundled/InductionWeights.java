package vitrine.engine.bundled;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import vitrine.weights.FloatTensor;

/**
 * The weights of the bundled model, one method a component. Read {@code docs/induction-model.md}
 * beside it: it derives the numbers.
 *
 * <p>Notation: x[S] are the coordinates of the residual stream x in {@link Subspace} S; c(v) is the
 * code word of token v, p(t) that of position t; |c|^2 = 62. A weight matrix is stored as GPT-2
 * stores it, [in, out], so y = x W + b.
 */
final class InductionWeights {
  static final int POSITIONS = 128;
  static final int HEADS = 4;
  static final int HEAD_SIZE = Subspace.TOTAL / HEADS;
  static final int NEURONS = 64;
  static final double EPSILON = 1e-5;

  private static final int D = Subspace.TOTAL;
  private static final long TOKEN_CODES = 1L << 40;
  private static final long POSITION_CODES = 2L << 40;

  /** Where q, k and v start in the columns of c_attn. */
  private static final int QUERY = 0;

  private static final int KEY = D;
  private static final int VALUE = 2 * D;

  /**
   * The head coordinate behind the 62 that compare codes: it adds what a key is worth whatever the
   * query.
   */
  private static final int PRIORITY = Codes.LENGTH;

  private final Map<String, FloatTensor> tensors = new LinkedHashMap<>();

  private InductionWeights() {}

  /**
   * All tensors under their Hugging Face names. There is no {@code lm_head.weight}: the output
   * matrix is the token embedding.
   *
   * @param vocabulary the number of tokens, V
   */
  static Map<String, FloatTensor> build(int vocabulary) {
    InductionWeights weights = new InductionWeights();
    weights.tokenEmbedding(vocabulary);
    weights.positionEmbedding();
    weights.layerNorm("transformer.h.0.ln_1", scaleOf(192));
    weights.previousTokenHead();
    weights.layerNorm("transformer.h.0.ln_2", scaleOf(254));
    weights.startNeuron();
    weights.layerNorm("transformer.h.1.ln_1", scaleOf(254));
    weights.inductionHead();
    weights.layerNorm("transformer.h.1.ln_2", scaleOf(254));
    weights.emptyMlp();
    weights.layerNorm("transformer.ln_f", 1 / 8.0);
    return weights.tensors;
  }

  /**
   * wte (V,256): x[TOKEN] = c(token). As the output matrix it asks: how much of c(v) is in
   * x[TOKEN]?
   */
  private void tokenEmbedding(int vocabulary) {
    Matrix wte = new Matrix(vocabulary, D);
    long[] codes = Codes.list(TOKEN_CODES, vocabulary);
    for (int token = 0; token < vocabulary; token++) {
      wte.write(token, Subspace.TOKEN, codes[token]);
    }
    put("transformer.wte.weight", wte);
  }

  /**
   * wpe (128,256): x[POSITION] = p(t), x[PREDECESSOR] = p(t-1), and the clock and start
   * coordinates.
   */
  private void positionEmbedding() {
    Matrix wpe = new Matrix(POSITIONS, D);
    long[] codes = Codes.list(POSITION_CODES, POSITIONS + 1);
    for (int t = 0; t < POSITIONS; t++) {
      wpe.write(t, Subspace.PREDECESSOR, codes[t]); // of position 0: a code that no position has
      wpe.write(t, Subspace.POSITION, codes[t + 1]);
      double time = (t - POSITIONS / 2) / (POSITIONS / 2.0);
      double rest = Math.sqrt(1 - time * time);
      wpe.write(t, Subspace.CLOCK, time, rest, -time, -rest);
      double start = t == 0 ? 1 : -1;
      wpe.write(t, Subspace.START, start, -start, start, -start);
    }
    put("transformer.wpe.weight", wpe);
  }

  /**
   * A LayerNorm whose weight is the same in all coordinates and whose bias is zero. With the weight
   * {@link #scaleOf} it changes nothing where the stream has the expected norm, for its mean is
   * always zero.
   */
  private void layerNorm(String name, double weight) {
    float[] weights = new float[D];
    Arrays.fill(weights, (float) weight);
    tensors.put(name + ".weight", FloatTensor.of(weights, D));
    tensors.put(name + ".bias", FloatTensor.of(new float[D], D));
  }

  /** What LayerNorm divides by when the stream has mean zero and this squared norm. */
  private static double scaleOf(double squaredNorm) {
    return Math.sqrt(squaredNorm / D + EPSILON);
  }

  /**
   * The previous-token head, 0.1: q = 2 x[PREDECESSOR], k = 2 x[POSITION], so the score
   *
   * <pre>
   *   q(t) . k(s) / sqrt(64) = &lt;p(t-1), p(s)&gt; / 2
   * </pre>
   *
   * is 31 where s = t-1 and at most 11 elsewhere. v = x[TOKEN], and the output goes to PREVIOUS
   * unchanged: x[PREVIOUS] = c(token before).
   */
  private void previousTokenHead() {
    Matrix attention = new Matrix(D, 3 * D);
    int head = InductionModel.PREVIOUS_TOKEN_HEAD * HEAD_SIZE;
    attention.connect(Subspace.PREDECESSOR, QUERY + head, 2);
    attention.connect(Subspace.POSITION, KEY + head, 2);
    attention.connect(Subspace.TOKEN, VALUE + head, 1);
    Matrix output = new Matrix(D, D);
    output.connect(head, Subspace.PREVIOUS, 1);
    putAttention(InductionModel.PREVIOUS_TOKEN_LAYER, attention, new float[3 * D], output);
  }

  /**
   * The start neuron, 3 of layer 0: at position 0, and only there, it adds 512 (1,-1,1,-1) to
   * x[START].
   *
   * <p>Its input is 4 &lt;(1,-1,1,-1), x[START]&gt; = +16 at position 0 and -16 elsewhere, where
   * gelu is 16 and 0. The next LayerNorm divides position 0 by a scale 64 times as large as
   * elsewhere: what is left of it is the START coordinates. So position 0 becomes a place where a
   * head can rest, reading next to nothing. Trained models grow the same thing (Xiao et al. 2023,
   * attention sinks; Sun et al. 2024, massive activations).
   */
  private void startNeuron() {
    Matrix in = new Matrix(D, NEURONS);
    Matrix out = new Matrix(NEURONS, D);
    for (int i = 0; i < Subspace.START.length; i++) {
      int sign = i % 2 == 0 ? 1 : -1;
      in.set(Subspace.START.offset + i, InductionModel.START_NEURON, 4 * sign);
      out.set(InductionModel.START_NEURON, Subspace.START.offset + i, 32 * sign);
    }
    putMlp(InductionModel.START_LAYER, in, out);
  }

  /**
   * The induction head, 1.2: q = 8 x[TOKEN], k = 8 x[PREVIOUS], and one coordinate for the key's
   * priority, so the score is
   *
   * <pre>
   *   8 &lt;c(token at t), c(token before s)&gt;   496 where they are equal, at most 176 elsewhere
   *   + 96 l(s)                               1.5 for each position that s is later
   *   + 9.5 &lt;(1,-1,1,-1), x(s)[START]&gt;        341 more at position 0 than elsewhere
   * </pre>
   *
   * A match beats the rest at position 0, which beats all that does not match; of several matches
   * the latest wins. v = x[TOKEN], and the output adds 8 c(token at s) to x[TOKEN].
   */
  private void inductionHead() {
    Matrix attention = new Matrix(D, 3 * D);
    float[] bias = new float[3 * D];
    int head = InductionModel.INDUCTION_HEAD * HEAD_SIZE;
    attention.connect(Subspace.TOKEN, QUERY + head, 8);
    attention.connect(Subspace.PREVIOUS, KEY + head, 8);
    bias[QUERY + head + PRIORITY] = 16;
    attention.set(Subspace.CLOCK.offset, KEY + head + PRIORITY, 24);
    attention.set(Subspace.CLOCK.offset + 2, KEY + head + PRIORITY, -24);
    for (int i = 0; i < Subspace.START.length; i++) {
      double sign = i % 2 == 0 ? 1 : -1;
      attention.set(Subspace.START.offset + i, KEY + head + PRIORITY, 4.75 * sign);
    }
    attention.connect(Subspace.TOKEN, VALUE + head, 1);
    Matrix output = new Matrix(D, D);
    output.connect(head, Subspace.TOKEN, 8);
    putAttention(InductionModel.INDUCTION_LAYER, attention, bias, output);
  }

  /** Layer 1 needs no neurons. */
  private void emptyMlp() {
    putMlp(1, new Matrix(D, NEURONS), new Matrix(NEURONS, D));
  }

  private void putAttention(int layer, Matrix attention, float[] bias, Matrix output) {
    String name = "transformer.h." + layer + ".attn.";
    put(name + "c_attn.weight", attention);
    tensors.put(name + "c_attn.bias", FloatTensor.of(bias, 3 * D));
    put(name + "c_proj.weight", output);
    tensors.put(name + "c_proj.bias", FloatTensor.of(new float[D], D));
  }

  private void putMlp(int layer, Matrix in, Matrix out) {
    String name = "transformer.h." + layer + ".mlp.";
    put(name + "c_fc.weight", in);
    tensors.put(name + "c_fc.bias", FloatTensor.of(new float[NEURONS], NEURONS));
    put(name + "c_proj.weight", out);
    tensors.put(name + "c_proj.bias", FloatTensor.of(new float[D], D));
  }

  private void put(String name, Matrix matrix) {
    tensors.put(name, matrix.toTensor());
  }
}
