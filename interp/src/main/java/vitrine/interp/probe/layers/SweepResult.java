package vitrine.interp.probe.layers;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Function;
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
 * The same probes of all layers again and again, with more capacity or more examples each time: how
 * accuracy and selectivity grow with it (Hewitt and Liang 2019).
 *
 * @param about what was asked
 * @param across what grows
 * @param points from the least
 */
public record SweepResult(
    Provenance provenance, LayerProbesResult.About about, String across, List<Point> points)
    implements Result {
  /**
   * One of them.
   *
   * @param x the capacity, or how many examples
   */
  public record Point(int x, LayerScores scores) {}

  public SweepResult {
    points = List.copyOf(points);
  }

  @Override
  public String name() {
    return "probe";
  }

  @Override
  public String title() {
    return "Probes for %s on %s, by %s".formatted(about.task(), provenance.model(), across);
  }

  @Override
  public List<Picture> pictures() {
    List<Picture> pictures = new ArrayList<>();
    pictures.add(
        lines(
            "Accuracy by " + across,
            "Each curve is a layer; its points are test accuracies, bands 95% intervals.",
            "test accuracy",
            LayerProbe::accuracy));
    if (points.getFirst().scores().layers().getFirst().control() != null) {
      pictures.add(
          lines(
              "Selectivity by " + across,
              "Each curve is a layer; its points are test accuracies less those on control labels.",
              "selectivity",
              probe ->
                  new Interval(
                      probe.selectivity(), Double.NaN, Double.NaN, Interval.USUAL_LEVEL, 0)));
    }
    pictures.add(table());
    return pictures;
  }

  private Lines lines(
      String title, String reading, String up, Function<LayerProbe, Interval> value) {
    List<Lines.Series> series = new ArrayList<>();
    for (int layer = 0; layer < layers().size(); layer++) {
      List<Lines.Point> curve = new ArrayList<>();
      for (Point point : points) {
        // Each step is a multiple of the one before: equal steps on paper.
        curve.add(
            Lines.Point.of(
                Math.log(point.x()) / Math.log(2),
                value.apply(point.scores().layers().get(layer))));
      }
      series.add(new Lines.Series(layers().get(layer), curve));
    }
    return new Lines(
        Caption.of(title, reading), Quantity.of("log2 of " + across), Quantity.of(up), series);
  }

  private List<String> layers() {
    return points.getFirst().scores().layers().stream().map(LayerProbe::layer).toList();
  }

  /** A row a layer and point. */
  @Override
  public Table table() {
    List<List<Table.Cell>> rows = new ArrayList<>();
    for (Point point : points) {
      for (LayerProbe probe : point.scores().layers()) {
        rows.add(
            List.of(
                Table.Cell.of(point.x()),
                Table.Cell.of(probe.layer()),
                Table.Cell.of(probe.accuracy().estimate()),
                Table.Cell.of(probe.trainAccuracy()),
                Table.Cell.of(probe.selectivity())));
      }
    }
    return new Table(
        Caption.of("All probes", "Each row is a probe; its numbers are of the test examples."),
        List.of(
            Quantity.of(across),
            Quantity.of("layer"),
            Quantity.of("test accuracy"),
            Quantity.of("training accuracy"),
            Quantity.of("selectivity")),
        rows);
  }

  /** {@code accuracy}: (points,layers). */
  @Override
  public SequencedMap<String, NumberArray> arrays() {
    SequencedMap<String, NumberArray> arrays = new LinkedHashMap<>();
    double[] values =
        points.stream()
            .flatMap(point -> point.scores().layers().stream())
            .mapToDouble(probe -> probe.accuracy().estimate())
            .toArray();
    arrays.put("accuracy", NumberArray.of(values, points.size(), layers().size()));
    return arrays;
  }

  @Override
  public ObjectNode findings() {
    ObjectNode document = Json.object();
    document.put("task", about.task()).put("rows", about.rows()).put("kind", about.kind());
    document.put("inverse_regularization", about.inverseRegularization());
    LayerScores first = points.getFirst().scores();
    document.put("train_examples", first.train().count());
    document.put("test_examples", first.test().count());
    document.set("classes", Json.strings(first.classes().names()));
    document.put("majority_accuracy", first.majority());
    document.put("across", across);
    ArrayNode all = document.putArray("points");
    for (Point point : points) {
      ObjectNode node = all.addObject();
      node.put("x", point.x());
      node.set("layers", LayerProbesResult.layers(point.scores(), about.seed()));
    }
    return document;
  }
}
