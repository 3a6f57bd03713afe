package vitrine.app.commands;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The version of this build. */
public final class Version {
  /** As the build has it, for people and for every run's record. */
  public static final String OF_THIS_BUILD = read();

  private Version() {}

  private static String read() {
    try (InputStream in = Version.class.getResourceAsStream("/vitrine/app/version.txt")) {
      if (in == null) {
        throw new IllegalStateException(
            "version: version.txt: not on the class path; expected the build to put it there");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
