package vitrine.interp.pictures;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * A plot's rectangle with numbers along two sides.
 *
 * @param left of the rectangle
 * @param top of the rectangle
 * @param x the numbers across
 * @param y the numbers up
 */
record Axes(double left, double top, Span x, Span y) {
  static final double WIDTH = 600;
  static final double HEIGHT = 340;

  /** Room at the left for the y axis' label and numbers. */
  static final double SIDE = 66;

  private static final double TICK = TextRole.TICK.size();
  private static final int MOST_TICKS = 8;

  /**
   * A range that round numbers end.
   *
   * @param step between ticks
   */
  record Span(double low, double high, double step) {
    /** Smaller differences vanish when they are divided. */
    private static final double TINY = 1e-290;

    /** About these numbers; NaN and infinite ones do not count (Heckbert 1990). */
    static Span of(DoubleStream numbers) {
      double[] finite = numbers.filter(Double::isFinite).sorted().toArray();
      double low = finite.length == 0 ? 0 : finite[0];
      double high = finite.length == 0 ? 1 : finite[finite.length - 1];
      // Closer than doubles can tell: a range about them.
      if (high - low < Math.max(TINY, 1e-12 * Math.max(Math.abs(low), Math.abs(high)))) {
        double reach = Math.abs(low) < TINY ? 1 : Math.abs(low) / 2;
        low -= reach;
        high += reach;
      }
      double step = round((high - low) / (MOST_TICKS - 2));
      return new Span(Math.floor(low / step) * step, Math.ceil(high / step) * step, step);
    }

    /** The next of 1, 2, 5 times a power of ten. */
    private static double round(double least) {
      double power = Math.pow(10, Math.floor(Math.log10(least)));
      double share = least / power;
      double digit = share <= 1 ? 1 : share <= 2 ? 2 : share <= 5 ? 5 : 10;
      return digit * power;
    }

    double share(double value) {
      return (value - low) / (high - low);
    }

    List<Double> ticks() {
      List<Double> ticks = new ArrayList<>();
      long count = Math.round((high - low) / step);
      for (long tick = 0; tick <= count; tick++) {
        double value = low + tick * step;
        // Rounding must not make 1e-17 of a zero.
        ticks.add(Math.abs(value) < step * 1e-9 ? 0 : value);
      }
      return ticks;
    }
  }

  double placeX(double value) {
    return left + x.share(value) * WIDTH;
  }

  double placeY(double value) {
    return top + (1 - y.share(value)) * HEIGHT;
  }

  Mark.Spot spot(double atX, double atY) {
    return new Mark.Spot(placeX(atX), placeY(atY));
  }

  /**
   * Draws rules, numbers and labels.
   *
   * @return where they end
   */
  double draw(Drawing.Builder to, Quantity across, Quantity up) {
    double bottom = top + HEIGHT;
    for (double tick : y.ticks()) {
      double at = placeY(tick);
      to.rule(left, at, left + WIDTH, at, Tone.RULE);
      String number = Figures.digits(tick, 5);
      to.text(left - 6, at + TICK * 0.35, number, TextRole.TICK, Mark.Anchor.END);
    }
    for (double tick : x.ticks()) {
      double at = placeX(tick);
      to.rule(at, bottom, at, bottom + 4, Tone.SOFT);
      String number = Figures.digits(tick, 5);
      to.text(at, bottom + TICK + 5, number, TextRole.TICK, Mark.Anchor.MIDDLE);
    }
    to.rule(left, bottom, left + WIDTH, bottom, Tone.SOFT);
    double base = bottom + TICK + 10 + TextRole.LABEL.size();
    to.text(left + WIDTH / 2, base, across.toString(), TextRole.LABEL, Mark.Anchor.MIDDLE);
    to.upright(
        Layout.MARGIN + TextRole.LABEL.size(),
        top + HEIGHT / 2,
        up.toString(),
        TextRole.LABEL,
        Mark.Anchor.MIDDLE);
    return base + 6;
  }
}
