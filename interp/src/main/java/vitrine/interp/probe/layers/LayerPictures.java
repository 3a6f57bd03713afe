package vitrine.interp.probe.layers;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import vitrine.interp.pictures.Caption;
import vitrine.interp.pictures.Grid;
import vitrine.interp.pictures.Heatmap;
import vitrine.interp.pictures.Lines;
import vitrine.interp.pictures.Picture;
import vitrine.interp.pictures.Quantity;
import vitrine.interp.pictures.Scale;
import vitrine.interp.pictures.Table;
import vitrine.interp.probe.Confusion;
import vitrine.interp.probe.OnlineCode;
import vitrine.interp.stats.Interval;

/** The curves and tables of a {@link LayerProbesResult}. */
final class LayerPictures {
  private static final Quantity LAYER = Quantity.of("layer");
  private static final Quantity ACCURACY = Quantity.of("test accuracy");

  /** More classes than these are no picture any more. */
  private static final int MOST_DRAWN = 64;

  private final LayerProbesResult result;
  private final LayerScores scores;
  private final long seed;

  LayerPictures(LayerProbesResult result) {
    this.result = result;
    this.scores = result.scores();
    this.seed = result.about().seed();
  }

  List<Picture> all() {
    List<Picture> pictures = new ArrayList<>();
    if (result.isOfEntities()) {
      pictures.add(entities());
    }
    pictures.add(accuracy());
    if (scores.layers().getFirst().code() != null) {
      pictures.add(code());
    }
    pictures.add(tests());
    if (scores.classes().count() <= MOST_DRAWN) {
      pictures.add(confusion());
    }
    pictures.add(classes());
    pictures.add(new WrongRows(scores, result.best()).table());
    return pictures;
  }

  private Caption caption(String title, String reading) {
    Caption caption =
        Caption.of(title, reading)
            .note(
                "Layers from the left: "
                    + String.join(", ", scores.layers().stream().map(LayerProbe::layer).toList())
                    + ".");
    if (scores.unseenRows() > 0) {
      caption =
          caption.note(
              "%d test examples have a class that training lacks (%s); they count as wrong."
                  .formatted(scores.unseenRows(), String.join(", ", scores.unseen())));
    }
    int dropped = scores.train().dropped() + scores.test().dropped();
    if (dropped > 0) {
      caption = caption.note("%d labels have no token; they were left out.".formatted(dropped));
    }
    long unfinished = scores.layers().stream().filter(each -> !each.fitted().optimal()).count();
    return unfinished == 0
        ? caption
        : caption.note("The probes of %d layers are not the optimum.".formatted(unfinished));
  }

  private Lines accuracy() {
    List<Lines.Series> series = new ArrayList<>();
    series.add(series("probe", scores, LayerProbe::accuracy));
    if (result.random() != null) {
      series.add(series("probe, random weights", result.random(), LayerProbe::accuracy));
    }
    if (scores.layers().getFirst().control() != null) {
      series.add(
          series(
              "control labels",
              scores,
              probe -> java.util.Objects.requireNonNull(probe.control()).testAccuracy()));
    }
    if (result.hasWords()) {
      series.add(level("word alone", scores.lookup(seed).estimate()));
    }
    series.add(level("commonest class", scores.majority()));
    return new Lines(
        caption(
            "Accuracy by layer",
            "Each point is the share of test examples whose class the layer's probe says; bands are 95% intervals."),
        LAYER,
        ACCURACY,
        series);
  }

  private Lines entities() {
    List<Lines.Series> series = new ArrayList<>();
    series.add(series("probe", scores, probe -> probe.score(seed)));
    if (result.random() != null) {
      series.add(series("probe, random weights", result.random(), probe -> probe.score(seed)));
    }
    return new Lines(
        caption(
            "Entities by layer",
            "Each point is the micro F1 of whole entities; bands are 95% intervals over sentences."),
        LAYER,
        Quantity.of("micro F1"),
        series);
  }

  private static Lines.Series series(
      String name, LayerScores of, Function<LayerProbe, Interval> value) {
    List<Lines.Point> points = new ArrayList<>();
    for (int i = 0; i < of.layers().size(); i++) {
      points.add(Lines.Point.of(i, value.apply(of.layers().get(i))));
    }
    return new Lines.Series(name, points);
  }

  private Lines.Series level(String name, double value) {
    return new Lines.Series(
        name, List.of(Lines.Point.of(0, value), Lines.Point.of(scores.layers().size() - 1, value)));
  }

  private Lines code() {
    List<Lines.Point> points = new ArrayList<>();
    double uniform = Double.NaN;
    for (int i = 0; i < scores.layers().size(); i++) {
      OnlineCode.Length code = scores.layers().get(i).code();
      if (code != null) {
        points.add(Lines.Point.of(i, code.bits() / 1000));
        uniform = code.uniform() / 1000;
      }
    }
    return new Lines(
        caption(
            "Description length by layer",
            String.format(
                Locale.ROOT,
                "Each point is what the training labels take by the online code; without representations %.0f kbit.",
                uniform)),
        LAYER,
        Quantity.of("code length", "kbit"),
        List.of(new Lines.Series("online code", points)));
  }

  private Table tests() {
    List<List<Table.Cell>> rows = new ArrayList<>();
    for (LayerScores.Tested tested : result.tests()) {
      rows.add(
          List.of(
              Table.Cell.of(tested.second()),
              Table.Cell.of(tested.test().difference()),
              Table.Cell.of(tested.test().p()),
              Table.Cell.of(tested.corrected())));
    }
    return new Table(
        Caption.of(
                "The best layer, " + result.best().layer() + ", against the others",
                "Each row is a layer; p says how likely such a difference is between equals, paired by text.")
            .note("The best layer was chosen on the same test examples."),
        List.of(
            Quantity.of("against"),
            Quantity.of("difference"),
            Quantity.of("p"),
            Quantity.of("p, corrected (Holm)")),
        rows);
  }

  private Heatmap confusion() {
    Confusion confusion = result.confusion();
    int count = scores.classes().count();
    double[] shares = new double[count * count];
    for (int own = 0; own < count; own++) {
      for (int said = 0; said < count; said++) {
        shares[own * count + said] =
            confusion.counts()[own][said] / (double) confusion.examples(own);
      }
    }
    List<String> names = scores.classes().names();
    return new Heatmap(
        Caption.of(
            "What the probe of " + result.best().layer() + " took for what",
            "Each row is a class; its cells say what share of it the probe took for the class below."),
        Quantity.of("what the probe says"),
        Quantity.of("class"),
        names,
        names,
        Quantity.of("share"),
        Grid.of(shares, count, count),
        new Scale.Sequential(0, 1));
  }

  private Table classes() {
    Confusion confusion = result.confusion();
    List<List<Table.Cell>> rows = new ArrayList<>();
    for (int k = 0; k < scores.classes().count(); k++) {
      rows.add(
          List.of(
              Table.Cell.of(scores.classes().names().get(k)),
              Table.Cell.of(confusion.examples(k)),
              Table.Cell.of(confusion.precision(k)),
              Table.Cell.of(confusion.recall(k)),
              Table.Cell.of(confusion.f1(k))));
    }
    return new Table(
        Caption.of(
            "Each class by the probe of " + result.best().layer(),
            "Each row is a class: how much of what the probe calls so is, and how much of it is found."),
        List.of(
            Quantity.of("class"),
            Quantity.of("examples"),
            Quantity.of("precision"),
            Quantity.of("recall"),
            Quantity.of("F1")),
        rows);
  }
}
