package vitrine.interp.pictures;

import java.util.Arrays;
import java.util.List;

/**
 * What is coloured by the reader's theme, light or dark. Text has a contrast of at least 4.5 with
 * the paper, series have 3 (WCAG 2.2); a test holds both.
 *
 * <p>The series are those of Okabe and Ito (2008) and of P. Tol (Colour schemes, 2021) that are
 * dark enough for white paper, or light enough for dark; after the eighth, dashes tell them apart.
 */
enum Tone {
  PAPER("ffffff", "16181d"),
  INK("1b1e24", "e8e9ec"),
  SOFT("5a6070", "a3a9b8"),
  RULE("d5d8df", "3a3f4a"),
  SERIES_0("0072b2", "56b4e9"),
  SERIES_1("d55e00", "e69f00"),
  SERIES_2("00805f", "44c9a0"),
  SERIES_3("aa4499", "dd88cc"),
  SERIES_4("332288", "9b9ce8"),
  SERIES_5("7d7d1a", "ddcc77"),
  SERIES_6("882255", "ee8899"),
  SERIES_7("555f66", "c2c7cc");

  /** Those of the series, in order. */
  private static final List<Tone> SERIES =
      Arrays.stream(values()).filter(tone -> tone.name().startsWith("SERIES_")).toList();

  @SuppressWarnings("ImmutableEnumChecker") // a record of three numbers
  private final Rgb light;

  @SuppressWarnings("ImmutableEnumChecker") // likewise
  private final Rgb dark;

  Tone(String light, String dark) {
    this.light = Rgb.hex(light);
    this.dark = Rgb.hex(dark);
  }

  Rgb light() {
    return light;
  }

  Rgb dark() {
    return dark;
  }

  /** Of the n-th series; they begin anew after the last. */
  static Tone ofSeries(int index) {
    return SERIES.get(index % SERIES.size());
  }

  /** How often the colours have begun anew before the n-th series. */
  static int roundOfSeries(int index) {
    return index / SERIES.size();
  }
}
