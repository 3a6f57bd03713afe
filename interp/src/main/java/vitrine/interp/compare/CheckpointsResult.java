package vitrine.interp.compare;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import vitrine.interp.Provenance;
import vitrine.interp.Result;
import vitrine.interp.compare.measures.Measure;
import vitrine.interp.io.Json;
import vitrine.interp.io.NumberArray;
import vitrine.interp.pictures.Caption;
import vitrine.interp.pictures.Lines;
import vitrine.interp.pictures.Picture;
import vitrine.interp.pictures.Quantity;
import vitrine.interp.pictures.Table;

/**
 * Models on the way against the last one, layer by layer: learning dynamics (Raghu et al. 2017,
 * section 4.1). What it does not tell: whether a layer that is like its last state earlier is also
 * of use earlier.
 */
public final class CheckpointsResult implements Result {
  private final List<Point> points;
  private final List<Measure> measures;

  /**
   * One model on the way.
   *
   * @param at its place on the axis: a step, or how many came before
   * @param grid it as X, the last one as Y, layers of the same place
   */
  public record Point(String name, double at, GridResult grid) {}

  /**
   * Of grids that were run with the same spec.
   *
   * @param points in order, at least one
   */
  public CheckpointsResult(List<Point> points) {
    this.points = List.copyOf(points);
    this.measures = points.getFirst().grid().spec().measures();
  }

  /** One number. */
  public double value(Measure measure, int point, int layer) {
    return points.get(point).grid().value(measure, layer, layer);
  }

  private List<String> layers() {
    return points.getFirst().grid().axes().layersX();
  }

  @Override
  public String name() {
    return "compare";
  }

  @Override
  public String title() {
    return "How models on the way come to be like " + points.getFirst().grid().axes().y();
  }

  @Override
  public List<Picture> pictures() {
    List<Picture> pictures = new ArrayList<>();
    for (Measure measure : measures) {
      List<Lines.Series> series = new ArrayList<>();
      for (int layer = 0; layer < layers().size(); layer++) {
        List<Lines.Point> line = new ArrayList<>();
        for (Point point : points) {
          line.add(Lines.Point.of(point.at(), point.grid().cell(measure, layer, layer).interval()));
        }
        series.add(new Lines.Series(layers().get(layer), line));
      }
      Caption caption =
          Caption.of(
              measure.label() + " with the last model",
              "From left to right later models; each line is a layer, 1 for what it became.");
      for (String note : points.getFirst().grid().notes()) {
        caption = caption.note(note);
      }
      pictures.add(
          new Lines(caption, Quantity.of("checkpoint"), Quantity.of(measure.label()), series));
    }
    return pictures;
  }

  @Override
  public Table table() {
    List<List<Table.Cell>> rows = new ArrayList<>();
    for (Measure measure : measures) {
      for (Point point : points) {
        for (int layer = 0; layer < layers().size(); layer++) {
          rows.add(
              Cells.row(
                  point.grid().cell(measure, layer, layer),
                  Table.Cell.of(measure.label()),
                  Table.Cell.of(point.name()),
                  Table.Cell.of(point.at()),
                  Table.Cell.of(layers().get(layer))));
        }
      }
    }
    return new Table(
        Caption.of("Similarity with the last model", "Each row is a layer of a model on the way."),
        Cells.columns("rows", "measure", "checkpoint", "at", "layer"),
        rows);
  }

  /** By the name of each measure: (checkpoints, layers). */
  @Override
  public SequencedMap<String, NumberArray> arrays() {
    SequencedMap<String, NumberArray> arrays = new LinkedHashMap<>();
    int width = layers().size();
    for (Measure measure : measures) {
      double[] numbers = new double[points.size() * width];
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = value(measure, i / width, i % width);
      }
      arrays.put(measure.label(), NumberArray.of(numbers, points.size(), width));
    }
    return arrays;
  }

  /** The last model: what all others are compared with. */
  @Override
  public Provenance provenance() {
    GridResult first = points.getFirst().grid();
    Provenance last = first.other();
    return last == null ? first.provenance() : last;
  }

  @Override
  public ObjectNode findings() {
    ObjectNode document = Json.object();
    GridResult first = points.getFirst().grid();
    document.put("site", first.spec().site());
    document.put("unit", first.spec().unit().name().toLowerCase(Locale.ROOT));
    document.put("rows", first.rows());
    document.set("layers", Json.strings(layers()));
    ArrayNode list = document.putArray("checkpoints");
    for (Point point : points) {
      ObjectNode node = list.addObject().put("name", point.name()).put("at", point.at());
      point.grid().provenance().addTo(node.putObject("from"));
      for (Measure measure : measures) {
        List<List<Cell>> cells =
            Cells.of(1, layers().size(), (row, layer) -> point.grid().cell(measure, layer, layer));
        ObjectNode numbers = node.putObject(measure.label());
        Cells.json(cells)
            .properties()
            .forEach(each -> numbers.set(each.getKey(), each.getValue().get(0)));
      }
    }
    return document;
  }
}
