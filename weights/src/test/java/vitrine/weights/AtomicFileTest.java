package vitrine.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vitrine.weights.WeightsException.Kind;

final class AtomicFileTest {
  @TempDir private Path directory;

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> String.valueOf(file.getFileName())).sorted().toList();
    }
  }

  @Test
  void should_replace_the_content_when_the_file_exists() throws IOException {
    Path path = directory.resolve("x");
    AtomicFile.write(path, "a much longer text");
    AtomicFile.write(path, "é");
    assertEquals("é", Files.readString(path));
    assertEquals(List.of("x"), names());
  }

  @Test
  void should_leave_everything_as_it_was_when_the_content_fails() throws IOException {
    Path path = directory.resolve("x");
    AtomicFile.write(path, "old");
    AtomicFile.Content failing =
        out -> {
          out.write(new byte[1_000_000]);
          throw new IllegalStateException("stop");
        };
    assertThrows(IllegalStateException.class, () -> AtomicFile.write(path, failing));
    AtomicFile.Content full =
        out -> {
          throw new IOException("No space left on device");
        };
    WeightsException error =
        assertThrows(WeightsException.class, () -> AtomicFile.write(path, full));
    assertEquals(Kind.DISK_FULL, error.kind());
    assertTrue(error.getMessage().contains("No space left on device; expected"), error::toString);
    assertEquals("old", Files.readString(path));
    assertEquals(List.of("x"), names());
  }

  @Test
  void should_fail_when_the_directory_is_missing_or_the_target_is_one() throws IOException {
    for (Path path : List.of(directory.resolve("none/x"), directory)) {
      WeightsException error =
          assertThrows(WeightsException.class, () -> AtomicFile.write(path, "x"));
      assertEquals(Kind.WRITE_FAILED, error.kind());
      assertTrue(error.getMessage().startsWith("write: " + path + ": "), error::toString);
    }
    assertEquals(List.of(), names());
  }

  @Test
  void should_write_through_when_the_path_is_a_link() throws IOException {
    Path real = Files.writeString(directory.resolve("real"), "old");
    Path link = Files.createSymbolicLink(directory.resolve("link"), real);
    AtomicFile.write(link, "new");
    assertTrue(Files.isSymbolicLink(link));
    assertEquals("new", Files.readString(real));
  }

  @Test
  void should_have_the_usual_permissions() throws IOException {
    Path usual = Files.writeString(directory.resolve("usual"), "x");
    Path atomic = directory.resolve("atomic");
    AtomicFile.write(atomic, "x");
    assertEquals(Files.getPosixFilePermissions(usual), Files.getPosixFilePermissions(atomic));
    assertTrue(Files.getPosixFilePermissions(atomic).contains(PosixFilePermission.OWNER_READ));
  }

  @Test
  void should_say_before_when_the_disk_has_no_room() {
    WeightsException error =
        assertThrows(
            WeightsException.class,
            () -> AtomicFile.requireRoom(directory.resolve("x"), Long.MAX_VALUE));
    assertEquals(Kind.DISK_FULL, error.kind());
    assertTrue(error.getMessage().contains("expected 9223372036854775807"), error::toString);
  }

  @Test
  void should_leave_no_file_when_a_writer_s_source_fails() throws IOException {
    Checkpoint closed;
    try (Checkpoint memory =
        Checkpoints.inMemory(java.util.Map.of("x", FloatTensor.of(new float[1], 1)))) {
      new SafetensorsWriter().addAll(memory).write(directory.resolve("a"));
    }
    closed = Checkpoints.open(directory.resolve("a"));
    SafetensorsWriter writer = new SafetensorsWriter().addAll(closed);
    closed.close();
    assertThrows(IllegalStateException.class, () -> writer.write(directory.resolve("b")));
    assertEquals(List.of("a"), names());
  }

  @Test
  void should_refuse_a_malformed_request() {
    SafetensorsWriter writer = new SafetensorsWriter().add("x", new float[] {1}, 1);
    MemorySegment three = MemorySegment.ofArray(new byte[3]);
    for (Runnable request :
        List.<Runnable>of(
            () -> writer.add("x", new float[] {1}, 1),
            () -> writer.add("y", new float[] {1}, 2),
            () -> writer.add("__metadata__", new float[] {1}, 1),
            () -> writer.add("y", DType.U8, three, 2),
            () -> writer.add("y", DType.U8, three, -1, -3),
            () -> writer.add("\ud800", DType.U8, three, 3),
            () -> writer.metadata("a", "\udc00"))) {
      assertThrows(IllegalArgumentException.class, request::run);
    }
    // Three bytes are four of the six-bit floats.
    writer.add("y", DType.F6_E2M3, three, 4);
    writer.write(directory.resolve("x"));
    try (SafetensorsFile file = SafetensorsFile.open(directory.resolve("x"))) {
      assertEquals(List.of("x", "y"), List.copyOf(file.names()));
    }
  }
}
