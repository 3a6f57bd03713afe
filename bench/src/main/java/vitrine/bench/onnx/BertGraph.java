package vitrine.bench.onnx;

import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import vitrine.bench.onnx.GraphWriter.Attribute;

/** BERT without a head, with its pooler. */
final class BertGraph {
  private final GraphWriter graph;
  private final WeightFile weights;
  private final long heads;
  private final int layers;
  private final String width;
  private final float eps;

  private BertGraph(WeightFile weights, JsonNode config) {
    this.weights = weights;
    this.graph = new GraphWriter(weights);
    this.heads = config.path("num_attention_heads").asInt();
    this.layers = config.path("num_hidden_layers").asInt();
    this.width = config.path("hidden_size").asString();
    this.eps = (float) config.path("layer_norm_eps").asDouble();
  }

  /**
   * In: {@code ids}, {@code types}, (B,T), {@code positions} (T). Out: {@code hidden}, (B,T,D), and
   * the pooler's, (B,D).
   */
  static byte[] write(WeightFile weights, JsonNode config) {
    return new BertGraph(weights, config).write();
  }

  private byte[] write() {
    String embeddings = "bert.embeddings.";
    String x =
        graph.op(
            "Add",
            List.of(
                graph.op(
                    "Add",
                    List.of(
                        table(embeddings + "word_embeddings", graph.integerInput("ids", "B", "T")),
                        table(
                            embeddings + "token_type_embeddings",
                            graph.integerInput("types", "B", "T")))),
                table(embeddings + "position_embeddings", graph.integerInput("positions", "T"))));
    String norm = embeddings + "LayerNorm";
    x =
        graph.op(
            "LayerNormalization",
            List.of(x, same(norm + ".weight"), same(norm + ".bias")),
            new Attribute.Real("epsilon", eps));
    for (int layer = 0; layer < layers; layer++) {
      String out = layer == layers - 1 ? "hidden" : graph.fresh();
      x = block("bert.encoder.layer." + layer + ".", x, out);
    }
    graph.output("hidden", "B", "T", width);
    pooler();
    return graph.toBytes();
  }

  private void pooler() {
    String first =
        graph.op(
            "Gather", List.of("hidden", graph.integers("zero", 0)), new Attribute.Whole("axis", 1));
    String rows = graph.op("Squeeze", List.of(first, graph.integers("one", 1)));
    String dense =
        graph.op(
            "Gemm",
            List.of(rows, turned("bert.pooler.dense.weight"), same("bert.pooler.dense.bias")));
    graph.output(graph.op("Tanh", List.of(dense)), "B", width);
  }

  private String block(String name, String x, String out) {
    List<String> parts =
        Stream.of("query", "key", "value").map(p -> name + "attention.self." + p).toList();
    String qkv = name + "attention.self.qkv";
    weights.joined(qkv + ".weight", parts.stream().map(part -> part + ".weight").toList());
    weights.appended(qkv + ".bias", parts.stream().map(part -> part + ".bias").toList());
    String mixed =
        graph
            .contributed(
                "Attention",
                List.of(x, graph.weight(qkv + ".weight"), graph.weight(qkv + ".bias")),
                List.of(graph.fresh()),
                new Attribute.Whole("num_heads", heads))
            .getFirst();
    String dense = name + "attention.output.dense";
    String middle =
        skipNorm(
            product(mixed, dense), x, name + "attention.output.LayerNorm", dense, graph.fresh());
    String neurons =
        graph
            .contributed(
                "BiasGelu",
                List.of(
                    product(middle, name + "intermediate.dense"),
                    same(name + "intermediate.dense.bias")),
                List.of(graph.fresh()))
            .getFirst();
    return skipNorm(
        product(neurons, name + "output.dense"),
        middle,
        name + "output.LayerNorm",
        name + "output.dense",
        out);
  }

  private String skipNorm(String x, String skip, String norm, String linear, String out) {
    return graph
        .contributed(
            "SkipLayerNormalization",
            List.of(x, skip, same(norm + ".weight"), same(norm + ".bias"), same(linear + ".bias")),
            List.of(out),
            new Attribute.Real("epsilon", eps))
        .getFirst();
  }

  private String product(String x, String linear) {
    return graph.op("MatMul", List.of(x, turned(linear + ".weight")));
  }

  private String table(String name, String ids) {
    return graph.op("Gather", List.of(same(name + ".weight"), ids));
  }

  private String same(String name) {
    weights.same(name);
    return graph.weight(name);
  }

  private String turned(String name) {
    weights.turned(name);
    return graph.weight(name);
  }
}
