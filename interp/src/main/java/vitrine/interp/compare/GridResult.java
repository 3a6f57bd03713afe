package vitrine.interp.compare;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;
import vitrine.interp.Provenance;
import vitrine.interp.Result;
import vitrine.interp.compare.measures.Measure;
import vitrine.interp.io.Json;
import vitrine.interp.io.NumberArray;
import vitrine.interp.pictures.Caption;
import vitrine.interp.pictures.Picture;
import vitrine.interp.pictures.Table;
import vitrine.interp.rows.Unit;

/** All layers of one model or two, by some measures. */
public final class GridResult implements Result {
  private final Provenance provenance;
  private final @Nullable Provenance other;
  private final Axes axes;
  private final GridSpec spec;
  private final int texts;
  private final GridValues values;

  /**
   * What the two axes are.
   *
   * @param x the one side's name
   * @param y the other's
   * @param layersX as sites are named
   * @param layersY likewise
   */
  public record Axes(String x, String y, List<String> layersX, List<String> layersY) {
    public Axes {
      layersX = List.copyOf(layersX);
      layersY = List.copyOf(layersY);
    }
  }

  GridResult(
      Provenance provenance,
      @Nullable Provenance other,
      Axes axes,
      GridSpec spec,
      int texts,
      GridValues values) {
    this.provenance = provenance;
    this.other = other;
    this.axes = axes;
    this.spec = spec;
    this.texts = texts;
    this.values = values;
  }

  /**
   * One number.
   *
   * @param x place of the layer of X; 0 are the embeddings where the stream is read
   */
  public double value(Measure measure, int x, int y) {
    return cell(measure, x, y).estimate();
  }

  /** The same with shuffled rows; NaN but for layers of the same place. */
  public double shuffled(Measure measure, int x, int y) {
    return cell(measure, x, y).shuffled();
  }

  Cell cell(Measure measure, int x, int y) {
    return cells(measure).get(x).get(y);
  }

  private List<List<Cell>> cells(Measure measure) {
    return values.cells().get(spec.measures().indexOf(measure));
  }

  /** How many rows there were. */
  public long rows() {
    return values.rows();
  }

  public Axes axes() {
    return axes;
  }

  GridSpec spec() {
    return spec;
  }

  @Override
  public String name() {
    return "compare";
  }

  @Override
  public String title() {
    return "How alike the layers of " + axes.x() + " and " + axes.y() + " are";
  }

  @Override
  public Provenance provenance() {
    return provenance;
  }

  @Override
  public List<Picture> pictures() {
    return new GridPictures(this, notes()).all();
  }

  /** What the reader must know. */
  List<String> notes() {
    List<String> notes = new ArrayList<>();
    notes.add(
        String.format(
            Locale.ROOT,
            "%,d rows (%s) of %,d texts.",
            values.rows(),
            spec.unit() == Unit.TOKEN
                ? "tokens"
                : spec.unit() == Unit.WORD
                    ? "words, each the mean of its pieces"
                    : "sentences, each the mean of its pieces",
            texts));
    if (values.rows() < 10L * values.widest()) {
      notes.add(
          "Fewer than ten rows a unit (%d): most measures are large by chance; cka-unbiased, rsa and neighbours are not, but less sure."
              .formatted(values.widest()));
    }
    if (values.sampled() > 0 && values.sampled() < values.rows()) {
      notes.add(
          "cka-rbf, rsa and neighbours of %d of the rows, drawn by seed %d."
              .formatted(values.sampled(), spec.options().seed()));
    }
    List<String> without =
        spec.measures().stream()
            .filter(measure ->
                cells(measure).stream()
                    .flatMap(List::stream)
                    .noneMatch(cell -> cell.interval().isKnown()))
            .map(Measure::label)
            .toList();
    if (!without.isEmpty()) {
      notes.add(
          "No intervals of %s: %s."
              .formatted(
                  String.join(", ", without),
                  texts < 2
                      ? "there is one text, and none to leave out"
                      : spec.groups().count() < 2
                          ? "with one group there is none to leave out"
                          : "their decompositions take long; --groups 10 has them"));
    }
    return notes;
  }

  @Override
  public Table table() {
    List<List<Table.Cell>> rows = new ArrayList<>();
    for (Measure measure : spec.measures()) {
      for (int i = 0; i < axes.layersX().size(); i++) {
        for (int j = 0; j < axes.layersY().size(); j++) {
          rows.add(
              Cells.row(
                  cell(measure, i, j),
                  Table.Cell.of(measure.label()),
                  Table.Cell.of(axes.layersX().get(i)),
                  Table.Cell.of(axes.layersY().get(j))));
        }
      }
    }
    return new Table(
        Caption.of("Similarity of layers", "Each row is a pair of layers by one measure."),
        Cells.columns("rows", "measure", "x", "y"),
        rows);
  }

  /** By the name of each measure: (layers of X, layers of Y). */
  @Override
  public SequencedMap<String, NumberArray> arrays() {
    SequencedMap<String, NumberArray> arrays = new LinkedHashMap<>();
    int x = axes.layersX().size();
    int y = axes.layersY().size();
    for (Measure measure : spec.measures()) {
      arrays.put(measure.label(), NumberArray.of(Cells.estimates(cells(measure)), x, y));
    }
    return arrays;
  }

  @Override
  public ObjectNode findings() {
    ObjectNode document = Json.object();
    if (other != null) {
      other.addTo(document.putObject("other"));
    }
    document.put("site", spec.site());
    document.put("unit", spec.unit().name().toLowerCase(Locale.ROOT));
    document.put("texts", texts).put("rows", values.rows());
    if (values.sampled() > 0) {
      document.put("sampled_rows", values.sampled());
    }
    document
        .put("interval", "jackknife over groups of texts; over all pairs of rows bootstrap of rows")
        .put("groups", values.groups());
    ObjectNode x = document.putObject("x").put("name", axes.x());
    x.set("layers", Json.strings(axes.layersX()));
    ObjectNode y = document.putObject("y").put("name", axes.y());
    y.set("layers", Json.strings(axes.layersY()));
    ObjectNode measures = document.putObject("measures");
    for (Measure measure : spec.measures()) {
      measures.set(measure.label(), Cells.json(cells(measure)));
    }
    return document;
  }

  /** Of the side that is not {@link #provenance}; null where both are one. */
  @Nullable Provenance other() {
    return other;
  }
}
