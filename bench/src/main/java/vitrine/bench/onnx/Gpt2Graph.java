package vitrine.bench.onnx;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import vitrine.bench.onnx.GraphWriter.Attribute;

/** GPT-2 with its language head. */
final class Gpt2Graph {
  private final GraphWriter graph;
  private final WeightFile weights;
  private final Cache cache;
  private final int heads;
  private final int layers;
  private final int width;
  private final float eps;

  /** The residual stream, and what the next LayerNorm adds to it first. */
  private record Stream(String x, String added, String bias) {}

  /** Whether keys and values go in and out. */
  enum Cache {
    NONE,
    PAST_AND_PRESENT
  }

  private Gpt2Graph(WeightFile weights, JsonNode config, Cache cache) {
    this.weights = weights;
    this.graph = new GraphWriter(weights);
    this.cache = cache;
    this.heads = config.path("n_head").asInt();
    this.layers = config.path("n_layer").asInt();
    this.width = config.path("n_embd").asInt();
    this.eps = (float) config.path("layer_norm_epsilon").asDouble();
  }

  /**
   * In: {@code ids} (B,T), {@code positions} (T), {@code rows}, of which logits are wanted, (R);
   * with a cache {@code past_0} and so on, (2,B,H,P,K). Out: first the logits, (B*R,V); with a
   * cache {@code present_0} and so on, (2,B,H,P+T,K).
   */
  static byte[] write(WeightFile weights, JsonNode config, Cache cache) {
    return new Gpt2Graph(weights, config, cache).write();
  }

  private byte[] write() {
    String wte = same("transformer.wte.weight");
    String tokens = graph.op("Gather", List.of(wte, graph.integerInput("ids", "B", "T")));
    String positions =
        graph.op(
            "Gather",
            List.of(same("transformer.wpe.weight"), graph.integerInput("positions", "T")));
    String x = graph.op("Add", List.of(tokens, positions));
    String norm = "transformer.h.0.ln_1";
    String normal =
        graph.op(
            "LayerNormalization",
            List.of(x, same(norm + ".weight"), same(norm + ".bias")),
            new Attribute.Real("epsilon", eps));
    for (int layer = 0; layer < layers; layer++) {
      String h = "transformer.h." + layer + ".";
      List<String> middle = norm(attention(layer, x, normal), h + "ln_2");
      String next =
          layer == layers - 1 ? "transformer.ln_f" : "transformer.h." + (layer + 1) + ".ln_1";
      List<String> after = norm(mlp(h, middle.get(1), middle.get(0)), next);
      normal = after.get(0);
      x = after.get(1);
    }
    head(normal, wte);
    return graph.toBytes();
  }

  private Stream attention(int layer, String x, String normal) {
    String name = "transformer.h." + layer + ".attn.";
    List<String> in =
        new ArrayList<>(List.of(normal, same(name + "c_attn.weight"), same(name + "c_attn.bias")));
    List<String> out = new ArrayList<>(List.of(graph.fresh()));
    if (cache == Cache.PAST_AND_PRESENT) {
      String k = "" + width / heads;
      in.add("");
      in.add(graph.floatInput("past_" + layer, "2", "B", "" + heads, "P", k));
      out.add("present_" + layer);
    }
    String mixed =
        graph
            .contributed(
                "Attention",
                in,
                out,
                new Attribute.Whole("num_heads", heads),
                new Attribute.Whole("unidirectional", 1))
            .getFirst();
    String product = graph.op("MatMul", List.of(mixed, same(name + "c_proj.weight")));
    return new Stream(x, product, same(name + "c_proj.bias"));
  }

  private Stream mlp(String h, String x, String normal) {
    String product = graph.op("MatMul", List.of(normal, same(h + "mlp.c_fc.weight")));
    String neurons =
        graph
            .contributed(
                "FastGelu", List.of(product, same(h + "mlp.c_fc.bias")), List.of(graph.fresh()))
            .getFirst();
    String out = graph.op("MatMul", List.of(neurons, same(h + "mlp.c_proj.weight")));
    return new Stream(x, out, same(h + "mlp.c_proj.bias"));
  }

  /** The normalised stream, and the stream itself with what was added. */
  private List<String> norm(Stream stream, String norm) {
    List<String> outputs =
        graph.contributed(
            "SkipLayerNormalization",
            List.of(
                stream.added(),
                stream.x(),
                same(norm + ".weight"),
                same(norm + ".bias"),
                stream.bias()),
            List.of(graph.fresh(), "", "", graph.fresh()),
            new Attribute.Real("epsilon", eps));
    return List.of(outputs.get(0), outputs.get(3));
  }

  private void head(String hidden, String wte) {
    String rows =
        graph.op(
            "Gather",
            List.of(hidden, graph.integerInput("rows", "R")),
            new Attribute.Whole("axis", 1));
    String flat = graph.op("Reshape", List.of(rows, graph.integers("flat", -1, width)));
    String logits = graph.op("Gemm", List.of(flat, wte), new Attribute.Whole("transB", 1));
    graph.output(logits, "N", "V");
    for (int layer = 0; layer < layers && cache == Cache.PAST_AND_PRESENT; layer++) {
      graph.output("present_" + layer, "2", "B", "" + heads, "A", "" + width / heads);
    }
  }

  private String same(String name) {
    weights.same(name);
    return graph.weight(name);
  }
}
