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

  /** For a cell of a heat map: as short as {@code .43}, {@code -1.2}, {@code 120}. */
  static String cell(double value) {
    if (Double.isNaN(value)) {
      return "";
    }
    String short2 = digits(value, 2);
    return short2.startsWith("0.")
        ? short2.substring(1)
        : short2.startsWith("-0.") ? "-" + short2.substring(2) : short2;
  }
}
