package vitrine.app;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What one command did.
 *
 * @param exit its exit code
 * @param out standard output
 * @param err standard error
 */
public record Cli(int exit, String out, String err) {
  /** Runs a command within this JVM, with nothing on standard input. */
  public static Cli run(String... arguments) {
    return runWithInput("", arguments);
  }

  /** Runs a command with that on standard input. */
  public static Cli runWithInput(String stdin, String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    ByteArrayInputStream in = new ByteArrayInputStream(stdin.getBytes(StandardCharsets.UTF_8));
    int exit = Main.execute(List.of(arguments), in, out, err);
    return new Cli(
        exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  /** It succeeded. */
  public Cli done() {
    assertEquals(0, exit, err);
    return this;
  }

  /**
   * It failed as the contract says: that exit code, one line that has all these fragments, nothing
   * on standard output.
   */
  public Cli failed(int code, String... fragments) {
    assertEquals(code, exit, () -> "out: " + out + "\nerr: " + err);
    assertOneErrorLine();
    assertEquals("", out, "nothing on standard output");
    assertAll(
        List.of(fragments).stream()
            .map(fragment -> () -> assertTrue(err.contains(fragment), fragment + " in: " + err)));
    return this;
  }

  private void assertOneErrorLine() {
    List<String> errors = err.lines().filter(line -> line.startsWith("vitrine: error: ")).toList();
    assertEquals(1, errors.size(), err);
    String last = err.lines().toList().getLast();
    assertEquals(errors.getFirst(), last, "the error is the last line: " + err);
    assertTrue(last.contains("; expected "), last);
    assertFalse(err.contains("\tat "), "a stack trace: " + err);
    boolean onlyNotes =
        err.lines()
            .limit(err.lines().count() - 1)
            .allMatch(line -> line.startsWith("vitrine: note: "));
    assertTrue(onlyNotes, err);
  }

  /** Standard output as one JSON document. */
  public JsonNode json() {
    done();
    return JsonMapper.builder().build().readTree(out);
  }

  /** The last of its events. */
  public JsonNode lastEvent() {
    done();
    return JsonMapper.builder().build().readTree(out.lines().toList().getLast());
  }
}
