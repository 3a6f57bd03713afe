package vitrine.engine.hooks;

import java.util.Locale;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import vitrine.engine.InputException;

/** Small readers of text that nobody vouches for, and the one way it is quoted in an error. */
final class Text {
  /** Longer than any site, edit or loss a person writes; keeps hostile input cheap. */
  static final int LONGEST = 100_000;

  private static final int SHOWN = 80;
  private static final Pattern INTEGER = Pattern.compile("0|-?[1-9][0-9]{0,9}");
  private static final Pattern NUMBER =
      Pattern.compile(
          "[-+]?(?:[0-9]{1,60}(?:\\.[0-9]{0,60})?|\\.[0-9]{1,60})(?:[eE][-+]?[0-9]{1,5})?");

  private Text() {}

  /** The text between quotes, on one line and not too long. */
  static String quote(String text) {
    StringBuilder shown = new StringBuilder("'");
    text.codePoints()
        .limit(SHOWN)
        .forEach(c -> shown.appendCodePoint(unprintable(c) ? '\uFFFD' : c));
    return shown.append(text.codePointCount(0, text.length()) > SHOWN ? "…'" : "'").toString();
  }

  private static boolean unprintable(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.FORMAT,
          Character.UNASSIGNED ->
          true;
      default -> false;
    };
  }

  /**
   * An integer in its one spelling: no plus, no leading zeros, no minus zero; empty when it is not
   * one.
   */
  static OptionalInt integer(String text) {
    if (!INTEGER.matcher(text).matches()) {
      return OptionalInt.empty();
    }
    long value = Long.parseLong(text);
    return value == (int) value ? OptionalInt.of((int) value) : OptionalInt.empty();
  }

  static boolean looksNumeric(String text) {
    return NUMBER.matcher(text).matches()
        || switch (text.toLowerCase(Locale.ROOT).replaceFirst("^[-+]", "")) {
          case "nan", "inf", "infinity" -> true;
          default -> false;
        };
  }

  /**
   * A finite number.
   *
   * @param what operation and operand of the error
   */
  static float number(String text, String what) {
    if (NUMBER.matcher(text).matches()) {
      float value = Float.parseFloat(text);
      if (Float.isFinite(value)) {
        return value;
      }
    }
    throw new InputException(what + ": " + quote(text) + "; expected a finite number, as in 0.5.");
  }

  /** A number in its shortest form: {@code 2}, not {@code 2.0}. */
  static String number(float value) {
    return value == (int) value && Math.abs(value) < 1e6 && !isMinusZero(value)
        ? Integer.toString((int) value)
        : Float.toString(value);
  }

  private static boolean isMinusZero(float value) {
    return value == 0 && Float.floatToRawIntBits(value) != 0;
  }
}
