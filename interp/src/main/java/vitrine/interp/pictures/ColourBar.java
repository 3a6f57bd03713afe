package vitrine.interp.pictures;

import java.util.ArrayList;
import java.util.List;

/** What the colours mean: a bar with numbers at its ends. */
final class ColourBar {
  private static final int STEPS = 64;
  private static final double STEP = 3;
  private static final double HEIGHT = 10;
  private static final double GAP = 5;

  private ColourBar() {}

  /**
   * Draws it; where numbers are missing, also what that looks like.
   *
   * @param room how wide its label may be
   * @return where it ends
   */
  static double draw(
      Drawing.Builder to,
      Quantity cells,
      Scale scale,
      Grid values,
      double x,
      double y,
      double room) {
    double size = TextRole.TICK.size();
    double base = y + size;
    String label = Letters.fit(cells.toString(), TextRole.LABEL.size(), room);
    to.text(x, base, label, TextRole.LABEL, Mark.Anchor.START);
    double bar = base + GAP;
    List<Rgb> colours = new ArrayList<>();
    for (int step = 0; step < STEPS; step++) {
      colours.add(scale.table().at(step / (STEPS - 1.0)));
    }
    to.add(
        new Mark.Cells(
            x, bar, STEP, HEIGHT, STEPS, colours, (row, column) -> at(cells, scale, column)));
    if (values.hasGaps()) {
      double none = x + STEPS * STEP + 24;
      to.box(none, bar, HEIGHT, HEIGHT, Paint.of(Scale.NONE), "no number");
      double beside = none + HEIGHT + GAP;
      to.text(beside, bar + HEIGHT - 1, "no number", TextRole.TICK, Mark.Anchor.START);
    }
    double ticks = bar + HEIGHT + size + 2;
    double end = x + STEPS * STEP;
    to.text(x, ticks, Figures.digits(scale.low(), 3), TextRole.TICK, Mark.Anchor.START);
    if (scale instanceof Scale.Diverging diverging) {
      String middle = Figures.digits(diverging.middle(), 3);
      to.text((x + end) / 2, ticks, middle, TextRole.TICK, Mark.Anchor.MIDDLE);
    }
    to.text(end, ticks, Figures.digits(scale.high(), 3), TextRole.TICK, Mark.Anchor.END);
    return ticks + GAP;
  }

  private static String at(Quantity cells, Scale scale, int step) {
    double share = step / (STEPS - 1.0);
    return value(cells, scale.low() + share * (scale.high() - scale.low()));
  }

  /** A number with its unit: {@code entropy 1.204 nats}. */
  static String value(Quantity cells, double value) {
    String number = cells.label() + " " + Figures.of(value);
    return cells.unit().isEmpty() || Double.isNaN(value) ? number : number + " " + cells.unit();
  }
}
