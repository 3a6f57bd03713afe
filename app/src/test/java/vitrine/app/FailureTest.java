package vitrine.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;
import vitrine.app.terminal.UsageException;
import vitrine.engine.InputException;

final class FailureTest {
  @Test
  void should_exit_with_3_when_the_input_is_bad() {
    assertEquals(3, Failure.of("run", new InputException("x")).exit());
    assertEquals(3, Failure.of("run", new NoSuchFileException("config.json")).exit());
    assertEquals(3, Failure.of("run", new AccessDeniedException("config.json")).exit());
    assertEquals(3, Failure.of("run", new MalformedInputException(1)).exit());
    assertEquals(
        "run: config.json: no such file or directory; expected an existing file or directory. Check the path",
        Failure.of("run", new UncheckedIOException(new NoSuchFileException("config.json"))).line());
  }

  @Test
  void should_exit_with_4_when_the_disk_or_the_memory_does_not_suffice() {
    assertEquals(
        4, Failure.of("run", new FileSystemException("a", null, "No space left on device")).exit());
    assertEquals(4, Failure.of("run", new IOException("No space left on device")).exit());
    IOException full = new IOException("No space left on device");
    assertEquals(4, Failure.of("train", new InputException("metrics", full)).exit());
    assertEquals(3, Failure.of("train", new InputException("x", new IOException("y"))).exit());
    assertEquals(4, Failure.of("run", new OutOfMemoryError("Java heap space")).exit());
  }

  @Test
  void should_exit_with_2_when_the_call_is_wrong() {
    assertEquals(2, Failure.of("run", new UsageException("x")).exit());
  }

  @Test
  void should_exit_with_1_and_name_debug_when_the_fault_is_ours() {
    Failure failure = Failure.of("run", new IllegalStateException("x"));
    assertEquals(1, failure.exit());
    assertTrue(failure.line().contains("--debug"), failure.line());
  }
}
