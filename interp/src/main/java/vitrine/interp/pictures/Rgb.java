package vitrine.interp.pictures;

/**
 * A colour of sRGB.
 *
 * @param red 0 to 255
 * @param green 0 to 255
 * @param blue 0 to 255
 */
public record Rgb(int red, int green, int blue) {
  /** Text on dark cells. */
  static final Rgb WHITE = new Rgb(255, 255, 255);

  /** Text on light cells. */
  static final Rgb BLACK = new Rgb(0, 0, 0);

  public Rgb {
    if ((red | green | blue) < 0 || Math.max(red, Math.max(green, blue)) > 255) {
      throw new IllegalArgumentException("colour: " + red + ", " + green + ", " + blue);
    }
  }

  /** Reads {@code 1a2b3c}. */
  static Rgb hex(String digits) {
    int value = Integer.parseInt(digits, 16);
    return new Rgb(value >> 16, (value >> 8) & 0xFF, value & 0xFF);
  }

  /** As in {@code #1a2b3c}. */
  public String hex() {
    return "#%02x%02x%02x".formatted(red, green, blue);
  }

  /** Between two colours, linear in sRGB: for neighbours in a table. */
  static Rgb between(Rgb from, Rgb to, double share) {
    return new Rgb(
        mixed(from.red, to.red, share),
        mixed(from.green, to.green, share),
        mixed(from.blue, to.blue, share));
  }

  private static int mixed(int from, int to, double share) {
    return (int) Math.round(from + (to - from) * share);
  }

  /** Relative luminance, 0 to 1 (WCAG 2.2). */
  public double luminance() {
    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
  }

  private static double linear(int channel) {
    double share = channel / 255.0;
    return share <= 0.04045 ? share / 12.92 : Math.pow((share + 0.055) / 1.055, 2.4);
  }

  /** The contrast of two colours, 1 to 21 (WCAG 2.2); text needs 4.5, lines need 3. */
  public double contrast(Rgb other) {
    double lighter = Math.max(luminance(), other.luminance());
    double darker = Math.min(luminance(), other.luminance());
    return (lighter + 0.05) / (darker + 0.05);
  }

  /** Black or white, whichever is better read on this; never below a contrast of 4.5. */
  public Rgb ink() {
    return contrast(BLACK) >= contrast(WHITE) ? BLACK : WHITE;
  }
}
