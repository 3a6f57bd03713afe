package vitrine.interp.probe.structure;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import vitrine.interp.Provenance;
import vitrine.interp.Result;
import vitrine.interp.io.Json;
import vitrine.interp.io.NumberArray;
import vitrine.interp.pictures.Caption;
import vitrine.interp.pictures.Lines;
import vitrine.interp.pictures.Picture;
import vitrine.interp.pictures.Quantity;
import vitrine.interp.pictures.Table;
import vitrine.interp.stats.Interval;

/**
 * Structural probes of all layers of a model.
 *
 * @param about what was asked
 * @param layers of the model
 * @param random of a model with the same config and random weights; null without
 */
public record StructureResult(
    Provenance provenance, About about, Structure.Layers layers, Structure.@Nullable Layers random)
    implements Result {
  /**
   * What was asked.
   *
   * @param test the trees that scores are of
   * @param trained how many trees probes were fitted to
   * @param dropped how many trees were left out
   */
  public record About(Structure.Spec spec, List<Tree> test, int trained, int dropped) {}

  private static final String RANDOM = "random weights";

  @Override
  public String name() {
    return "probe";
  }

  @Override
  public String title() {
    return "Syntax trees in the layers of " + provenance.model();
  }

  private TreeScores chain() {
    return TreeScores.ofChain(about.test(), about.spec().seed());
  }

  @Override
  public List<Picture> pictures() {
    return List.of(
        picture(
            "Edges of trees by layer",
            "Each point is the share of undirected edges that predicted distances rebuild; bands are 95% intervals.",
            "UUAS",
            layer -> layer.distances().trees(),
            chain().trees().estimate()),
        picture(
            "Distances in trees by layer",
            "Each point is the rank correlation of predicted distances with those in the tree.",
            "Spearman",
            layer -> bare(layer.distances().spearman()),
            chain().spearman()),
        picture(
            "Roots of trees by layer",
            "Each point is the share of sentences whose root has the least predicted depth; bands are 95% intervals.",
            "roots found",
            layer -> layer.depths().trees(),
            Double.NaN),
        picture(
            "Depths in trees by layer",
            "Each point is the rank correlation of predicted depths with those in the tree.",
            "Spearman",
            layer -> bare(layer.depths().spearman()),
            Double.NaN));
  }

  private static Interval bare(double value) {
    return new Interval(value, Double.NaN, Double.NaN, Interval.USUAL_LEVEL, 0);
  }

  private Lines picture(
      String title,
      String reading,
      String quantity,
      Function<Structure.Layer, Interval> value,
      double chain) {
    List<Lines.Series> series = new ArrayList<>();
    series.add(series("probe", layers, value));
    if (random != null) {
      series.add(series("probe, random weights", random, value));
    }
    if (!Double.isNaN(chain)) {
      series.add(
          new Lines.Series(
              "each word on the one before",
              List.of(
                  Lines.Point.of(0, chain), Lines.Point.of(layers.layers().size() - 1, chain))));
    }
    Caption caption =
        Caption.of(title, reading)
            .note(
                "Layers from the left: "
                    + String.join(
                        ", ", layers.layers().stream().map(Structure.Layer::name).toList())
                    + ".");
    if (about.dropped() > 0) {
      caption =
          caption.note(
              "%d sentences have a word without a token; they were left out."
                  .formatted(about.dropped()));
    }
    return new Lines(caption, Quantity.of("layer"), Quantity.of(quantity), series);
  }

  private static Lines.Series series(
      String name, Structure.Layers of, Function<Structure.Layer, Interval> value) {
    List<Lines.Point> points = new ArrayList<>();
    for (int i = 0; i < of.layers().size(); i++) {
      points.add(Lines.Point.of(i, value.apply(of.layers().get(i))));
    }
    return new Lines.Series(name, points);
  }

  /** A row a layer. */
  @Override
  public Table table() {
    List<List<Table.Cell>> rows = new ArrayList<>();
    addRows(rows, "", layers);
    if (random != null) {
      addRows(rows, RANDOM + ": ", random);
    }
    return new Table(
        Caption.of("Trees by layer", "Each row is a layer; its numbers are of the test sentences."),
        List.of(
            Quantity.of("layer"),
            Quantity.of("UUAS"),
            Quantity.of("distance Spearman"),
            Quantity.of("roots found"),
            Quantity.of("depth Spearman")),
        rows);
  }

  private static void addRows(List<List<Table.Cell>> rows, String prefix, Structure.Layers of) {
    for (Structure.Layer layer : of.layers()) {
      rows.add(
          List.of(
              Table.Cell.of(prefix + layer.name()),
              Table.Cell.of(layer.distances().trees().estimate()),
              Table.Cell.of(layer.distances().spearman()),
              Table.Cell.of(layer.depths().trees().estimate()),
              Table.Cell.of(layer.depths().spearman())));
    }
  }

  /** {@code uuas} and the like: (layers). */
  @Override
  public SequencedMap<String, NumberArray> arrays() {
    SequencedMap<String, NumberArray> arrays = new LinkedHashMap<>();
    arrays.put("uuas", array(layer -> layer.distances().trees().estimate()));
    arrays.put("distance_spearman", array(layer -> layer.distances().spearman()));
    arrays.put("root_accuracy", array(layer -> layer.depths().trees().estimate()));
    arrays.put("depth_spearman", array(layer -> layer.depths().spearman()));
    return arrays;
  }

  private NumberArray array(ToDoubleFunction<Structure.Layer> value) {
    return NumberArray.of(
        layers.layers().stream().mapToDouble(value).toArray(), layers.layers().size());
  }

  @Override
  public ObjectNode findings() {
    ObjectNode document = Json.object();
    document.put("task", "trees").put("rank", about.spec().rank());
    document.put("train_sentences", about.trained());
    document.put("test_sentences", about.test().size());
    document.put("left_out", about.dropped());
    TreeScores chain = chain();
    ObjectNode ofChain = document.putObject("chain");
    ofChain.set("uuas", Json.interval(chain.trees()));
    ofChain.set("distance_spearman", Json.number(chain.spearman()));
    document.set("layers", layers(layers));
    if (random != null) {
      document.set("random_weights", layers(random));
    }
    return document;
  }

  private static ArrayNode layers(Structure.Layers of) {
    ArrayNode array = Json.array();
    for (Structure.Layer layer : of.layers()) {
      ObjectNode node = array.addObject();
      node.put("layer", layer.name());
      node.set("uuas", Json.interval(layer.distances().trees()));
      node.set("distance_spearman", Json.number(layer.distances().spearman()));
      node.set("root_accuracy", Json.interval(layer.depths().trees()));
      node.set("depth_spearman", Json.number(layer.depths().spearman()));
    }
    return array;
  }
}
