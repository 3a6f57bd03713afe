package vitrine.engine.data;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Collects what examples are made from into one SHA-256. */
final class Fingerprint {
  private static final int BUFFER = 1 << 13;

  private final MessageDigest digest;
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER);

  /**
   * @param form which numbers follow: two forms never agree
   */
  Fingerprint(String form) {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
    add(form);
  }

  Fingerprint add(int value) {
    if (buffer.remaining() < Integer.BYTES) {
      drain();
    }
    buffer.putInt(value);
    return this;
  }

  Fingerprint add(double value) {
    long bits = Double.doubleToLongBits(value);
    return add((int) (bits >>> 32)).add((int) bits);
  }

  Fingerprint add(int[] values) {
    add(values.length);
    for (int value : values) {
      add(value);
    }
    return this;
  }

  Fingerprint add(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    add(bytes.length);
    drain();
    digest.update(bytes);
    return this;
  }

  private void drain() {
    digest.update(buffer.flip());
    buffer.clear();
  }

  /** In hexadecimal; nothing can be added afterwards. */
  String hex() {
    drain();
    return HexFormat.of().formatHex(digest.digest());
  }
}
