package vitrine.interp.pictures;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/** Curves: bands first, then lines, then points that can be pointed at. */
final class LinesLayout {
  /** More points are too close to be pointed at one by one. */
  private static final int MOST_POINTS = 2000;

  private LinesLayout() {}

  static Drawing draw(Lines lines) {
    Drawing.Builder to = new Drawing.Builder();
    List<String> names = lines.series().stream().map(Lines.Series::name).toList();
    double width = Layout.width(Axes.SIDE + Axes.WIDTH + Legend.width(names));
    double top = Layout.head(to, lines.caption(), width) + 4;
    double left = Layout.MARGIN + Axes.SIDE;
    Axes.Span x = Axes.Span.of(points(lines).mapToDouble(Lines.Point::x));
    Axes.Span y =
        Axes.Span.of(
            points(lines).flatMapToDouble(at -> DoubleStream.of(at.y(), at.low(), at.high())));
    Axes axes = new Axes(left, top, x, y);
    double below = axes.draw(to, lines.across(), lines.up());
    for (int i = 0; i < names.size(); i++) {
      band(to, axes, lines.series().get(i), i);
    }
    for (int i = 0; i < names.size(); i++) {
      curve(to, axes, lines.series().get(i), i);
    }
    if (points(lines).count() <= MOST_POINTS) {
      for (int i = 0; i < names.size(); i++) {
        dots(to, axes, lines, i);
      }
    }
    double legend = Legend.draw(to, names, left + Axes.WIDTH, top);
    double end = Math.max(below, legend);
    return to.build(width, Layout.foot(to, lines.caption(), end, width), lines.caption());
  }

  private static Stream<Lines.Point> points(Lines lines) {
    return lines.series().stream().flatMap(series -> series.points().stream());
  }

  private static void band(Drawing.Builder to, Axes axes, Lines.Series series, int index) {
    List<Lines.Point> points = series.points().stream().filter(Lines.Point::hasBand).toList();
    if (points.size() < 2) {
      return;
    }
    List<Mark.Spot> around = new ArrayList<>();
    points.forEach(point -> around.add(axes.spot(point.x(), point.high())));
    points.reversed().forEach(point -> around.add(axes.spot(point.x(), point.low())));
    to.add(new Mark.Area(around, Paint.of(Tone.ofSeries(index))));
  }

  private static void curve(Drawing.Builder to, Axes axes, Lines.Series series, int index) {
    List<Mark.Spot> run = new ArrayList<>();
    for (Lines.Point point : series.points()) {
      if (Double.isFinite(point.x()) && Double.isFinite(point.y())) {
        run.add(axes.spot(point.x(), point.y()));
      } else {
        stroke(to, run, series.name(), index);
        run.clear();
      }
    }
    stroke(to, run, series.name(), index);
  }

  private static void stroke(Drawing.Builder to, List<Mark.Spot> run, String name, int index) {
    if (run.size() > 1) {
      Mark.Dash dash = Mark.Dash.ofRound(Tone.roundOfSeries(index));
      to.add(new Mark.Polyline(run, Paint.of(Tone.ofSeries(index)), 1.75, dash, name));
    }
  }

  private static void dots(Drawing.Builder to, Axes axes, Lines lines, int index) {
    Lines.Series series = lines.series().get(index);
    for (Lines.Point point : series.points()) {
      if (Double.isFinite(point.x()) && Double.isFinite(point.y())) {
        Mark.Spot at = axes.spot(point.x(), point.y());
        to.add(
            new Mark.Disc(
                at.x(), at.y(), 2.5, Paint.of(Tone.ofSeries(index)), tip(lines, series, point)));
      }
    }
  }

  private static String tip(Lines lines, Lines.Series series, Lines.Point point) {
    String value =
        "%s, %s: %s"
            .formatted(
                series.name(),
                ColourBar.value(lines.across(), point.x()),
                ColourBar.value(lines.up(), point.y()));
    return point.hasBand()
        ? value + " (" + Figures.of(point.low()) + " to " + Figures.of(point.high()) + ")"
        : value;
  }
}
