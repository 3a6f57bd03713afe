package vitrine.app.terminal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vitrine.app.terminal.OutputDirectory.Existing;
import vitrine.engine.InputException;

final class OutputDirectoryTest {
  @TempDir Path dir;

  private static OutputDirectory open(Path target, Existing existing, Path... replaced)
      throws IOException {
    return OutputDirectory.open(target, existing, "index.json", List.of(replaced));
  }

  @Test
  void should_appear_whole_when_committed() throws IOException {
    Path target = dir.resolve("a/b/out");
    try (OutputDirectory output = open(target, Existing.REFUSE)) {
      Files.writeString(output.file("x.txt"), "x");
      Files.writeString(output.file("sub/y.txt"), "y");
      assertFalse(Files.exists(target), "not before the commit");
      output.commit();
    }
    assertEquals("y", Files.readString(target.resolve("sub/y.txt")));
    assertEquals(List.of("out"), names(dir.resolve("a/b")));
  }

  @Test
  void should_leave_no_trace_when_not_committed() throws IOException {
    try (OutputDirectory output = open(dir.resolve("a/b/out"), Existing.REFUSE)) {
      Files.writeString(output.file("sub/x.txt"), "x");
    }
    assertEquals(List.of(), names(dir));
  }

  @Test
  void should_fill_an_empty_directory_when_it_exists() throws IOException {
    try (OutputDirectory output = open(dir, Existing.REFUSE)) {
      Files.writeString(output.file("x.txt"), "x");
      output.commit();
    }
    assertEquals(List.of("x.txt"), names(dir));
  }

  @Test
  void should_refuse_when_the_target_is_a_file_or_not_empty() throws IOException {
    Files.writeString(dir.resolve("x.txt"), "x");
    assertThrows(InputException.class, () -> open(dir, Existing.REFUSE).close());
    assertThrows(InputException.class, () -> open(dir.resolve("x.txt"), Existing.REPLACE).close());
    assertEquals(List.of("x.txt"), names(dir));
  }

  @Test
  void should_remove_old_results_and_only_them_when_replacing() throws IOException {
    Files.writeString(dir.resolve("mine.txt"), "mine");
    Files.writeString(dir.resolve("old.npy"), "old");
    Files.writeString(dir.resolve("index.json"), "old");
    Files.createDirectory(dir.resolve("sub"));
    Files.writeString(dir.resolve("sub/mine.txt"), "mine");
    try (OutputDirectory output = open(dir, Existing.REPLACE, Path.of("old.npy"))) {
      Files.writeString(output.file("index.json"), "new");
      Files.writeString(output.file("sub/new.npy"), "new");
      output.commit();
    }
    assertEquals(List.of("index.json", "mine.txt", "sub"), names(dir));
    assertEquals(List.of("mine.txt", "new.npy"), names(dir.resolve("sub")));
    assertEquals("new", Files.readString(dir.resolve("index.json")));
  }

  @Test
  void should_refuse_when_a_file_would_leave_the_directory() throws IOException {
    try (OutputDirectory output = open(dir, Existing.REFUSE)) {
      assertThrows(InputException.class, () -> output.file("../x"));
      assertTrue(output.usableBytes() > 0);
    }
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }
}
