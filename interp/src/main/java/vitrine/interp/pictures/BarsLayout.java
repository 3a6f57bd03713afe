package vitrine.interp.pictures;

import java.util.List;
import java.util.stream.DoubleStream;

/** Bars from left to right, their names at the left and their numbers at the right. */
final class BarsLayout {
  private static final double LINE = 20;
  private static final double BAR = 14;
  private static final double LONGEST_NAME = 180;
  private static final double WIDTH = 440;
  private static final double NUMBERS = 70;
  private static final double SIZE = TextRole.TICK.size();

  private BarsLayout() {}

  static Drawing draw(Bars bars) {
    Drawing.Builder to = new Drawing.Builder();
    double names =
        bars.bars().stream()
            .mapToDouble(bar -> Letters.width(bar.name(), SIZE))
            .map(each -> Math.min(each, LONGEST_NAME))
            .max()
            .orElse(0);
    double label = Letters.width(bars.names().toString(), TextRole.LABEL.size());
    double left = Layout.MARGIN + Math.max(names, label) + 8;
    double width = Layout.width(left - Layout.MARGIN + WIDTH + NUMBERS);
    double top = Layout.head(to, bars.caption(), width);
    to.text(
        left - 8,
        top + TextRole.LABEL.size(),
        bars.names().toString(),
        TextRole.LABEL,
        Mark.Anchor.END);
    double first = top + LINE;
    Axes.Span span = span(bars);
    double bottom = first + bars.bars().size() * LINE;
    for (double tick : span.ticks()) {
      double at = left + span.share(tick) * WIDTH;
      to.rule(at, first, at, bottom + 4, tick == 0 ? Tone.SOFT : Tone.RULE);
      String number = Figures.digits(tick, 5);
      to.text(at, bottom + SIZE + 6, number, TextRole.TICK, Mark.Anchor.MIDDLE);
    }
    for (int i = 0; i < bars.bars().size(); i++) {
      bar(to, bars, bars.bars().get(i), span, left, first + i * LINE);
    }
    double base = bottom + SIZE + 12 + TextRole.LABEL.size();
    to.text(left + WIDTH / 2, base, bars.lengths().toString(), TextRole.LABEL, Mark.Anchor.MIDDLE);
    return to.build(width, Layout.foot(to, bars.caption(), base + 4, width), bars.caption());
  }

  /** Zero is always there: a bar's length would lie without it. */
  private static Axes.Span span(Bars bars) {
    List<Bars.Bar> all = bars.bars();
    DoubleStream numbers =
        all.stream().flatMapToDouble(bar -> DoubleStream.of(bar.value(), bar.low(), bar.high()));
    return Axes.Span.of(DoubleStream.concat(DoubleStream.of(0), numbers));
  }

  private static void bar(
      Drawing.Builder to, Bars bars, Bars.Bar bar, Axes.Span span, double left, double y) {
    double base = y + LINE / 2 + SIZE * 0.35;
    String name = Letters.fit(bar.name(), SIZE, LONGEST_NAME);
    to.text(left - 8, base, name, TextRole.TICK, Mark.Anchor.END);
    to.text(left + WIDTH + NUMBERS, base, Figures.of(bar.value()), TextRole.TICK, Mark.Anchor.END);
    if (!Double.isFinite(bar.value())) {
      return;
    }
    double zero = left + span.share(0) * WIDTH;
    double end = left + span.share(bar.value()) * WIDTH;
    Tone tone = Tone.ofSeries(bar.value() < 0 ? 1 : 0);
    String tip = bar.name() + ": " + ColourBar.value(bars.lengths(), bar.value());
    if (bar.hasWhisker()) {
      tip += " (" + Figures.of(bar.low()) + " to " + Figures.of(bar.high()) + ")";
    }
    to.box(
        Math.min(zero, end), y + (LINE - BAR) / 2, Math.abs(end - zero), BAR, Paint.of(tone), tip);
    if (bar.hasWhisker()) {
      double low = left + span.share(bar.low()) * WIDTH;
      double high = left + span.share(bar.high()) * WIDTH;
      double middle = y + LINE / 2;
      to.rule(low, middle, high, middle, Tone.INK);
      to.rule(low, middle - 4, low, middle + 4, Tone.INK);
      to.rule(high, middle - 4, high, middle + 4, Tone.INK);
    }
  }
}
