package vitrine.weights;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vitrine.weights.WeightsException.Kind;

final class SafetensorsFileTest {
  @TempDir private Path directory;

  private Path file(byte[] content) {
    return Bytes.write(directory.resolve("x.safetensors"), content);
  }

  private Path floats(float... values) {
    ByteBuffer data = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
    data.asFloatBuffer().put(values);
    return file(Bytes.tensor("F32", values.length, data.array()));
  }

  @Test
  void should_list_tensors_in_the_order_of_their_bytes_when_the_header_has_another() {
    String header =
        "{"
            + Bytes.entry("late", "U8", "[2,3]", 4, 10)
            + ",\"__metadata__\":{\"format\":\"pt\",\"é\":\"\"},"
            + Bytes.entry("first", "I16", "[2]", 0, 4)
            + ","
            + Bytes.entry("empty", "F32", "[0,7]", 4, 4)
            + "}   ";
    try (SafetensorsFile file = SafetensorsFile.open(file(Bytes.file(header, 10)))) {
      assertEquals(List.of("first", "empty", "late"), List.copyOf(file.names()));
      assertEquals(Map.of("format", "pt", "é", ""), file.metadata());
      assertEquals(new TensorInfo("late", DType.U8, List.of(2L, 3L), 4, 10), file.info("late"));
      assertArrayEquals(new byte[] {4, 5, 6, 7, 8, 9}, file.rawBytes("late"));
      assertArrayEquals(new long[] {0x0100, 0x0302}, file.longs("first"));
      assertEquals(0, file.floats("empty").length);
      assertEquals(10, file.bytes());
    }
  }

  @Test
  void should_be_valid_when_there_are_no_tensors() {
    try (SafetensorsFile file = SafetensorsFile.open(file(Bytes.file("{}", 0)))) {
      assertEquals(Set.of(), file.names());
      assertEquals(Map.of(), file.metadata());
    }
  }

  @Test
  void should_read_a_scalar_when_the_shape_is_empty() {
    String header = "{" + Bytes.entry("s", "U8", "[]", 0, 1) + "}";
    try (SafetensorsFile file = SafetensorsFile.open(file(Bytes.file(header, 1)))) {
      assertEquals(1, file.info("s").elements());
      assertArrayEquals(new double[] {0}, file.doubles("s"));
    }
  }

  @Test
  void should_take_any_string_as_a_name() {
    String names =
        "{"
            + Bytes.entry("", "U8", "[1]", 0, 1)
            + ","
            + Bytes.entry("a\\n\\u0000/../\\uD83D\\uDE00", "U8", "[1]", 1, 2)
            + "}";
    try (SafetensorsFile file = SafetensorsFile.open(file(Bytes.file(names, 2)))) {
      assertEquals(Set.of("", "a\n\0/../\uD83D\uDE00"), file.names());
    }
  }

  @Test
  void should_fill_native_and_heap_segments_alike() {
    try (SafetensorsFile file = SafetensorsFile.open(floats(1.5f, Float.NaN, -0.0f));
        Arena arena = Arena.ofConfined()) {
      MemorySegment segment = arena.allocate(12, 64);
      file.readFloats("x", segment);
      assertArrayEquals(file.floats("x"), segment.toArray(ValueLayout.JAVA_FLOAT));
      assertThrows(
          IllegalArgumentException.class, () -> file.readFloats("x", segment.asSlice(0, 8)));
      assertThrows(IndexOutOfBoundsException.class, () -> file.readBytes("x", 4, segment));
      assertArrayEquals(file.rawBytes("x"), file.map("x").toArray(ValueLayout.JAVA_BYTE));
    }
  }

  @Test
  void should_open_at_once_when_the_file_has_ten_gigabytes() throws IOException {
    long elements = 2_500_000_000L;
    String header = "{" + Bytes.entry("x", "F32", "[" + elements + "]", 0, elements * 4) + "}";
    Path path = file(Bytes.file(header, 0));
    long start = Files.size(path);
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[] {42}), start + elements * 4 - 1);
    }
    long before = System.nanoTime();
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      long millis = (System.nanoTime() - before) / 1_000_000;
      assertTrue(millis < 1000, "opening took " + millis + " ms");
      MemorySegment last = MemorySegment.ofArray(new byte[2]);
      file.readBytes("x", elements * 4 - 2, last);
      assertArrayEquals(new byte[] {0, 42}, last.toArray(ValueLayout.JAVA_BYTE));
      assertEquals(42, file.map("x").get(ValueLayout.JAVA_BYTE, elements * 4 - 1));
      WeightsException error = assertThrows(WeightsException.class, () -> file.floats("x"));
      assertEquals(Kind.TOO_LARGE, error.kind());
    }
  }

  @Test
  void should_fail_when_the_file_is_cut_short_after_it_was_opened() throws IOException {
    Path path = floats(new float[100_000]);
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
        channel.truncate(5_000);
      }
      for (Runnable read :
          List.<Runnable>of(
              () -> file.floats("x"),
              () -> file.doubles("x"),
              () -> file.rawBytes("x"),
              file::hash,
              () -> file.map("x"))) {
        WeightsException error = assertThrows(WeightsException.class, read::run);
        assertEquals(Kind.FILE_CHANGED, error.kind());
        assertTrue(error.getMessage().contains("changed while in use"), error.getMessage());
      }
    }
  }

  @Test
  void should_fail_when_the_file_is_written_to_after_it_was_opened() throws IOException {
    Path path = floats(1, 2);
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      Files.setLastModifiedTime(path, FileTime.fromMillis(1_000));
      WeightsException error = assertThrows(WeightsException.class, () -> file.floats("x"));
      assertEquals(Kind.FILE_CHANGED, error.kind());
    }
  }

  @Test
  void should_keep_reading_the_old_file_when_another_is_renamed_over_it() throws IOException {
    Path path = floats(1, 2);
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      Path other = Bytes.write(directory.resolve("other"), "other".getBytes(UTF_8));
      Files.move(other, path, StandardCopyOption.REPLACE_EXISTING);
      assertArrayEquals(new float[] {1, 2}, file.floats("x"));
      Files.delete(path);
      assertArrayEquals(new float[] {1, 2}, file.floats("x"));
    }
  }

  @Test
  void should_say_so_when_used_after_close() {
    SafetensorsFile file = SafetensorsFile.open(floats(1));
    file.close();
    file.close();
    IllegalStateException error = assertThrows(IllegalStateException.class, () -> file.floats("x"));
    assertTrue(String.valueOf(error.getMessage()).contains("is closed"), error::toString);
  }

  @Test
  void should_name_the_nearest_when_a_tensor_is_missing() {
    try (SafetensorsFile file = SafetensorsFile.open(floats(1))) {
      WeightsException error = assertThrows(WeightsException.class, () -> file.floats("xx"));
      assertEquals(Kind.NO_SUCH_TENSOR, error.kind());
      assertTrue(error.getMessage().endsWith("The nearest: \"x\"."), error.getMessage());
    }
  }
}
