package vitrine.interp.pictures;

import java.util.Locale;

/** Numbers for people. */
final class Figures {
  private Figures() {}

  /** About four digits, without an exponent where that is readable; {@code none} for NaN. */
  static String of(double value) {
    return digits(value, 4);
  }

  /** As {@link #of}, with so many digits that count. */
  static String digits(double value, int digits) {
    if (Double.isNaN(value)) {
      return "none";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "infinite" : "-infinite";
    }
    double size = Math.abs(value);
    if (size == 0) {
      return "0";
    }
    if (size < 1e-4 || size >= 1e7) {
      return String.format(Locale.ROOT, "%." + (digits - 1) + "e", value);
    }
    int before = (int) Math.floor(Math.log10(size)) + 1;
    String plain = String.format(Locale.ROOT, "%." + Math.max(0, digits - before) + "f", value);
    return trimmed(plain);
  }

  private static String trimmed(String plain) {
    if (plain.indexOf('.') < 0) {
      return plain;
    }
    String shorter = plain.replaceFirst("0+$", "").replaceFirst("\\.$", "");
    return shorter.equals("-0") ? "0" : shorter;
  }

  /**
   * How many decimals tell apart what a hundredth of a scale does.
   *
   * @param span from one end of the scale to the other
   */
  static int decimals(double span) {
    return Math.clamp((long) Math.ceil(-Math.log10(span / 100)), 0, 12);
  }

  /**
   * For a cell of a heat map, as short as {@code .43}, {@code -1.20}, {@code 120}; empty for NaN.
   */
  static String cell(double value, int decimals) {
    if (!Double.isFinite(value)) {
      return "";
    }
    String plain = String.format(Locale.ROOT, "%." + decimals + "f", value);
    if (plain.matches("-?0(\\.0*)?")) {
      return "0";
    }
    return plain.startsWith("0.")
        ? plain.substring(1)
        : plain.startsWith("-0.") ? "-" + plain.substring(2) : plain;
  }
}
