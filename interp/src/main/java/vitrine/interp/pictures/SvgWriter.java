package vitrine.interp.pictures;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A drawing as SVG 1.1. Its colours are attributes, as every viewer knows them; a style sheet
 * overrides those of the theme where the reader prefers dark.
 */
final class SvgWriter {
  /** Up to here each cell is an element with words of its own. */
  static final int MOST_CELLS_WITH_TITLES = 1024;

  private final String id;
  private final StringBuilder out = new StringBuilder();

  private SvgWriter(String id) {
    this.id = id;
  }

  /** A file of its own. */
  static String document(Drawing drawing) {
    SvgWriter writer = new SvgWriter("picture");
    writer.open(drawing, " xmlns=\"http://www.w3.org/2000/svg\"");
    writer
        .out
        .append("<style>")
        .append(themes())
        .append("@media print{svg{background:#fff}}</style>\n");
    writer.marks(drawing);
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + writer.out;
  }

  /**
   * An element of an HTML page, which brings {@link #dark}.
   *
   * @param id not used twice in the page
   */
  static String element(Drawing drawing, String id) {
    SvgWriter writer = new SvgWriter(id);
    writer.open(drawing, "");
    writer.marks(drawing);
    return writer.out.toString();
  }

  /** The style sheet: the theme's colours on dark paper. */
  private static String themes() {
    StringBuilder css = new StringBuilder("text{font-family:system-ui,sans-serif}");
    css.append("@media screen and (prefers-color-scheme:dark){").append(dark()).append('}');
    return css.toString();
  }

  /** Rules for dark paper: {@code f-} fills, {@code s-} strokes. */
  static String dark() {
    StringBuilder css = new StringBuilder();
    for (Tone tone : Tone.values()) {
      String name = name(tone);
      String colour = tone.dark().hex();
      css.append(".f-%s{fill:%s}.s-%s{stroke:%s}".formatted(name, colour, name, colour));
    }
    return css.toString();
  }

  private static String name(Tone tone) {
    return tone.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private void open(Drawing drawing, String namespace) {
    String width = Markup.number(drawing.width());
    String height = Markup.number(drawing.height());
    out.append(
        "<svg%s width=\"%s\" height=\"%s\" viewBox=\"0 0 %s %s\" role=\"img\" aria-labelledby=\"%s-title %s-desc\">\n"
            .formatted(namespace, width, height, width, height, id, id));
    out.append("<title id=\"%s-title\">%s</title>\n".formatted(id, Markup.escape(drawing.title())));
    out.append(
        "<desc id=\"%s-desc\">%s</desc>\n".formatted(id, Markup.escape(drawing.description())));
  }

  private void marks(Drawing drawing) {
    out.append("<rect width=\"100%\" height=\"100%\"")
        .append(colour("fill", Paint.of(Tone.PAPER)))
        .append("/>\n");
    for (Mark mark : drawing.marks()) {
      switch (mark) {
        case Mark.Box box -> box(box);
        case Mark.Polyline line -> line(line);
        case Mark.Area area -> area(area);
        case Mark.Disc disc -> disc(disc);
        case Mark.Words words -> words(words);
        case Mark.Cells cells -> cells(cells);
      }
    }
    out.append("</svg>\n");
  }

  private static String colour(String attribute, Paint paint) {
    String fixed = " " + attribute + "=\"" + paint.light().hex() + "\"";
    return switch (paint) {
      case Paint.Fixed _ -> fixed;
      case Paint.Themed themed ->
          fixed + " class=\"" + attribute.charAt(0) + "-" + name(themed.tone()) + "\"";
    };
  }

  private void close(String element, @Nullable String tip) {
    if (tip == null) {
      out.append("/>\n");
    } else {
      out.append("><title>%s</title></%s>\n".formatted(Markup.escape(tip), element));
    }
  }

  private void box(Mark.Box box) {
    rectangle(box.x(), box.y(), box.width(), box.height());
    out.append(colour("fill", box.fill()));
    close("rect", box.tip());
  }

  private void rectangle(double x, double y, double width, double height) {
    out.append(
        "<rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\""
            .formatted(
                Markup.number(x), Markup.number(y), Markup.number(width), Markup.number(height)));
  }

  private static String points(List<Mark.Spot> spots) {
    return spots.stream()
        .map(spot -> Markup.number(spot.x()) + "," + Markup.number(spot.y()))
        .collect(Collectors.joining(" "));
  }

  private void line(Mark.Polyline line) {
    out.append("<polyline points=\"%s\" fill=\"none\"".formatted(points(line.spots())));
    out.append(colour("stroke", line.stroke()));
    out.append(" stroke-width=\"%s\"".formatted(Markup.number(line.width())));
    if (!line.dash().lengths().isEmpty()) {
      out.append(
          line.dash().lengths().stream()
              .map(Markup::number)
              .collect(Collectors.joining(" ", " stroke-dasharray=\"", "\"")));
    }
    close("polyline", line.tip());
  }

  private void area(Mark.Area area) {
    out.append("<polygon points=\"%s\"".formatted(points(area.spots())));
    out.append(colour("fill", area.fill()));
    out.append(" fill-opacity=\"%s\"/>\n".formatted(Mark.Area.OPACITY));
  }

  private void disc(Mark.Disc disc) {
    out.append(
        "<circle cx=\"%s\" cy=\"%s\" r=\"%s\""
            .formatted(
                Markup.number(disc.x()), Markup.number(disc.y()), Markup.number(disc.radius())));
    out.append(colour("fill", disc.fill()));
    close("circle", disc.tip());
  }

  private void words(Mark.Words words) {
    if (words.text().isEmpty()) {
      return;
    }
    String x = Markup.number(words.x());
    String y = Markup.number(words.y());
    out.append(
        switch (words.turn()) {
          case ACROSS -> "<text x=\"%s\" y=\"%s\"".formatted(x, y);
          case UP -> "<text transform=\"translate(%s %s) rotate(-90)\"".formatted(x, y);
        });
    out.append(
        switch (words.anchor()) {
          case START -> "";
          case MIDDLE -> " text-anchor=\"middle\"";
          case END -> " text-anchor=\"end\"";
        });
    out.append(
        " font-family=\"system-ui,sans-serif\" font-size=\"%s\""
            .formatted(Markup.number(words.role().size())));
    out.append(words.role() == TextRole.TITLE ? " font-weight=\"600\"" : "");
    out.append(colour("fill", words.fill()));
    // Tokens lie above what is pointed at.
    out.append(" pointer-events=\"none\" xml:space=\"preserve\">")
        .append(Markup.escape(words.text()))
        .append("</text>\n");
  }

  private void cells(Mark.Cells cells) {
    out.append("<g shape-rendering=\"crispEdges\"")
        .append(
            " data-cells=\"%s %s %s %s %d %d\">\n"
                .formatted(
                    Markup.number(cells.x()),
                    Markup.number(cells.y()),
                    cells.width(),
                    cells.height(),
                    cells.rows(),
                    cells.columns()));
    if (cells.colours().size() <= MOST_CELLS_WITH_TITLES) {
      titled(cells);
    } else {
      byColour(cells);
    }
    out.append("</g>\n");
  }

  private void titled(Mark.Cells cells) {
    for (int i = 0; i < cells.colours().size(); i++) {
      int row = i / cells.columns();
      int column = i % cells.columns();
      rectangle(
          cells.x() + column * cells.width(),
          cells.y() + row * cells.height(),
          cells.width(),
          cells.height());
      out.append(colour("fill", Paint.of(cells.colours().get(i))));
      close("rect", cells.tips().of(row, column));
    }
  }

  /** One path for all cells of a colour: of a thousand columns, a tenth of the size. */
  private void byColour(Mark.Cells cells) {
    Map<Rgb, StringBuilder> paths = new LinkedHashMap<>();
    String shape =
        "h%sv%sh-%sz"
            .formatted(
                Markup.number(cells.width()),
                Markup.number(cells.height()),
                Markup.number(cells.width()));
    for (int i = 0; i < cells.colours().size(); i++) {
      int row = i / cells.columns();
      int column = i % cells.columns();
      paths
          .computeIfAbsent(cells.colours().get(i), _ -> new StringBuilder())
          .append('M')
          .append(Markup.number(cells.x() + column * cells.width()))
          .append(' ')
          .append(Markup.number(cells.y() + row * cells.height()))
          .append(shape);
    }
    paths.forEach((colour, path) ->
        out.append("<path fill=\"%s\" d=\"%s\"/>\n".formatted(colour.hex(), path)));
  }
}
