package vitrine.tests.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import vitrine.engine.generation.Generator;
import vitrine.engine.generation.Sampling;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Inputs;
import vitrine.engine.hooks.Plan;
import vitrine.engine.hooks.Site;
import vitrine.engine.hooks.Trace;
import vitrine.engine.models.ModelFiles;
import vitrine.kernels.Shape;
import vitrine.weights.Checkpoints;
import vitrine.weights.FloatTensor;

/**
 * A real, trained model with intermediates that someone else's implementation left behind: minGPT's
 * gpt-nano, which sorts six digits of 0 to 2. Three layers, three heads of 16, tanh GELU.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class NanoSortTest {
  private static final String CONFIG =
      """
      {"model_type": "gpt2", "architectures": ["GPT2LMHeadModel"], "n_layer": 3, "n_head": 3, "n_embd": 48,
       "vocab_size": 3, "n_positions": 11, "activation_function": "gelu_new", "layer_norm_epsilon": 1e-5,
       "tie_word_embeddings": false}
      """;

  private static final int DIGITS = 6;

  private Map<String, FloatTensor> model = Map.of();
  private Map<String, FloatTensor> partials = Map.of();

  @BeforeAll
  void read() throws IOException {
    Path folder = OutsideData.folder("VITRINE_DATA").resolve("gpt-nano-sort");
    model = tensors(folder.resolve("gpt-nano-sort-model.json"));
    partials = tensors(folder.resolve("gpt-nano-sort-t0-partials.json"));
  }

  @Test
  void should_match_every_intermediate_when_given_the_stored_inputs() {
    Map<String, Site> sites = new LinkedHashMap<>();
    sites.put("tok_emb", Site.embed());
    sites.put("x", Site.embedOut());
    sites.put("attSm", Site.pattern(0));
    sites.put("yProj", Site.attnOut(0));
    sites.put("attnResid", Site.residMid(0));
    sites.put("fc", Site.mlpPre(0));
    sites.put("gelu", Site.mlpPost(0));
    sites.put("mlp", Site.mlpOut(0));
    sites.put("mlpResid", Site.residPost(0));
    sites.put("block0", Site.residPost(0));
    sites.put("block1", Site.residPost(1));
    sites.put("block2", Site.residPost(2));
    sites.put("lm_head", Site.logits());
    // Their q, k, v are (B,H,T,K); ours, and y, which is z with its heads side by side, are
    // (B,T,H,K).
    sites.put("q", Site.q(0));
    sites.put("k", Site.k(0));
    sites.put("v", Site.v(0));
    sites.put("y", Site.z(0));
    // Theirs are before the softmax but scaled and masked, with minus infinity; ours too.
    sites.put("att", Site.scores(0));
    Tally tally = new Tally();
    try (Engine engine = open("simd");
        Trace trace =
            engine
                .model()
                .run(Plan.empty().read(sites.values().toArray(Site[]::new)), storedInputs())) {
      sites.forEach((name, site) -> {
        float[] expected = named(partials, name).values();
        float[] actual = trace.value(site).toArray();
        if (List.of("q", "k", "v").contains(name)) {
          actual = headsFirst(trace.value(site).shape(), actual);
        }
        tally.compare(Tally.Kind.STRICT, "nano-sort: " + name, widen(expected), actual);
      });
    }
    System.out.println(
        "nano-sort: "
            + sites.size()
            + " intermediates, "
            + tally.compared()
            + " numbers: "
            + tally);
    assertEquals(18, sites.size());
  }

  @Test
  void should_match_the_outputs_of_normalisations_when_scaled_and_shifted() {
    // ln1, ln2 and ln_f are stored after weight and bias, which no site shows; the weights are at
    // hand.
    Map<String, Site> sites =
        Map.of(
            "ln1",
            Site.ln1Normalized(0),
            "ln2",
            Site.ln2Normalized(0),
            "ln_f",
            Site.lnFinalNormalized());
    Map<String, String> parameters = Map.of("ln1", "h.0.ln_1", "ln2", "h.0.ln_2", "ln_f", "ln_f");
    Tally tally = new Tally();
    try (Engine engine = open("simd");
        Trace trace =
            engine
                .model()
                .run(Plan.empty().read(sites.values().toArray(Site[]::new)), storedInputs())) {
      sites.forEach((name, site) -> {
        float[] actual = trace.value(site).toArray();
        String parameter = "transformer." + parameters.get(name);
        float[] weight = named(model, parameter + ".weight").values();
        float[] bias = named(model, parameter + ".bias").values();
        for (int i = 0; i < actual.length; i++) {
          actual[i] = actual[i] * weight[i % weight.length] + bias[i % bias.length];
        }
        tally.compare(Tally.Kind.STRICT, name, widen(named(partials, name).values()), actual);
      });
    }
    System.out.println("nano-sort: normalisations: " + tally);
  }

  @Test
  void should_sort_when_given_each_of_the_729_inputs() {
    int sorted = 0;
    try (Engine engine = open("simd")) {
      for (int code = 0; code < 729; code++) {
        int[] digits = new int[DIGITS];
        for (int i = 0, rest = code; i < DIGITS; i++, rest /= 3) {
          digits[i] = rest % 3;
        }
        Generator.Result result =
            Generator.generate(
                engine.model(), digits, DIGITS, Sampling.greedy(), Set.of(), id -> {});
        List<Integer> expected = new ArrayList<>(Arrays.stream(digits).sorted().boxed().toList());
        assertEquals(expected, result.ids(), () -> "sorting " + Arrays.toString(digits));
        sorted++;
      }
    }
    assertEquals(729, sorted);
  }

  private Inputs storedInputs() {
    FloatTensor idx = named(partials, "idx");
    int length = Math.toIntExact(idx.shape().get(1));
    List<Example> examples = new ArrayList<>();
    for (int b = 0; b < idx.shape().get(0); b++) {
      int row = b * length;
      examples.add(
          Example.of(IntStream.range(row, row + length).map(i -> (int) idx.values()[i]).toArray()));
    }
    return Inputs.batch(examples);
  }

  private Engine open(String backend) {
    Map<String, FloatTensor> converted = new LinkedHashMap<>();
    model.forEach((name, tensor) -> {
      boolean linear =
          name.matches(".*\\.(c_attn|c_proj|c_fc)\\.weight"); // minGPT stores [out, in]
      converted.put(name, linear ? transposed(tensor) : tensor);
    });
    return Engine.open(
        ModelFiles.of("gpt-nano-sort", CONFIG, Checkpoints.inMemory(converted), Optional.empty()),
        backend,
        2);
  }

  private static FloatTensor transposed(FloatTensor tensor) {
    int rows = Math.toIntExact(tensor.shape().get(0));
    int columns = Math.toIntExact(tensor.shape().get(1));
    float[] values = new float[rows * columns];
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        values[c * rows + r] = tensor.values()[r * columns + c];
      }
    }
    return FloatTensor.of(values, columns, rows);
  }

  /** (B,T,H,K) to (B,H,T,K). */
  private static float[] headsFirst(Shape shape, float[] x) {
    int batch = shape.dim(0);
    int length = shape.dim(1);
    int heads = shape.dim(2);
    int width = shape.dim(3);
    float[] y = new float[x.length];
    for (int b = 0; b < batch; b++) {
      for (int t = 0; t < length; t++) {
        for (int h = 0; h < heads; h++) {
          System.arraycopy(
              x,
              ((b * length + t) * heads + h) * width,
              y,
              ((b * heads + h) * length + t) * width,
              width);
        }
      }
    }
    return y;
  }

  private static FloatTensor named(Map<String, FloatTensor> tensors, String name) {
    return Objects.requireNonNull(tensors.get(name), name);
  }

  private static double[] widen(float[] values) {
    double[] wide = new double[values.length];
    Arrays.setAll(wide, i -> values[i]);
    return wide;
  }

  /** Every entry of the form {shape, dtype, data}: little-endian float32 in base 64. */
  private static Map<String, FloatTensor> tensors(Path file) throws IOException {
    Map<String, FloatTensor> tensors = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry :
        JsonMapper.shared().readTree(Files.readString(file)).properties()) {
      if (!entry.getValue().has("data")) {
        continue;
      }
      long[] shape =
          entry.getValue().get("shape").valueStream().mapToLong(JsonNode::longValue).toArray();
      byte[] bytes = Base64.getDecoder().decode(entry.getValue().get("data").stringValue());
      float[] values = new float[bytes.length / Float.BYTES];
      ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
      tensors.put(entry.getKey(), FloatTensor.of(values, shape));
    }
    return tensors;
  }
}
