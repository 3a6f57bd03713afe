package vitrine.engine.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import vitrine.engine.InputException;

/** Against files that numpy wrote: {@code tests/generators/npy_fixtures.py}. */
final class NpyTest {
  @TempDir private Path directory;

  private static Path fixture(String name) {
    try {
      return Path.of(Objects.requireNonNull(NpyTest.class.getResource(name), name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private Path file(byte[] bytes) {
    Path path = directory.resolve("given.npy");
    try {
      return Files.write(path, bytes);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Format 1.0 with that header text, then that many bytes of zero. */
  private Path file(String header, int data) {
    byte[] text = header.getBytes(StandardCharsets.ISO_8859_1);
    return file(
        ByteBuffer.allocate(10 + text.length + data)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0})
            .putShort((short) text.length)
            .put(text)
            .array());
  }

  @Test
  void should_read_as_numpy_does_when_the_type_order_layout_or_version_differs() {
    JsonNode expected = JsonMapper.shared().readTree(fixture("expected.json").toFile());
    int checked = 0;
    for (Map.Entry<String, JsonNode> each : expected.properties()) {
      NpyArray array = Npy.read(fixture(each.getKey() + ".npy"));
      JsonNode shape = each.getValue().get("shape");
      assertArrayEquals(
          shape.valueStream().mapToLong(JsonNode::longValue).toArray(),
          array.shape(),
          each.getKey());
      int[] bits = each.getValue().get("bits").valueStream().mapToInt(JsonNode::intValue).toArray();
      assertEquals(bits.length, array.values().length, each.getKey());
      for (int i = 0; i < bits.length; i++) {
        float want = Float.intBitsToFloat(bits[i]);
        // Float.compare tells -0 from 0, and lets a NaN's payload be.
        assertEquals(0, Float.compare(want, array.values()[i]), each.getKey() + " element " + i);
      }
      checked++;
    }
    assertEquals(27, checked, "fixtures");
  }

  @Test
  void should_read_the_same_when_doubles_are_asked_for() {
    JsonNode expected = JsonMapper.shared().readTree(fixture("expected.json").toFile());
    int checked = 0;
    for (String name : expected.propertyNames()) {
      NpyArray floats = Npy.read(fixture(name + ".npy"));
      NpyDoubles doubles = Npy.readDoubles(fixture(name + ".npy"));
      assertArrayEquals(floats.shape(), doubles.shape(), name);
      for (int i = 0; i < floats.values().length; i++) {
        // Of integers of eight bytes the way over double rounds twice.
        float value = (float) doubles.values()[i];
        float want = floats.values()[i];
        boolean near = Float.compare(want, value) == 0 || Math.abs(want - value) <= Math.ulp(want);
        assertTrue(near, name + " element " + i);
      }
      checked++;
    }
    assertEquals(27, checked, "fixtures");
  }

  @Test
  void should_keep_all_digits_when_doubles_are_asked_for() {
    ByteBuffer bytes = ByteBuffer.allocate(4 * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    double[] values = {Math.PI, 1e300, -0.0, Double.NaN};
    for (double value : values) {
      bytes.putDouble(value);
    }
    Path given = file("{'descr': '<f8', 'fortran_order': False, 'shape': (4,)}", 0);
    try {
      Files.write(given, bytes.array(), java.nio.file.StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    assertArrayEquals(values, Npy.readDoubles(given).values());
  }

  @Test
  void should_write_the_bytes_that_numpy_writes_when_the_rank_differs() throws IOException {
    for (long[] shape :
        List.of(
            new long[] {},
            new long[] {5},
            new long[] {2, 3},
            new long[] {1, 2, 3},
            new long[] {2, 2, 2, 2},
            new long[] {1, 1, 1, 1, 1, 1, 1, 1, 1, 100})) {
      Path written = directory.resolve("rank.npy");
      Npy.write(written, shape, NpyTest::counting);
      assertArrayEquals(
          Files.readAllBytes(fixture("written-" + shape.length + ".npy")),
          Files.readAllBytes(written),
          Arrays.toString(shape));
    }
  }

  private static void counting(long offset, float[] to, int at, int length) {
    for (int i = 0; i < length; i++) {
      to[at + i] = offset + i;
    }
  }

  @Test
  void should_align_the_data_when_the_header_is_of_any_length() {
    for (long first = 1; first > 0 && first < Long.MAX_VALUE / 7; first *= 7) {
      for (int rank = 1; rank < 40; rank++) {
        long[] shape = new long[rank];
        Arrays.fill(shape, first);
        assertEquals(0, NpyHeader.bytes(shape).length % 64);
      }
    }
  }

  @Test
  void should_read_back_what_was_written_when_it_takes_several_pieces() {
    Path file = directory.resolve("large.npy");
    Npy.write(file, new long[] {3, 70_001}, NpyTest::counting);
    NpyArray array = Npy.read(file);
    assertArrayEquals(new long[] {3, 70_001}, array.shape());
    for (int i = 0; i < array.values().length; i++) {
      assertEquals(i, array.values()[i]);
    }
  }

  @Test
  void should_leave_the_old_file_and_no_other_when_the_source_fails() throws IOException {
    Path file = directory.resolve("kept.npy");
    Npy.write(file, new long[] {2}, NpyTest::counting);
    byte[] before = Files.readAllBytes(file);
    assertThrows(
        IllegalStateException.class,
        () ->
            Npy.write(
                file,
                new long[] {1_000_000},
                (offset, to, at, length) -> {
                  if (offset > 500_000) {
                    throw new IllegalStateException("the run was closed");
                  }
                }));
    assertArrayEquals(before, Files.readAllBytes(file));
    try (Stream<Path> files = Files.list(directory)) {
      assertEquals(List.of(file), files.toList());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), } x",
        "{'descr': '<f4', 'fortran_order': False}",
        "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), 'more': True}",
        "{'descr': '<f4', 'fortran_order': 0, 'shape': (2,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-2,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2.0,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': [2]}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1 2)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (9999999999999999999,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296,4294967296)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (900000000000000000,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (3,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)}",
        "{'descr': '<c8', 'fortran_order': False, 'shape': (1,)}",
        "{'descr': '|O', 'fortran_order': False, 'shape': (1,)}",
        "{'descr': '<U2', 'fortran_order': False, 'shape': (1,)}",
        "{'descr': '|f4', 'fortran_order': False, 'shape': (2,)}",
        "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,)}",
        "{'descr': '<f4\n', 'fortran_order': False, 'shape': (2,)}",
        "{'descr': '', 'fortran_order': False, 'shape': (2,)}",
        "{'descr: '<f4', 'fortran_order': False, 'shape': (2,)}"
      })
  void should_say_what_is_wrong_when_the_header_is_bad(String header) {
    Path bad = file(header, 8);
    String message = refusal(bad);
    assertTrue(message.startsWith("npy: " + bad + ": "), message);
    assertTrue(message.contains("expected"), message);
    assertEquals(-1, message.indexOf('\n'), message);
  }

  @Test
  void should_accept_the_smallest_good_header_when_the_others_are_refused() {
    NpyArray array = Npy.read(file("{'descr':'<f4','fortran_order':False,'shape':(2,)}", 8));
    assertArrayEquals(new float[2], array.values());
  }

  @Test
  void should_give_an_array_or_the_one_exception_when_bytes_are_changed() throws IOException {
    byte[] good = Files.readAllBytes(fixture("written-3.npy"));
    Random random = new Random(7);
    int refused = 0;
    for (int trial = 0; trial < 1500; trial++) {
      byte[] bytes = Arrays.copyOf(good, random.nextInt(4) > 0 ? good.length : random.nextInt(200));
      for (int change = random.nextInt(4); change > 0 && bytes.length > 0; change--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      try {
        assertTrue(Npy.read(file(bytes)).values().length <= bytes.length);
      } catch (InputException expected) {
        refused++;
      }
    }
    assertTrue(refused > 500 && refused < 1500, "refused " + refused);
  }

  @Test
  void should_say_so_when_a_number_does_not_fit_or_a_file_is_not_there() {
    byte[] header = NpyHeader.bytes(new long[] {1});
    header[23] = '8'; // <f4 becomes <f8
    Path overflowing =
        file(
            ByteBuffer.allocate(header.length + 8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(header)
                .putDouble(1e300)
                .array());
    String message = refusal(overflowing);
    assertTrue(message.contains("element 0; expected numbers that fit float32"), message);
    Path missing = directory.resolve("missing.npy");
    assertTrue(refusal(missing).contains("no such file"));
    assertTrue(refusal(directory).contains("no such file"));
  }

  private static String refusal(Path file) {
    return String.valueOf(assertThrows(InputException.class, () -> Npy.read(file)).getMessage());
  }
}
