package vitrine.interp.attention;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import vitrine.interp.Provenance;
import vitrine.interp.Result;
import vitrine.interp.Texts;
import vitrine.interp.io.Json;
import vitrine.interp.io.NumberArray;
import vitrine.interp.pictures.Grid;
import vitrine.interp.pictures.Picture;
import vitrine.interp.pictures.Quantity;
import vitrine.interp.pictures.Table;
import vitrine.interp.stats.Interval;

/** The patterns of some heads for some texts, and what they come to. */
public final class AttentionResult implements Result {
  static final Quantity ENTROPY = Quantity.of("entropy", "nats");
  static final Quantity DISTANCE = Quantity.of("mean distance", "tokens");

  private final Provenance provenance;
  private final Texts texts;
  private final Patterns patterns;
  private final List<Head> heads;

  /**
   * One head over all texts: means, with 95% intervals where there are several texts; the text is
   * what is resampled.
   *
   * @param entropy in nats
   * @param distance in tokens
   */
  public record Head(int layer, int head, Interval entropy, Interval distance) {}

  AttentionResult(Provenance provenance, Texts texts, Patterns patterns, List<Head> heads) {
    this.provenance = provenance;
    this.texts = texts;
    this.patterns = patterns;
    this.heads = List.copyOf(heads);
  }

  /** The heads, by layer and number. */
  public List<Head> heads() {
    return heads;
  }

  /**
   * One head's pattern, queries by keys.
   *
   * @param text its index among the texts
   * @param index the head's among {@link #heads}
   */
  public Grid pattern(int text, int index) {
    return patterns.grid(
        text, index / patterns.heads(), index % patterns.heads(), texts.tokens().get(text).size());
  }

  /** The texts that were read. */
  public Texts texts() {
    return texts;
  }

  @Override
  public String name() {
    return "attention";
  }

  @Override
  public String title() {
    return "What the heads of " + provenance.model() + " look at";
  }

  @Override
  public Provenance provenance() {
    return provenance;
  }

  @Override
  public List<Picture> pictures() {
    return new AttentionPictures(this, patterns).all();
  }

  @Override
  public Table table() {
    List<List<Table.Cell>> rows = new ArrayList<>();
    for (Head head : heads) {
      rows.add(
          List.of(
              Table.Cell.of(head.layer()),
              Table.Cell.of(head.head()),
              Table.Cell.of(texts.count()),
              Table.Cell.of(head.entropy().estimate()),
              Table.Cell.of(head.entropy().low()),
              Table.Cell.of(head.entropy().high()),
              Table.Cell.of(head.distance().estimate()),
              Table.Cell.of(head.distance().low()),
              Table.Cell.of(head.distance().high())));
    }
    return new Table(
        AttentionPictures.ofTable(),
        List.of(
            Quantity.of("layer"),
            Quantity.of("head"),
            Quantity.of("texts"),
            ENTROPY,
            Quantity.of("entropy low"),
            Quantity.of("entropy high"),
            DISTANCE,
            Quantity.of("distance low"),
            Quantity.of("distance high")),
        rows);
  }

  /** {@code pattern}: (B,L,H,T,T) over the layers and heads that were asked for. */
  @Override
  public SequencedMap<String, NumberArray> arrays() {
    SequencedMap<String, NumberArray> arrays = new LinkedHashMap<>();
    arrays.put("pattern", patterns.array());
    return arrays;
  }

  @Override
  public ObjectNode findings() {
    ObjectNode document = Json.object();
    document.set("texts", texts.json());
    ArrayNode list = document.putArray("heads");
    for (int index = 0; index < heads.size(); index++) {
      Head head = heads.get(index);
      ObjectNode node = list.addObject().put("layer", head.layer()).put("head", head.head());
      node.set("entropy", Json.interval(head.entropy()));
      node.set("mean_distance", Json.interval(head.distance()));
      ArrayNode all = node.putArray("patterns");
      for (int text = 0; text < texts.count(); text++) {
        all.add(rows(pattern(text, index)));
      }
    }
    return document;
  }

  private static ArrayNode rows(Grid pattern) {
    ArrayNode rows = Json.array();
    for (int query = 0; query < pattern.rows(); query++) {
      ArrayNode row = rows.addArray();
      for (int key = 0; key < pattern.columns(); key++) {
        // As the model has it: a float's digits.
        row.add(Json.number((float) pattern.at(query, key)));
      }
    }
    return rows;
  }
}
