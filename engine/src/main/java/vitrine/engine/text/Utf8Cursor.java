package vitrine.engine.text;

import java.nio.charset.StandardCharsets;

/** Walks a string by the bytes of its UTF-8 form; half a surrogate pair counts as U+FFFD. */
final class Utf8Cursor {
  private final String text;
  private int at;

  /** How many bytes of the character at {@code at} have been passed. */
  private int inside;

  Utf8Cursor(String text) {
    this.text = text;
  }

  /** The UTF-8 bytes of a string. */
  static byte[] encode(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        return repaired(text).getBytes(StandardCharsets.UTF_8);
      }
    }
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String repaired(String text) {
    StringBuilder whole = new StringBuilder(text.length());
    text.codePoints().forEach(c -> whole.appendCodePoint(c >= 0xd800 && c < 0xe000 ? 0xfffd : c));
    return whole.toString();
  }

  /** Where the character begins that holds the next byte. */
  int position() {
    return at;
  }

  /** Passes bytes (at least one); returns where the character ends that holds the last of them. */
  int skip(int bytes) {
    int end = at;
    int left = bytes;
    while (left > 0) {
      int c = text.codePointAt(at);
      int chars = Character.charCount(c);
      int size = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
      int step = Math.min(left, size - inside);
      left -= step;
      inside += step;
      end = at + chars;
      if (inside == size) {
        at = end;
        inside = 0;
      }
    }
    return end;
  }
}
