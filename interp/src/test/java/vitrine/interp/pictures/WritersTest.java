package vitrine.interp.pictures;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import vitrine.engine.InputException;
import vitrine.interp.io.Json;

/** PNG, HTML and text. */
final class WritersTest {
  private static BufferedImage png(Picture picture) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Pictures.png(List.of(picture), out);
    return ImageIO.read(new ByteArrayInputStream(out.toByteArray()));
  }

  @Test
  void should_have_the_colour_of_each_cell_when_png() throws IOException {
    Heatmap map = Samples.heatmap(12, 1024);
    BufferedImage image = png(map);
    Drawing drawing = Layout.of(map);
    assertEquals(Math.ceil(2 * drawing.width()), image.getWidth());
    assertEquals(Math.ceil(2 * drawing.height()), image.getHeight());
    Mark.Cells cells =
        drawing.marks().stream()
            .filter(Mark.Cells.class::isInstance)
            .map(Mark.Cells.class::cast)
            .findFirst()
            .orElseThrow();
    for (int row = 0; row < 12; row++) {
      for (int column = 0; column < 1024; column += 7) {
        int x = (int) (2 * (cells.x() + (column + 0.5) * cells.width()));
        int y = (int) (2 * (cells.y() + (row + 0.5) * cells.height()));
        Rgb expected = map.scale().colour(map.values().at(row, column));
        assertEquals(
            expected.hex(), "#%06x".formatted(image.getRGB(x, y) & 0xFFFFFF), row + ", " + column);
      }
    }
  }

  @Test
  void should_say_so_when_a_png_would_be_too_large() {
    List<Picture> many = Collections.nCopies(400, Samples.lines(1, 2));
    InputException refused =
        assertThrows(InputException.class, () -> Pictures.png(many, new ByteArrayOutputStream()));
    assertTrue(String.valueOf(refused.getMessage()).startsWith("png: "), refused.getMessage());
  }

  @Test
  void should_allow_only_its_own_style_and_script_when_html() throws NoSuchAlgorithmException {
    SequencedMap<String, String> facts = new LinkedHashMap<>();
    facts.put("model", "induction-2l");
    String html =
        Pictures.html(new Page("A page", List.of(Samples.heatmap(2, 2)), facts, Json.object()));
    String style = between(html, "<style>", "</style>");
    String script = between(html, "<script>", "</script>");
    assertTrue(html.contains("default-src 'none'; style-src 'sha256-" + hash(style) + "'"));
    assertTrue(html.contains("script-src 'sha256-" + hash(script) + "'"));
    assertTrue(html.contains("<dt>model</dt><dd>induction-2l</dd>"));
    assertTrue(html.contains("<noscript>"));
    assertTrue(!html.contains("style=\""), "the policy forbids style attributes");
  }

  private static String hash(String text) throws NoSuchAlgorithmException {
    byte[] digest =
        MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    return Base64.getEncoder().encodeToString(digest);
  }

  private static String between(String text, String from, String to) {
    int start = text.indexOf(from) + from.length();
    return text.substring(start, text.indexOf(to, start));
  }

  @Test
  void should_show_numbers_when_the_terminal_has_room() {
    Heatmap map =
        new Heatmap(
            Samples.CAPTION,
            Quantity.of("head"),
            Quantity.of("layer"),
            List.of("0", "1"),
            List.of("0", "1"),
            Quantity.of("effect", "nats"),
            Grid.of(new double[][] {{0.25, -1}, {Double.NaN, 0}}),
            new Scale.Diverging(0, 1));
    assertEquals(
        """
        A title
        layer     0     1
        0       .25 -1.00
        1               0
        cells: effect (nats), rows: layer, columns: head
        Each cell is one head.
        Mean over 8 texts.
        """,
        Pictures.text(map, 80));
  }

  @Test
  void should_show_blocks_when_the_terminal_has_none() {
    String text = Pictures.text(Samples.heatmap(12, 1024), 80);
    assertTrue(text.contains("each block is the mean of 1 x 14 cells"), text);
    text.lines().forEach(line -> assertTrue(Columns.of(line) <= 80, line));
    assertEquals(12, text.lines().filter(line -> line.matches("[0-9]+ +[ ░▒▓█]+")).count());
  }

  @Test
  void should_have_a_line_a_series_when_curves_are_text() {
    String text = Pictures.text(Samples.lines(24, 13), 80);
    assertEquals(24, text.lines().filter(line -> line.startsWith("token ")).count());
  }

  @Test
  void should_count_wide_characters_twice_when_a_terminal_is_measured() {
    assertEquals(6, Columns.of("日本語"));
    assertEquals(1, Columns.of("e\u0301"));
    assertEquals("日本\u2026", Columns.left("日本語テキスト", 5));
    assertEquals("  ab", Columns.right("ab", 4));
  }

  @Test
  void should_be_short_and_right_when_numbers_are_spelled() {
    assertEquals("0.4286", Figures.of(3 / 7.0));
    assertEquals("123457", Figures.digits(123456.7, 4));
    assertEquals("1.235e+08", Figures.of(123456789));
    assertEquals("-1.2", Figures.digits(-1.2, 4));
    assertEquals("none", Figures.of(Double.NaN));
    assertEquals("0", Figures.of(-0.0));
    assertEquals(".06", Figures.cell(0.064, Figures.decimals(1)));
    assertEquals("2.31", Figures.cell(2.31, Figures.decimals(3.2)));
    assertEquals("120", Figures.cell(119.6, Figures.decimals(200)));
    assertEquals("", Figures.cell(Double.NaN, 2));
  }

  @Test
  void should_leave_out_what_does_not_fit_when_text_is_wrapped() {
    assertEquals(List.of("a b", "c"), Letters.wrap("a b c", 10, 20));
    assertTrue(Letters.fit("a long name indeed", 10, 40).endsWith("\u2026"));
    assertEquals("short", Letters.fit("short", 10, 100));
  }

  @Test
  void should_refuse_when_names_and_numbers_do_not_match() {
    Grid grid = Samples.grid(2, 2);
    List<Runnable> calls =
        List.of(
            () ->
                new Heatmap(
                    Samples.CAPTION,
                    Quantity.of("x"),
                    Quantity.of("y"),
                    List.of("a"),
                    List.of("a", "b"),
                    Quantity.of("z"),
                    grid,
                    Scale.sequential(grid)),
            () ->
                new TokenStrip(
                    Samples.CAPTION,
                    List.of("a"),
                    Quantity.of("z"),
                    Grid.row(1, 2),
                    new Scale.Sequential(0, 1)),
            () -> Grid.of(new double[][] {{1}, {1, 2}}),
            () -> Grid.of(new double[0][0]),
            () -> new Scale.Sequential(1, 1),
            () -> new Scale.Sequential(0, Double.NaN),
            () -> Caption.of("", "x"),
            () ->
                new Graph(
                    Samples.CAPTION,
                    Quantity.of("w"),
                    List.of(new Graph.Node("a", 0)),
                    List.of(new Graph.Edge(0, 1, 1))),
            () -> Pictures.svg(List.of()));
    for (Runnable call : calls) {
      assertThrows(IllegalArgumentException.class, call::run);
    }
  }
}
