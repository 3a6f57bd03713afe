package vitrine.engine.io;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import vitrine.engine.InputException;

/** Says which file it was that numbers came from. */
public final class FileHash {
  private FileHash() {}

  /**
   * The SHA-256 of a file's bytes, in hexadecimal.
   *
   * @param operation what errors begin with
   * @throws InputException when it cannot be read
   */
  public static String sha256(String operation, Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      new DigestInputStream(in, digest).transferTo(OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(digest.digest());
    } catch (IOException e) {
      throw new InputException(
          "%s: %s: cannot be read: %s; expected an array file."
              .formatted(operation, file, e.getMessage()),
          e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
  }
}
