package vitrine.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Against files that the reference implementation wrote: {@code
 * tests/generators/weights_fixtures.py}.
 */
final class ReferenceFixturesTest {
  @TempDir private Path directory;

  private static Path fixture(String name) {
    try {
      return Path.of(
          Objects.requireNonNull(ReferenceFixturesTest.class.getResource(name), name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void should_decode_as_the_reference_does_when_a_type_has_numbers() {
    JsonNode expected = JsonMapper.shared().readTree(fixture("all-types.json").toFile());
    Set<DType> seen = EnumSet.noneOf(DType.class);
    try (SafetensorsFile file = SafetensorsFile.open(fixture("all-types.safetensors"))) {
      for (Map.Entry<String, JsonNode> entry : expected.properties()) {
        String name = entry.getKey();
        DType dtype = DType.valueOf(entry.getValue().get("dtype").stringValue());
        assertEquals(dtype, file.info(name).dtype());
        seen.add(dtype);
        switch (dtype.kind()) {
          case INTEGER -> {
            checkFloats(file, name, entry.getValue());
            checkLongs(file, name, entry.getValue());
          }
          case FLOAT -> {
            checkFloats(file, name, entry.getValue());
            assertEquals(
                WeightsException.Kind.NO_CONVERSION,
                assertThrows(WeightsException.class, () -> file.longs(name)).kind());
          }
          case OPAQUE -> checkOpaque(file, name);
        }
      }
    }
    // torch has no 6-bit floats.
    assertEquals(EnumSet.complementOf(EnumSet.of(DType.F6_E2M3, DType.F6_E3M2)), seen);
  }

  private static void checkFloats(Checkpoint file, String name, JsonNode expected) {
    float[] floats = file.floats(name);
    double[] doubles = file.doubles(name);
    assertEquals(expected.get("floats").size(), floats.length);
    assertEquals(expected.get("doubles").size(), doubles.length);
    for (int i = 0; i < floats.length; i++) {
      assertEquals(
          expected.get("floats").get(i).stringValue(),
          Integer.toHexString(Float.floatToRawIntBits(floats[i])),
          name + " as float, element " + i);
      assertEquals(
          expected.get("doubles").get(i).stringValue(),
          Long.toHexString(Double.doubleToRawLongBits(doubles[i])),
          name + " as double, element " + i);
    }
  }

  private static void checkLongs(Checkpoint file, String name, JsonNode expected) {
    List<String> longs = new ArrayList<>();
    for (long value : file.longs(name)) {
      longs.add(
          file.info(name).dtype() == DType.U64
              ? Long.toUnsignedString(value)
              : Long.toString(value));
    }
    assertEquals(expected.get("longs").valueStream().map(JsonNode::stringValue).toList(), longs);
  }

  private static void checkOpaque(Checkpoint file, String name) {
    assertArrayEquals(new byte[] {0, 1, 2, 3, 4, 5, 6, 7}, file.rawBytes(name));
    for (Runnable read : List.<Runnable>of(() -> file.floats(name), () -> file.doubles(name))) {
      WeightsException error = assertThrows(WeightsException.class, read::run);
      assertEquals(WeightsException.Kind.NO_CONVERSION, error.kind());
      assertTrue(error.getMessage().contains("cannot be decoded"), error.getMessage());
    }
  }

  @Test
  void should_write_the_reference_s_bytes_when_given_its_tensors_in_any_order() throws IOException {
    Path reference = fixture("all-types.safetensors");
    Path written = directory.resolve("written.safetensors");
    try (SafetensorsFile file = SafetensorsFile.open(reference)) {
      SafetensorsWriter writer = new SafetensorsWriter();
      file.metadata().forEach(writer::metadata);
      List<TensorInfo> tensors = new ArrayList<>(file.tensors());
      Collections.reverse(tensors);
      for (TensorInfo tensor : tensors) {
        long[] shape = tensor.shape().stream().mapToLong(Long::longValue).toArray();
        MemorySegment data = MemorySegment.ofArray(file.rawBytes(tensor.name()));
        writer.add(tensor.name(), tensor.dtype(), data, shape);
      }
      writer.write(written);
    }
    assertArrayEquals(Files.readAllBytes(reference), Files.readAllBytes(written));
  }

  @Test
  void should_write_the_reference_s_bytes_when_there_are_no_tensors() throws IOException {
    Path written = directory.resolve("written.safetensors");
    new SafetensorsWriter().write(written);
    assertArrayEquals(
        Files.readAllBytes(fixture("no-tensors.safetensors")), Files.readAllBytes(written));
  }
}
