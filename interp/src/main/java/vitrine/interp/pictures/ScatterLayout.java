package vitrine.interp.pictures;

import java.util.List;

/** Points by two numbers, coloured by their group. */
final class ScatterLayout {
  private ScatterLayout() {}

  static Drawing draw(Scatter scatter) {
    Drawing.Builder to = new Drawing.Builder();
    List<String> groups = scatter.groups();
    double width = Layout.width(Axes.SIDE + Axes.WIDTH + Legend.width(groups));
    double top = Layout.head(to, scatter.caption(), width) + 4;
    double left = Layout.MARGIN + Axes.SIDE;
    Axes axes =
        new Axes(
            left,
            top,
            Axes.Span.of(scatter.dots().stream().mapToDouble(Scatter.Dot::x)),
            Axes.Span.of(scatter.dots().stream().mapToDouble(Scatter.Dot::y)));
    double below = axes.draw(to, scatter.across(), scatter.up());
    for (Scatter.Dot dot : scatter.dots()) {
      if (Double.isFinite(dot.x()) && Double.isFinite(dot.y())) {
        String tip =
            "%s: %s, %s"
                .formatted(
                    dot.name(),
                    ColourBar.value(scatter.across(), dot.x()),
                    ColourBar.value(scatter.up(), dot.y()));
        Paint paint = Paint.of(Tone.ofSeries(groups.indexOf(dot.group())));
        to.add(new Mark.Disc(axes.placeX(dot.x()), axes.placeY(dot.y()), 4, paint, tip));
      }
    }
    double legend = Legend.draw(to, groups, left + Axes.WIDTH, top);
    double end = Math.max(below, legend);
    return to.build(width, Layout.foot(to, scatter.caption(), end, width), scatter.caption());
  }
}
