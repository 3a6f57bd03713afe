package vitrine.tests.golden;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** Folders that are not part of the repository; only tests that need them may skip. */
final class OutsideData {
  private OutsideData() {}

  /** The folder that an environment variable names; the test is skipped when it is not set. */
  static Path folder(String variable) {
    String value = System.getenv(variable);
    Assumptions.assumeTrue(
        value != null && !value.isBlank(),
        () -> "skipped: " + variable + " is not set; it names a folder that this test reads");
    Path folder = Path.of(String.valueOf(value));
    assertTrue(Files.isDirectory(folder), () -> variable + ": " + folder + ": no such folder");
    return folder;
  }
}
