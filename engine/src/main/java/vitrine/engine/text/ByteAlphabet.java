package vitrine.engine.text;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * GPT-2's printable spelling of bytes: a char for each of the 256, so that vocabulary files hold no
 * spaces or control characters.
 *
 * <p>Radford et al., "Language Models are Unsupervised Multitask Learners", 2019: a byte whose
 * Latin-1 character is printable is that character; the other 68 are, in order, U+0100 and on.
 */
final class ByteAlphabet {
  private ByteAlphabet() {}

  private static final char[] CHARS = new char[256];
  private static final int FIRST_OTHER = 0x100;
  private static final short[] BYTES = new short[FIRST_OTHER + 68];

  static {
    int other = FIRST_OTHER;
    Arrays.fill(BYTES, (short) -1);
    for (int b = 0; b < 256; b++) {
      boolean printable = (b >= '!' && b <= '~') || (b >= 0xa1 && b <= 0xff && b != 0xad);
      CHARS[b] = (char) (printable ? b : other++);
      BYTES[CHARS[b]] = (short) b;
    }
  }

  /** The char of a byte, 0 to 255. */
  static char toChar(int unsignedByte) {
    return CHARS[unsignedByte];
  }

  /**
   * Appends the bytes a token spells; a token with a char that spells none (an added token) stands
   * for itself in UTF-8.
   */
  static void bytes(String token, ByteArrayOutputStream out) {
    for (int i = 0; i < token.length(); i++) {
      char c = token.charAt(i);
      if (c >= BYTES.length || BYTES[c] < 0) {
        out.writeBytes(token.getBytes(StandardCharsets.UTF_8));
        return;
      }
    }
    for (int i = 0; i < token.length(); i++) {
      out.write(BYTES[token.charAt(i)]);
    }
  }
}
