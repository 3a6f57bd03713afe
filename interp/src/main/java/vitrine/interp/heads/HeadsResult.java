package vitrine.interp.heads;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import vitrine.interp.PlannedRun;
import vitrine.interp.Provenance;
import vitrine.interp.Repeatable;
import vitrine.interp.io.Json;
import vitrine.interp.io.NumberArray;
import vitrine.interp.pictures.Caption;
import vitrine.interp.pictures.Picture;
import vitrine.interp.pictures.Quantity;
import vitrine.interp.pictures.Table;

/**
 * Some measures of every head.
 *
 * @param show what of heads is shown, as {@code vitrine heads --show} calls it
 * @param title for people
 * @param provenance where the numbers come from
 * @param runs that they were made of
 * @param measures at least one; the first says most
 * @param first pictures that stand before the maps of the measures
 * @param more findings beside those of the heads
 * @param examples arrays beside the measures', by name
 */
public record HeadsResult(
    String show,
    String title,
    Provenance provenance,
    List<PlannedRun> runs,
    List<Measure> measures,
    List<Picture> first,
    ObjectNode more,
    SequencedMap<String, NumberArray> examples)
    implements Repeatable {
  public HeadsResult {
    runs = List.copyOf(runs);
    measures = List.copyOf(measures);
    first = List.copyOf(first);
    examples = new LinkedHashMap<>(examples);
  }

  /** The measure of that key. */
  public Measure measure(String key) {
    return measures.stream()
        .filter(measure -> measure.key().equals(key))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("heads: no measure " + key));
  }

  @Override
  public String name() {
    return "heads";
  }

  @Override
  public List<Picture> pictures() {
    List<Picture> pictures = new ArrayList<>(first);
    measures.forEach(measure -> pictures.add(measure.map()));
    return pictures;
  }

  /** A row a head. */
  @Override
  public Table table() {
    List<Quantity> columns = new ArrayList<>(List.of(Quantity.of("layer"), Quantity.of("head")));
    for (Measure measure : measures) {
      columns.add(measure.quantity());
      columns.add(Quantity.of(measure.quantity().label() + " low"));
      columns.add(Quantity.of(measure.quantity().label() + " high"));
    }
    List<List<Table.Cell>> rows = new ArrayList<>();
    for (int layer = 0; layer < layers(); layer++) {
      for (int head = 0; head < heads(); head++) {
        rows.add(row(layer, head));
      }
    }
    return new Table(Caption.of(title, "Each row is one head."), columns, rows);
  }

  private List<Table.Cell> row(int layer, int head) {
    List<Table.Cell> row = new ArrayList<>(List.of(Table.Cell.of(layer), Table.Cell.of(head)));
    for (Measure measure : measures) {
      row.add(Table.Cell.of(measure.of(layer, head).estimate()));
      row.add(Table.Cell.of(measure.of(layer, head).low()));
      row.add(Table.Cell.of(measure.of(layer, head).high()));
    }
    return row;
  }

  /** The estimates of each measure, (L,H), then what else there is. */
  @Override
  public SequencedMap<String, NumberArray> arrays() {
    SequencedMap<String, NumberArray> arrays = new LinkedHashMap<>();
    for (Measure measure : measures) {
      arrays.put(measure.key(), NumberArray.of(measure.estimates(), layers(), heads()));
    }
    arrays.putAll(examples);
    return arrays;
  }

  @Override
  public ObjectNode findings() {
    ObjectNode document = Json.object();
    document.put("show", show);
    document.setAll(more);
    ArrayNode list = document.putArray("heads");
    for (int layer = 0; layer < layers(); layer++) {
      for (int head = 0; head < heads(); head++) {
        ObjectNode node = list.addObject().put("layer", layer).put("head", head);
        for (Measure measure : measures) {
          node.set(measure.key(), Json.interval(measure.of(layer, head)));
        }
      }
    }
    return document;
  }

  private int layers() {
    return measures.getFirst().layers();
  }

  private int heads() {
    return measures.getFirst().heads();
  }

  /** {@code 0, 1, 2}: so many. */
  static List<String> names(int count) {
    return IntStream.range(0, count).mapToObj(Integer::toString).toList();
  }
}
