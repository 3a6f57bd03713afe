package vitrine.interp.lens;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.IntFunction;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Site;
import vitrine.interp.Provenance;
import vitrine.interp.Result;
import vitrine.interp.io.Json;
import vitrine.interp.io.NumberArray;
import vitrine.interp.pictures.Caption;
import vitrine.interp.pictures.Picture;
import vitrine.interp.pictures.Quantity;
import vitrine.interp.pictures.Table;

/** What the streams of some texts say at every depth. */
public final class LensResult implements Result {
  private final Provenance provenance;
  private final LensSpec spec;
  private final List<Site> depths;
  private final List<OfText> texts;
  private final IntFunction<String> spelling;

  /**
   * A token at one depth and position.
   *
   * @param rank 1 for the likeliest
   */
  public record Followed(int id, int rank, double probability, double logit) {}

  /**
   * One depth and position.
   *
   * @param chosen the token that is followed
   * @param watched the others
   * @param top the likeliest
   * @param entropy in nats
   * @param divergence of this distribution from the last: the sum of p (ln p - ln q), p of the
   *     whole model, in nats
   */
  public record Cell(
      Followed chosen,
      List<Followed> watched,
      List<Followed> top,
      double entropy,
      double divergence) {
    public Cell {
      watched = List.copyOf(watched);
      top = List.copyOf(top);
    }
  }

  /**
   * One text.
   *
   * @param tokens one spelling a token
   * @param chosen the token that is followed at each position
   * @param cells a row a depth, a column a position; null at padding
   */
  @SuppressWarnings("ArrayRecordComponent") // read only
  public record OfText(
      Example example, List<String> tokens, int[] chosen, @Nullable Cell[][] cells) {
    public OfText {
      tokens = List.copyOf(tokens);
    }
  }

  LensResult(
      Provenance provenance,
      LensSpec spec,
      List<Site> depths,
      List<OfText> texts,
      IntFunction<String> spelling) {
    this.provenance = provenance;
    this.spec = spec;
    this.depths = List.copyOf(depths);
    this.texts = List.copyOf(texts);
    this.spelling = spelling;
  }

  /** Where the streams were read, from the bottom to the top. */
  public List<Site> depths() {
    return depths;
  }

  /** The texts, in the order in which they were given. */
  public List<OfText> texts() {
    return texts;
  }

  /** Which tokens were followed. */
  public LensSpec spec() {
    return spec;
  }

  String spell(int id) {
    return spelling.apply(id);
  }

  /** As in {@code 3 mid}. */
  static String name(Site depth) {
    return depth.layers() + " " + depth.target().path().replace("resid_", "");
  }

  @Override
  public String name() {
    return "lens";
  }

  @Override
  public String title() {
    return "How the predictions of " + provenance.model() + " form";
  }

  @Override
  public Provenance provenance() {
    return provenance;
  }

  @Override
  public List<Picture> pictures() {
    return new LensPictures(this).all();
  }

  @Override
  public Table table() {
    List<List<Table.Cell>> rows = new ArrayList<>();
    for (int text = 0; text < texts.size(); text++) {
      OfText of = texts.get(text);
      for (int depth = 0; depth < depths.size(); depth++) {
        for (int t = 0; t < of.tokens().size(); t++) {
          Cell cell = of.cells()[depth][t];
          if (cell != null) {
            rows.add(row(text, depth, t, of.tokens().get(t), cell));
          }
        }
      }
    }
    return new Table(
        Caption.of("Readings", "Each row is a depth and a position."),
        List.of(
            Quantity.of("text"),
            Quantity.of("site"),
            Quantity.of("position"),
            Quantity.of("token"),
            Quantity.of("chosen"),
            Quantity.of("rank"),
            Quantity.of("probability"),
            Quantity.of("likeliest"),
            Quantity.of("entropy", "nats"),
            Quantity.of("divergence from the last", "nats")),
        rows);
  }

  private List<Table.Cell> row(int text, int depth, int t, String token, Cell cell) {
    return List.of(
        Table.Cell.of(text),
        Table.Cell.of(depths.get(depth).toString()),
        Table.Cell.of(t),
        Table.Cell.of(token),
        Table.Cell.of(spell(cell.chosen().id())),
        Table.Cell.of(cell.chosen().rank()),
        Table.Cell.of(cell.chosen().probability()),
        Table.Cell.of(spell(cell.top().getFirst().id())),
        Table.Cell.of(cell.entropy()),
        Table.Cell.of(cell.divergence()));
  }

  /** All (depths,T), of several texts (texts,depths,T): {@code rank} first. */
  @Override
  public SequencedMap<String, NumberArray> arrays() {
    SequencedMap<String, NumberArray> arrays = new LinkedHashMap<>();
    arrays.put("rank", array(cell -> cell.chosen().rank()));
    arrays.put("probability", array(cell -> cell.chosen().probability()));
    arrays.put("entropy", array(Cell::entropy));
    arrays.put("kl", array(Cell::divergence));
    return arrays;
  }

  private NumberArray array(ToDoubleFunction<Cell> number) {
    int T = texts.stream().mapToInt(text -> text.tokens().size()).max().orElse(0);
    double[] all = new double[texts.size() * depths.size() * T];
    Arrays.fill(all, Double.NaN);
    for (int text = 0; text < texts.size(); text++) {
      for (int depth = 0; depth < depths.size(); depth++) {
        @Nullable Cell[] row = texts.get(text).cells()[depth];
        for (int t = 0; t < row.length; t++) {
          Cell cell = row[t];
          if (cell != null) {
            all[(text * depths.size() + depth) * T + t] = number.applyAsDouble(cell);
          }
        }
      }
    }
    return texts.size() == 1
        ? NumberArray.of(all, depths.size(), T)
        : NumberArray.of(all, texts.size(), depths.size(), T);
  }

  @Override
  public ObjectNode findings() {
    ObjectNode document = Json.object();
    document.put("final_norm", "applied at every depth");
    document.put("chosen_by", spec.chosen().toString());
    ArrayNode watched = document.putArray("watched");
    spec.watched().forEach(id -> watched.addObject().put("id", id).put("token", spell(id)));
    if (texts.size() == 1) {
      document.setAll(text(texts.getFirst()));
    } else {
      ArrayNode list = document.putArray("texts");
      texts.forEach(each -> list.add(text(each)));
    }
    return document;
  }

  private ObjectNode text(OfText text) {
    ObjectNode node = Json.object();
    node.set("tokens", Json.strings(text.tokens()));
    node.set("ids", Json.array(text.example().ids()));
    ArrayNode chosen = node.putArray("chosen");
    for (int id : text.chosen()) {
      chosen.addObject().put("id", id).put("token", spell(id));
    }
    ArrayNode all = node.putArray("depths");
    for (int depth = 0; depth < depths.size(); depth++) {
      ObjectNode at = all.addObject();
      at.put("site", depths.get(depth).toString());
      ArrayNode positions = at.putArray("positions");
      for (Cell cell : text.cells()[depth]) {
        if (cell == null) {
          positions.addNull();
        } else {
          positions.add(json(cell));
        }
      }
    }
    return node;
  }

  private ObjectNode json(Cell cell) {
    ObjectNode node = Json.object();
    node.put("rank", cell.chosen().rank());
    node.set("prob", Json.number(cell.chosen().probability()));
    node.set("entropy", Json.number(cell.entropy()));
    node.set("kl", Json.number(cell.divergence()));
    node.set("top", followed(cell.top()));
    if (!cell.watched().isEmpty()) {
      node.set("watched", followed(cell.watched()));
    }
    return node;
  }

  private ArrayNode followed(List<Followed> tokens) {
    ArrayNode array = Json.array();
    for (Followed each : tokens) {
      ObjectNode node = array.addObject().put("id", each.id()).put("token", spell(each.id()));
      node.put("rank", each.rank());
      node.set("prob", Json.number(each.probability()));
      node.set("logit", Json.number((float) each.logit()));
    }
    return array;
  }
}
