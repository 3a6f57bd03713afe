package vitrine.interp.ablation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import vitrine.interp.metrics.Metric;
import vitrine.interp.pictures.Bars;
import vitrine.interp.pictures.Caption;
import vitrine.interp.pictures.Grid;
import vitrine.interp.pictures.Heatmap;
import vitrine.interp.pictures.Lines;
import vitrine.interp.pictures.Picture;
import vitrine.interp.pictures.Quantity;
import vitrine.interp.pictures.Scale;

/** A map of layers by heads, bars of sublayers and layers, curves with intervals. */
final class AblationPictures {
  /** Wider maps are no picture any more: the strongest are shown as bars. */
  private static final int MOST_COLUMNS = 128;

  private static final int STRONGEST = 24;
  private static final int NAMED = 8;
  private static final double LEVEL = 0.05;

  private final AblationResult result;

  AblationPictures(AblationResult result) {
    this.result = result;
  }

  List<Picture> all() {
    List<Picture> pictures = new ArrayList<>();
    if (!result.curves().isEmpty()) {
      pictures.add(curves());
    }
    if (!result.pairs().isEmpty()) {
      pictures.add(pairs());
    }
    pictures.add(effects());
    return pictures;
  }

  private Quantity change() {
    Quantity of = result.quantity();
    if (result.spec().metric() instanceof Metric.Divergence) {
      return of; // the clean run's is nothing
    }
    return Quantity.of("change of " + of.label(), of.unit());
  }

  private Caption caption(String title, String reading, List<Effect> effects) {
    List<Effect> sure = effects.stream().filter(each -> each.adjusted() < LEVEL).toList();
    String names =
        sure.stream()
            .sorted(strongest())
            .limit(NAMED)
            .map(each -> each.variant().name())
            .reduce((a, b) -> a + ", " + b)
            .map(each -> ": " + each + (sure.size() > NAMED ? ", …" : ""))
            .orElse("");
    return caption(
        title,
        reading,
        "%d of %d differ from the clean run at p < 0.05 after correction%s."
            .formatted(sure.size(), effects.size(), names));
  }

  /**
   * @param told what stands out, where there is more than one text
   */
  private Caption caption(String title, String reading, String told) {
    Caption caption =
        Caption.of(title, reading)
            .note("Clean: %s.".formatted(AblationNotes.number(result.clean().estimate())));
    if (result.clean().n() > 1) {
      caption = caption.note(told);
    }
    for (String note : result.notes()) {
      caption = caption.note(note);
    }
    return caption;
  }

  private static Comparator<Effect> strongest() {
    return Comparator.comparingDouble(each -> -Math.abs(each.change().estimate()));
  }

  private String title() {
    String kind = result.spec().kind().label();
    String done = AblationNotes.done(result.spec().treatment());
    return result.spec().sets() == Sets.ALL_BUT_ONE
        ? "All " + kind + " of a layer but one " + done
        : "Each of the " + kind + " " + done;
  }

  private Picture effects() {
    List<Effect> effects = result.effects();
    int rows = (int) effects.stream().map(AblationResult::layer).distinct().count();
    int columns = effects.size() / rows;
    String member = result.spec().kind().member();
    String does = AblationNotes.isOff(result.spec().treatment()) ? "switching" : "changing";
    String off = does.equals("switching") ? " off" : "";
    if (member.isEmpty() || columns == 1) {
      return bars(
          effects,
          "Each bar is what %s that%s does; whiskers are 95%% intervals.".formatted(does, off));
    }
    if (columns > MOST_COLUMNS) {
      return bars(
          effects.stream().sorted(strongest()).limit(STRONGEST).toList(),
          "The %d strongest of %d; the data has all. Whiskers are 95%% intervals."
              .formatted(Math.min(STRONGEST, effects.size()), effects.size()));
    }
    Grid grid =
        Grid.of(
            effects.stream().mapToDouble(each -> each.change().estimate()).toArray(),
            rows,
            columns);
    boolean butOne = result.spec().sets() == Sets.ALL_BUT_ONE;
    return new Heatmap(
        caption(
            title(),
            butOne
                ? "Each cell is the change when its %s alone stays as it is in its layer."
                    .formatted(member)
                : "Each cell is what %s that%s does to the metric.".formatted(does, off),
            effects),
        Quantity.of(member),
        Quantity.of("layer"),
        result.columns(),
        effects.stream().map(AblationResult::layer).distinct().map(String::valueOf).toList(),
        change(),
        grid,
        Scale.diverging(grid, 0));
  }

  private Bars bars(List<Effect> effects, String reading) {
    return new Bars(
        caption(title(), reading, result.effects()),
        Quantity.of("off"),
        change(),
        effects.stream().map(each -> Bars.Bar.of(each.variant().name(), each.change())).toList());
  }

  private Picture pairs() {
    int count = result.effects().size();
    String reading = "How much more two change together than the sum of what each does alone.";
    long apart =
        IntStream.range(0, result.pairs().size())
            .mapToObj(result::interaction)
            .filter(each -> each.isKnown() && !each.contains(0))
            .count();
    String told =
        "Of %d pairs %d have an interval without 0, each taken for itself: none is corrected for the others."
            .formatted(result.pairs().size(), apart);
    if (count > MOST_COLUMNS / 2) {
      List<Integer> order =
          IntStream.range(0, result.pairs().size())
              .boxed()
              .sorted(Comparator.comparingDouble(i -> -Math.abs(result.interaction(i).estimate())))
              .limit(STRONGEST)
              .toList();
      return new Bars(
          caption("Pairs that change most beyond their sum", reading, told),
          Quantity.of("off"),
          change(),
          order.stream()
              .map(i -> Bars.Bar.of(result.pairs().get(i).variant().name(), result.interaction(i)))
              .toList());
    }
    double[][] cells = new double[count][count];
    int pair = 0;
    for (int i = 0; i < count; i++) {
      cells[i][i] = Double.NaN;
      for (int j = i + 1; j < count; j++) {
        cells[i][j] = result.interaction(pair++).estimate();
        cells[j][i] = cells[i][j];
      }
    }
    List<String> names = result.effects().stream().map(each -> each.variant().name()).toList();
    Grid grid = Grid.of(cells);
    return new Heatmap(
        caption(
            "Pairs " + AblationNotes.done(result.spec().treatment()) + ", beyond their sum",
            reading,
            told),
        Quantity.of("off"),
        Quantity.of("off too"),
        names,
        names,
        change(),
        grid,
        Scale.diverging(grid, 0));
  }

  private Lines curves() {
    String kind = result.spec().kind().label();
    Lines.Point start = Lines.Point.of(0, result.clean());
    List<Lines.Series> series =
        result.curves().stream()
            .map(curve ->
                new Lines.Series(
                    curve.order(),
                    Stream.concat(
                            Stream.of(start),
                            curve.points().stream()
                                .map(each ->
                                    Lines.Point.of(each.variant().off().size(), each.value())))
                        .toList()))
            .toList();
    List<Effect> points =
        result.curves().stream().flatMap(curve -> curve.points().stream()).toList();
    return new Lines(
        caption(
            "More and more %s %s".formatted(kind, AblationNotes.done(result.spec().treatment())),
            "Each point is the metric with so many of them so; bands are 95% intervals.",
            points),
        Quantity.of(kind + " " + AblationNotes.done(result.spec().treatment())),
        result.quantity(),
        series);
  }
}
