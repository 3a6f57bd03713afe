package vitrine.interp.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import vitrine.interp.compare.measures.Measure;
import vitrine.interp.pictures.Caption;
import vitrine.interp.pictures.Grid;
import vitrine.interp.pictures.Heatmap;
import vitrine.interp.pictures.Lines;
import vitrine.interp.pictures.Picture;
import vitrine.interp.pictures.Quantity;
import vitrine.interp.pictures.Scale;

/** A heat map a measure, and layers of the same place as curves with what chance gives. */
final class GridPictures {
  private final GridResult result;
  private final List<String> notes;

  GridPictures(GridResult result, List<String> notes) {
    this.result = result;
    this.notes = notes;
  }

  List<Picture> all() {
    List<Picture> pictures = new ArrayList<>();
    boolean same =
        switch (result.spec().pairs()) {
          case SAME -> true;
          case ALL -> false;
        };
    for (Measure measure : result.spec().measures()) {
      if (!same) {
        pictures.add(map(measure));
      }
    }
    if (same || !result.axes().x().equals(result.axes().y())) {
      pictures.add(curves());
    }
    return pictures;
  }

  private Caption noted(Caption caption) {
    for (String note : notes) {
      caption = caption.note(note);
    }
    return caption;
  }

  private Heatmap map(Measure measure) {
    GridResult.Axes axes = result.axes();
    int rows = axes.layersX().size();
    int columns = axes.layersY().size();
    double[] values = new double[rows * columns];
    for (int i = 0; i < values.length; i++) {
      values[i] = result.value(measure, i / columns, i % columns);
    }
    Grid grid = Grid.of(values, rows, columns);
    double low = Math.min(0, Double.isNaN(grid.smallest()) ? 0 : grid.smallest());
    return new Heatmap(
        noted(
            Caption.of(
                    measure.label() + " of layers",
                    "Each cell is a pair of layers: dark ones carry the same, 1 for alike.")
                .note(chance(measure))),
        Quantity.of("layer of " + axes.y()),
        Quantity.of("layer of " + axes.x()),
        axes.layersY().stream().map(GridPictures::shortened).toList(),
        axes.layersX().stream().map(GridPictures::shortened).toList(),
        Quantity.of(measure.label()),
        grid,
        new Scale.Sequential(low, 1));
  }

  /** What a layer has with its like when rows are shuffled. */
  private String chance(Measure measure) {
    int layers = Math.min(result.axes().layersX().size(), result.axes().layersY().size());
    double low = Double.NaN;
    double high = Double.NaN;
    for (int layer = 0; layer < layers; layer++) {
      double value = result.shuffled(measure, layer, layer);
      low = low <= value ? low : value;
      high = high >= value ? high : value;
    }
    return String.format(
        Locale.ROOT, "With shuffled rows layers of the same place have %.3f to %.3f.", low, high);
  }

  /** {@code blocks.3.resid_post} as 3, {@code embed_out} as embed. */
  static String shortened(String site) {
    return site.startsWith("blocks.")
        ? site.substring("blocks.".length(), site.indexOf('.', "blocks.".length()))
        : site.replace("_out", "");
  }

  private Lines curves() {
    GridResult.Axes axes = result.axes();
    int layers = Math.min(axes.layersX().size(), axes.layersY().size());
    List<Lines.Series> series = new ArrayList<>();
    for (Measure measure : result.spec().measures()) {
      List<Lines.Point> points = new ArrayList<>();
      List<Lines.Point> chance = new ArrayList<>();
      for (int layer = 0; layer < layers; layer++) {
        points.add(Lines.Point.of(layer, result.cell(measure, layer, layer).interval()));
        chance.add(Lines.Point.of(layer, result.shuffled(measure, layer, layer)));
      }
      series.add(new Lines.Series(measure.label(), points));
      series.add(new Lines.Series(measure.label() + ", shuffled rows", chance));
    }
    return new Lines(
        noted(
            Caption.of(
                "Layers of the same place",
                "From left to right deeper layers; 0 is what enters the first block.")),
        Quantity.of("layer"),
        Quantity.of("similarity"),
        series);
  }
}
