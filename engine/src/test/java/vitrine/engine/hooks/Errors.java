package vitrine.engine.hooks;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.function.Executable;
import vitrine.engine.InputException;

/** What every error for people must be, and what this one must say. */
final class Errors {
  private Errors() {}

  static void assertRefused(Executable action, String... says) {
    String message = String.valueOf(assertThrows(InputException.class, action).getMessage());
    assertFalse(message.contains("\n") || message.contains("\r"), "one line: " + message);
    assertTrue(message.contains("; expected "), "tells what was expected: " + message);
    for (String part : says) {
      assertTrue(message.contains(part), "says '" + part + "': " + message);
    }
  }
}
