package vitrine.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vitrine.weights.WeightsException.Kind;

/** Checkpoints inside of archives, as the bundled models are. */
final class HeldFileTest {
  @TempDir private Path directory;

  private FileSystem archive(Map<String, byte[]> files) throws IOException {
    FileSystem archive =
        FileSystems.newFileSystem(directory.resolve("models.jar"), Map.of("create", "true"));
    for (var file : files.entrySet()) {
      Files.write(archive.getPath(file.getKey()), file.getValue());
    }
    return archive;
  }

  private static byte[] numbers(int count) {
    byte[] data = new byte[count * 4];
    for (int i = 0; i < data.length; i++) {
      data[i] = (byte) (i * 31);
    }
    return Bytes.tensor("F32", count, data);
  }

  @Test
  void should_read_the_same_bytes_when_the_file_is_in_an_archive() throws IOException {
    byte[] content = numbers(50_000);
    Path plain = Bytes.write(directory.resolve("x.safetensors"), content);
    try (FileSystem archive = archive(Map.of("model.safetensors", content));
        Checkpoint here = Checkpoints.open(plain);
        Checkpoint held = Checkpoints.open(archive.getPath("/"))) {
      assertEquals(here.names(), held.names());
      assertEquals(here.hash(), held.hash());
      assertArrayEquals(here.rawBytes("x"), held.rawBytes("x"));
    }
  }

  @Test
  void should_leave_no_file_beside_the_archive_when_it_is_read() throws IOException {
    try (FileSystem archive = archive(Map.of("model.safetensors", numbers(9)));
        SafetensorsFile held = SafetensorsFile.open(archive.getPath("model.safetensors"))) {
      assertArrayEquals(held.rawBytes("x"), held.map("x").toArray(ValueLayout.JAVA_BYTE));
      try (Stream<Path> beside = Files.list(directory)) {
        assertEquals(List.of(directory.resolve("models.jar")), beside.toList());
      }
    }
  }

  @Test
  void should_refuse_to_read_when_it_was_closed() throws IOException {
    try (FileSystem archive = archive(Map.of("model.safetensors", numbers(9)))) {
      SafetensorsFile held = SafetensorsFile.open(archive.getPath("model.safetensors"));
      held.close();
      held.close();
      assertThrows(IllegalStateException.class, () -> held.rawBytes("x"));
    }
  }

  @Test
  void should_say_so_when_the_archive_has_no_such_file() throws IOException {
    try (FileSystem archive = archive(Map.of())) {
      WeightsException missing =
          assertThrows(
              WeightsException.class, () -> Checkpoints.open(archive.getPath("model.safetensors")));
      assertEquals(Kind.NOT_FOUND, missing.kind());
    }
  }

  @Test
  void should_find_what_is_wrong_when_a_file_in_an_archive_is_cut_short() throws IOException {
    byte[] whole = numbers(9);
    try (FileSystem archive =
        archive(Map.of("model.safetensors", Arrays.copyOf(whole, whole.length - 1)))) {
      assertThrows(
          WeightsException.class, () -> Checkpoints.open(archive.getPath("model.safetensors")));
    }
  }
}
