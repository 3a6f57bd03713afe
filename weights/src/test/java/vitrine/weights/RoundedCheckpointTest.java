package vitrine.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vitrine.weights.WeightsException.Kind;

/** Rounding against the definition: of all numbers of the type the nearest, the even one of two. */
final class RoundedCheckpointTest {
  @TempDir private Path directory;

  private static Checkpoint of(float... values) {
    return Checkpoints.inMemory(Map.of("x", FloatTensor.of(values, values.length)));
  }

  private Checkpoint doubles(double... values) {
    ByteBuffer data = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (double value : values) {
      data.putDouble(value);
    }
    return SafetensorsFile.open(
        Bytes.write(directory.resolve("f64"), Bytes.tensor("F64", values.length, data.array())));
  }

  /** Every finite number of a 16-bit type, with its pattern. */
  private static Map<Double, Short> all(DType dtype) {
    Map<Double, Short> all = new HashMap<>();
    for (int pattern = 0; pattern < 1 << 16; pattern++) {
      double value =
          dtype == DType.F16
              ? Float.float16ToFloat((short) pattern)
              : Float.intBitsToFloat(pattern << 16);
      if (Double.isFinite(value)) {
        all.put(value, (short) pattern);
      }
    }
    return all;
  }

  private static double expected(
      double value, NavigableSet<Double> numbers, Map<Double, Short> patterns) {
    double below = numbers.floor(value);
    double above = numbers.ceiling(value);
    BigDecimal exact = new BigDecimal(value);
    int nearer =
        exact.subtract(new BigDecimal(below)).compareTo(new BigDecimal(above).subtract(exact));
    if (nearer == 0) {
      return (patterns.getOrDefault(below, (short) 1) & 1) == 0 ? below : above;
    }
    return nearer < 0 ? below : above;
  }

  private void check(DType dtype, double largest) {
    Map<Double, Short> patterns = all(dtype);
    NavigableSet<Double> numbers = new TreeSet<>(patterns.keySet());
    Random random = new Random(3);
    int count = 20_000;
    double[] wide = new double[count];
    float[] narrow = new float[count];
    Double[] some = numbers.toArray(Double[]::new);
    for (int i = 0; i < count; i++) {
      // Halfway between two neighbours, or next to it, where rounding twice goes wrong.
      int at = 1 + random.nextInt(some.length - 2);
      double half = some[at] + (some[at + 1] - some[at]) / 2;
      double value = random.nextBoolean() ? half : half + Math.ulp(half) * (random.nextInt(3) - 1);
      wide[i] = Math.max(-largest, Math.min(largest, value));
      narrow[i] = (float) wide[i];
    }
    try (Checkpoint floats = of(narrow);
        Checkpoint exact = doubles(wide)) {
      float[] ofFloats = Checkpoints.rounded(floats, dtype).floats("x");
      float[] ofDoubles = Checkpoints.rounded(exact, dtype).floats("x");
      int different = 0;
      for (int i = 0; i < count; i++) {
        assertEquals(expected(narrow[i], numbers, patterns), ofFloats[i], 0, "of " + narrow[i]);
        assertEquals(expected(wide[i], numbers, patterns), ofDoubles[i], 0, "of " + wide[i]);
        different += ofFloats[i] == ofDoubles[i] ? 0 : 1;
      }
      assertTrue(different > 100, "rounding twice would have differed: " + different);
    }
  }

  @Test
  void should_be_the_nearest_when_F16() {
    check(DType.F16, 65504);
  }

  @Test
  void should_be_the_nearest_when_BF16() {
    check(DType.BF16, Float.intBitsToFloat(0x7f7f0000));
  }

  @Test
  void should_keep_what_is_no_number_when_rounded() {
    float[] values = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, -0f};
    for (DType dtype : new DType[] {DType.F16, DType.BF16}) {
      assertArrayEquals(values, Checkpoints.rounded(of(values), dtype).floats("x"));
    }
    float nan = Float.intBitsToFloat(0x7f800001); // its payload is in the half that goes
    assertTrue(Float.isNaN(Checkpoints.rounded(of(nan), DType.BF16).floats("x")[0]));
  }

  @Test
  void should_name_the_element_when_beyond_F16() {
    Checkpoint rounded = Checkpoints.rounded(of(1, 65519, 65520), DType.F16);
    WeightsException e = assertThrows(WeightsException.class, () -> rounded.floats("x"));
    assertEquals(Kind.NO_CONVERSION, e.kind());
    assertTrue(e.getMessage().contains("element 2 is 65520.0"), e.getMessage());
    assertEquals(65536f, Checkpoints.rounded(of(65520), DType.BF16).floats("x")[0]);
  }

  @Test
  void should_read_any_piece_when_bytes_are_asked_for() {
    Checkpoint rounded = Checkpoints.rounded(of(1, 2, 3, 4), DType.BF16);
    assertEquals(8, rounded.info("x").bytes());
    byte[] whole = rounded.rawBytes("x");
    for (int offset = 0; offset < 8; offset++) {
      byte[] piece = new byte[8 - offset];
      rounded.readBytes("x", offset, MemorySegment.ofArray(piece));
      assertArrayEquals(Arrays.copyOfRange(whole, offset, 8), piece);
    }
    assertThrows(
        IndexOutOfBoundsException.class,
        () -> rounded.readBytes("x", 7, MemorySegment.ofArray(new byte[2])));
  }

  @Test
  void should_leave_integers_when_rounded() {
    byte[] bytes = {1, 0, 0, 0, 2, 0, 0, 0};
    try (SafetensorsFile file =
        SafetensorsFile.open(
            Bytes.write(directory.resolve("i32"), Bytes.tensor("I32", 2, bytes)))) {
      Checkpoint rounded = Checkpoints.rounded(file, DType.F16);
      assertEquals(DType.I32, rounded.info("x").dtype());
      assertArrayEquals(bytes, rounded.rawBytes("x"));
    }
  }

  @Test
  void should_be_a_file_of_that_type_when_written() {
    Path path = directory.resolve("half.safetensors");
    try (Checkpoint source = of(0.1f, 1e-7f)) {
      new SafetensorsWriter().addAll(Checkpoints.rounded(source, DType.F16)).write(path);
    }
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      assertEquals(DType.F16, file.info("x").dtype());
      assertArrayEquals(new float[] {0.099975586f, 1.1920929e-7f}, file.floats("x"));
    }
  }
}
