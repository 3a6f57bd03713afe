package vitrine.interp.compare;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;
import vitrine.interp.Provenance;
import vitrine.interp.Result;
import vitrine.interp.io.Json;
import vitrine.interp.io.NumberArray;
import vitrine.interp.pictures.Caption;
import vitrine.interp.pictures.Grid;
import vitrine.interp.pictures.Heatmap;
import vitrine.interp.pictures.Picture;
import vitrine.interp.pictures.Quantity;
import vitrine.interp.pictures.Scale;
import vitrine.interp.pictures.Table;

/** All heads with all heads, by what they look at. */
public final class HeadsResult implements Result {
  private final Provenance provenance;
  private final @Nullable Provenance other;
  private final GridResult.Axes axes;
  private final HeadSums sums;

  /** The two similarities. */
  private enum Kind {
    JENSEN_SHANNON("jensen-shannon"),
    PEARSON("pearson");

    private final String label;

    Kind(String label) {
      this.label = label;
    }
  }

  HeadsResult(
      Provenance provenance, @Nullable Provenance other, GridResult.Axes axes, HeadSums sums) {
    this.provenance = provenance;
    this.other = other;
    this.axes = axes;
    this.sums = sums;
  }

  private List<List<Cell>> cells(Kind kind) {
    return Cells.of(
        axes.layersX().size(),
        axes.layersY().size(),
        switch (kind) {
          case JENSEN_SHANNON -> sums::jensenShannon;
          case PEARSON -> sums::pearson;
        });
  }

  /** 1 - JS / ln 2 of two heads, by their places: layer times heads plus head. */
  public double jensenShannon(int a, int b) {
    return sums.jensenShannon(a, b).estimate();
  }

  /** Pearson's correlation of two heads' probabilities. */
  public double pearson(int a, int b) {
    return sums.pearson(a, b).estimate();
  }

  @Override
  public String name() {
    return "compare";
  }

  @Override
  public String title() {
    return "Which heads of " + axes.x() + " and " + axes.y() + " look at the same";
  }

  @Override
  public Provenance provenance() {
    return provenance;
  }

  @Override
  public List<Picture> pictures() {
    List<Picture> pictures = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      Grid grid =
          Grid.of(Cells.estimates(cells(kind)), axes.layersX().size(), axes.layersY().size());
      pictures.add(
          new Heatmap(
              Caption.of(
                      "Heads by what they look at: " + kind.label,
                      "Each cell is a pair of heads, layer and number: dark ones look at the same.")
                  .note("Mean over " + sums.texts() + " texts."),
              Quantity.of("head of " + axes.y()),
              Quantity.of("head of " + axes.x()),
              axes.layersY(),
              axes.layersX(),
              Quantity.of(kind.label),
              grid,
              switch (kind) {
                case JENSEN_SHANNON -> new Scale.Sequential(0, 1);
                case PEARSON -> new Scale.Diverging(0, 1);
              }));
    }
    return pictures;
  }

  @Override
  public Table table() {
    List<List<Table.Cell>> rows = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      List<List<Cell>> cells = cells(kind);
      for (int a = 0; a < axes.layersX().size(); a++) {
        for (int b = 0; b < axes.layersY().size(); b++) {
          rows.add(
              Cells.row(
                  cells.get(a).get(b),
                  Table.Cell.of(kind.label),
                  Table.Cell.of(axes.layersX().get(a)),
                  Table.Cell.of(axes.layersY().get(b))));
        }
      }
    }
    return new Table(
        Caption.of("Similarity of heads", "Each row is a pair of heads; the text is the unit."),
        Cells.columns("texts", "measure", "x", "y"),
        rows);
  }

  /** {@code jensen-shannon} and {@code pearson}: (heads of X, heads of Y). */
  @Override
  public SequencedMap<String, NumberArray> arrays() {
    SequencedMap<String, NumberArray> arrays = new LinkedHashMap<>();
    for (Kind kind : Kind.values()) {
      arrays.put(
          kind.label,
          NumberArray.of(
              Cells.estimates(cells(kind)), axes.layersX().size(), axes.layersY().size()));
    }
    return arrays;
  }

  @Override
  public ObjectNode findings() {
    ObjectNode document = Json.object();
    if (other != null) {
      other.addTo(document.putObject("other"));
    }
    document.put("texts", sums.texts()).put("interval", "Student's t over texts");
    document.putObject("x").put("name", axes.x()).set("heads", Json.strings(axes.layersX()));
    document.putObject("y").put("name", axes.y()).set("heads", Json.strings(axes.layersY()));
    ObjectNode measures = document.putObject("measures");
    for (Kind kind : Kind.values()) {
      measures.set(kind.label, Cells.json(cells(kind)));
    }
    return document;
  }
}
