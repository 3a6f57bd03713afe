package vitrine.interp.pictures;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What colours must hold so that everybody reads them alike. */
final class ColourTest {
  private static final double LEAST_FOR_TEXT = 4.5;
  private static final double LEAST_FOR_LINES = 3;

  @Test
  void should_have_enough_contrast_when_a_number_stands_on_a_cell() {
    int checked = 0;
    for (ColourTable table : ColourTable.values()) {
      for (int i = 0; i <= 1000; i++) {
        Rgb cell = table.at(i / 1000.0);
        assertTrue(cell.contrast(cell.ink()) >= LEAST_FOR_TEXT, table + " at " + i);
        checked++;
      }
    }
    assertTrue(Scale.NONE.contrast(Scale.NONE.ink()) >= LEAST_FOR_TEXT);
    assertEquals(2002, checked);
  }

  @Test
  void should_have_enough_contrast_when_on_light_or_dark_paper() {
    for (Tone tone : List.of(Tone.INK, Tone.SOFT)) {
      assertTrue(tone.light().contrast(Tone.PAPER.light()) >= LEAST_FOR_TEXT, tone.toString());
      assertTrue(tone.dark().contrast(Tone.PAPER.dark()) >= LEAST_FOR_TEXT, tone.toString());
    }
    for (int series = 0; series < 8; series++) {
      Tone tone = Tone.ofSeries(series);
      assertTrue(tone.light().contrast(Tone.PAPER.light()) >= LEAST_FOR_LINES, tone.toString());
      assertTrue(tone.dark().contrast(Tone.PAPER.dark()) >= LEAST_FOR_LINES, tone.toString());
    }
    assertEquals(Tone.ofSeries(0), Tone.ofSeries(8));
    assertEquals(1, Tone.roundOfSeries(8));
  }

  @Test
  void should_be_even_when_steps_are_compared_in_cielab() {
    assertEven(ColourTable.DEVON, 1.5);
    assertEven(ColourTable.VIK, 1.25);
  }

  private static void assertEven(ColourTable table, double most) {
    double smallest = Double.MAX_VALUE;
    double largest = 0;
    for (int i = 1; i < table.entries().size(); i++) {
      double[] a = lab(table.entries().get(i - 1));
      double[] b = lab(table.entries().get(i));
      double step = Math.hypot(Math.hypot(a[0] - b[0], a[1] - b[1]), a[2] - b[2]);
      smallest = Math.min(smallest, step);
      largest = Math.max(largest, step);
    }
    assertTrue(largest / smallest < most, table + ": " + smallest + " to " + largest);
  }

  /** Whoever sees no hue at all still sees the order. */
  @Test
  void should_order_by_lightness_alone_when_hue_is_not_seen() {
    List<Rgb> devon = ColourTable.DEVON.entries();
    for (int i = 1; i < devon.size(); i++) {
      assertTrue(lab(devon.get(i))[0] < lab(devon.get(i - 1))[0], "devon at " + i);
    }
    List<Rgb> vik = ColourTable.VIK.entries();
    for (int i = 1; i < vik.size(); i++) {
      boolean rises = lab(vik.get(i))[0] > lab(vik.get(i - 1))[0];
      assertEquals(i <= vik.size() / 2, rises, "vik at " + i);
    }
  }

  /** CIE 1976, from sRGB under D65. */
  private static double[] lab(Rgb rgb) {
    double r = linear(rgb.red());
    double g = linear(rgb.green());
    double b = linear(rgb.blue());
    double x = root((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047);
    double y = root(0.2126729 * r + 0.7151522 * g + 0.0721750 * b);
    double z = root((0.0193339 * r + 0.1191920 * g + 0.9503041 * b) / 1.08883);
    return new double[] {116 * y - 16, 500 * (x - y), 200 * (y - z)};
  }

  private static double linear(int channel) {
    double share = channel / 255.0;
    return share <= 0.04045 ? share / 12.92 : Math.pow((share + 0.055) / 1.055, 2.4);
  }

  private static double root(double value) {
    return value > 216.0 / 24389 ? Math.cbrt(value) : (24389.0 / 27 * value + 16) / 116;
  }

  /** The examples of WCAG 2.2's understanding pages. */
  @Test
  void should_follow_wcag_when_contrast_is_asked() {
    assertEquals(21, Rgb.BLACK.contrast(Rgb.WHITE), 1e-12);
    assertEquals(4.54, Rgb.hex("767676").contrast(Rgb.WHITE), 0.005);
    assertEquals(1, Rgb.WHITE.contrast(Rgb.WHITE));
  }

  @Test
  void should_have_a_range_when_numbers_are_all_the_same_or_missing() {
    Grid same = Grid.row(3, 3);
    assertEquals(new Scale.Sequential(3, 6), Scale.sequential(same));
    Grid none = Grid.row(Double.NaN, Double.NaN);
    assertEquals(new Scale.Sequential(0, 1), Scale.sequential(none));
    assertEquals(new Scale.Diverging(0, 1), Scale.diverging(none, 0));
    assertEquals(new Scale.Diverging(3, 1), Scale.diverging(same, 3));
    assertEquals(new Scale.Sequential(0, 1), Scale.fromZero(Grid.row(0, 0)));
    assertEquals(Scale.NONE, Scale.sequential(none).colour(Double.NaN));
    assertEquals(ColourTable.VIK.at(0.5), Scale.diverging(Grid.row(-4, 2), 0).colour(0));
    assertEquals(ColourTable.VIK.at(0), Scale.diverging(Grid.row(-4, 2), 0).colour(-9));
  }
}
