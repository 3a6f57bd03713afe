package vitrine.interp.pictures;

import java.awt.AlphaComposite;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.AffineTransform;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import vitrine.engine.InputException;

/** A drawing as PNG, on light paper, two dots a CSS pixel: as sharp in print as on the screen. */
final class PngWriter {
  private static final double DOTS = 2;

  /** 64 million dots are 256 MB: what is larger is no picture to look at. */
  private static final double MOST_DOTS = 1 << 26;

  private final Graphics2D graphics;

  private PngWriter(Graphics2D graphics) {
    this.graphics = graphics;
  }

  /**
   * Writes the image.
   *
   * @throws InputException when it is too large for an image, or the system has no fonts
   */
  static void write(Drawing drawing, OutputStream out) throws IOException {
    double dots = drawing.width() * DOTS * drawing.height() * DOTS;
    if (dots > MOST_DOTS) {
      throw new InputException(
          "png: %.0f x %.0f dots; expected at most %.0f in all. Write .svg or .html, or show less."
              .formatted(drawing.width() * DOTS, drawing.height() * DOTS, MOST_DOTS));
    }
    BufferedImage image =
        new BufferedImage(
            (int) Math.ceil(drawing.width() * DOTS),
            (int) Math.ceil(drawing.height() * DOTS),
            BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    try {
      new PngWriter(graphics).draw(drawing);
    } catch (InternalError | UnsatisfiedLinkError | NoClassDefFoundError e) {
      // What Java's text throws where the system has no fontconfig, or no font at all.
      throw new InputException(
          "png: fonts: this system has none that Java can use (%s); expected fontconfig and a font."
                  .formatted(e.getMessage())
              + " Install them (Debian: fontconfig, fonts-dejavu-core), or write .svg or .html.",
          e);
    } finally {
      graphics.dispose();
    }
    try (var stream = new MemoryCacheImageOutputStream(out)) {
      if (!ImageIO.write(image, "png", stream)) {
        throw new IllegalStateException("png: no writer in this JVM");
      }
    }
  }

  private void draw(Drawing drawing) {
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    graphics.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    graphics.setRenderingHint(
        RenderingHints.KEY_FRACTIONALMETRICS, RenderingHints.VALUE_FRACTIONALMETRICS_ON);
    graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
    graphics.setColor(colour(Tone.PAPER.light()));
    graphics.scale(DOTS, DOTS);
    graphics.fill(new Rectangle2D.Double(0, 0, drawing.width() + 1, drawing.height() + 1));
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
  }

  private static Color colour(Rgb rgb) {
    return new Color(rgb.red(), rgb.green(), rgb.blue());
  }

  private void box(Mark.Box box) {
    graphics.setColor(colour(box.fill().light()));
    graphics.fill(new Rectangle2D.Double(box.x(), box.y(), box.width(), box.height()));
  }

  private static Path2D path(List<Mark.Spot> spots) {
    Path2D path = new Path2D.Double();
    for (int i = 0; i < spots.size(); i++) {
      if (i == 0) {
        path.moveTo(spots.get(i).x(), spots.get(i).y());
      } else {
        path.lineTo(spots.get(i).x(), spots.get(i).y());
      }
    }
    return path;
  }

  private void line(Mark.Polyline line) {
    graphics.setColor(colour(line.stroke().light()));
    float[] dash = new float[line.dash().lengths().size()];
    for (int i = 0; i < dash.length; i++) {
      dash[i] = line.dash().lengths().get(i).floatValue();
    }
    graphics.setStroke(
        new BasicStroke(
            (float) line.width(),
            BasicStroke.CAP_BUTT,
            BasicStroke.JOIN_ROUND,
            10,
            dash.length == 0 ? null : dash,
            0));
    graphics.draw(path(line.spots()));
  }

  private void area(Mark.Area area) {
    Path2D path = path(area.spots());
    path.closePath();
    graphics.setColor(colour(area.fill().light()));
    graphics.setComposite(
        AlphaComposite.getInstance(AlphaComposite.SRC_OVER, (float) Mark.Area.OPACITY));
    graphics.fill(path);
    graphics.setComposite(AlphaComposite.SrcOver);
  }

  private void disc(Mark.Disc disc) {
    double size = 2 * disc.radius();
    graphics.setColor(colour(disc.fill().light()));
    graphics.fill(
        new Ellipse2D.Double(disc.x() - disc.radius(), disc.y() - disc.radius(), size, size));
  }

  /** Edges on whole dots, so that no paper shines through between cells. */
  private void cells(Mark.Cells cells) {
    AffineTransform scaled = graphics.getTransform();
    graphics.setTransform(new AffineTransform());
    for (int i = 0; i < cells.colours().size(); i++) {
      int row = i / cells.columns();
      int column = i % cells.columns();
      int left = dot(cells.x() + column * cells.width());
      int top = dot(cells.y() + row * cells.height());
      int right = dot(cells.x() + (column + 1) * cells.width());
      int bottom = dot(cells.y() + (row + 1) * cells.height());
      graphics.setColor(colour(cells.colours().get(i)));
      graphics.fillRect(left, top, right - left, bottom - top);
    }
    graphics.setTransform(scaled);
  }

  private static int dot(double length) {
    return (int) Math.round(length * DOTS);
  }

  private void words(Mark.Words words) {
    String text = Markup.plain(words.text());
    if (text.isEmpty()) {
      return;
    }
    int style = words.role() == TextRole.TITLE ? Font.BOLD : Font.PLAIN;
    Font font = new Font(Font.SANS_SERIF, style, 1).deriveFont(style, (float) words.role().size());
    graphics.setFont(font);
    graphics.setColor(colour(words.fill().light()));
    double width = font.getStringBounds(text, graphics.getFontRenderContext()).getWidth();
    double shift =
        switch (words.anchor()) {
          case START -> 0;
          case MIDDLE -> -width / 2;
          case END -> -width;
        };
    AffineTransform before = graphics.getTransform();
    graphics.translate(words.x(), words.y());
    if (words.turn() == Mark.Turn.UP) {
      graphics.rotate(-Math.PI / 2);
    }
    graphics.drawString(text, (float) shift, 0);
    graphics.setTransform(before);
  }
}
