package vitrine.interp.pictures;

/** A text as boxes behind its tokens, in lines like any text. */
final class StripLayout {
  private static final double WIDTH = 760;
  private static final double LINE = 26;
  private static final double PADDING = 5;
  private static final double GAP = 2;
  private static final double SIZE = TextRole.TOKEN.size();

  private StripLayout() {}

  static Drawing draw(TokenStrip strip) {
    Drawing.Builder to = new Drawing.Builder();
    double width = Layout.width(WIDTH);
    double y = Layout.head(to, strip.caption(), width);
    double x = Layout.MARGIN;
    for (int i = 0; i < strip.tokens().size(); i++) {
      double value = strip.values().at(0, i);
      String token = Letters.fit(strip.tokens().get(i), SIZE, WIDTH - 2 * PADDING);
      double box = Math.max(LINE / 2, Letters.width(token, SIZE) + 2 * PADDING);
      if (x + box > Layout.MARGIN + WIDTH) {
        x = Layout.MARGIN;
        y += LINE + GAP;
      }
      Rgb colour = strip.scale().colour(value);
      String tip =
          "%d %s: %s".formatted(i, strip.tokens().get(i), ColourBar.value(strip.cells(), value));
      to.box(x, y, box, LINE, Paint.of(colour), tip);
      to.text(
          x + box / 2,
          y + LINE / 2 + SIZE * 0.35,
          token,
          TextRole.TOKEN,
          Mark.Anchor.MIDDLE,
          Paint.of(colour.ink()));
      x += box + GAP;
    }
    double bar = y + LINE + 2 * PADDING;
    double below =
        ColourBar.draw(to, strip.cells(), strip.scale(), strip.values(), Layout.MARGIN, bar, WIDTH);
    return to.build(width, Layout.foot(to, strip.caption(), below, width), strip.caption());
  }
}
