package vitrine.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every value of the 16-bit types, and rounding of the wide ones, against formulas. */
final class DecoderTest {
  private static final int ALL = 1 << 16;

  @TempDir private Path directory;

  private SafetensorsFile open(String dtype, int elements, ByteBuffer data) {
    byte[] bytes = new byte[data.flip().remaining()];
    data.get(bytes);
    return SafetensorsFile.open(
        Bytes.write(directory.resolve(dtype), Bytes.tensor(dtype, elements, bytes)));
  }

  private static ByteBuffer sixteenBits() {
    ByteBuffer data = ByteBuffer.allocate(ALL * 2).order(ByteOrder.LITTLE_ENDIAN);
    for (int pattern = 0; pattern < ALL; pattern++) {
      data.putShort((short) pattern);
    }
    return data;
  }

  /** Sign, exponent and fraction by the definition of IEEE 754. */
  private static double value(int pattern, int exponentBits, int fractionBits) {
    double sign = pattern >>> (exponentBits + fractionBits) == 0 ? 1 : -1;
    int exponent = pattern >>> fractionBits & ((1 << exponentBits) - 1);
    int fraction = pattern & ((1 << fractionBits) - 1);
    int bias = (1 << (exponentBits - 1)) - 1;
    if (exponent == (1 << exponentBits) - 1) {
      return fraction == 0 ? sign * Double.POSITIVE_INFINITY : Double.NaN;
    }
    return exponent == 0
        ? sign * Math.scalb((double) fraction, 1 - bias - fractionBits)
        : sign
            * Math.scalb((double) (fraction + (1 << fractionBits)), exponent - bias - fractionBits);
  }

  private void checkSixteenBits(String dtype, int exponentBits, int fractionBits) {
    try (SafetensorsFile file = open(dtype, ALL, sixteenBits())) {
      float[] floats = file.floats("x");
      double[] doubles = file.doubles("x");
      int nans = 0;
      for (int pattern = 0; pattern < ALL; pattern++) {
        double expected = value(pattern, exponentBits, fractionBits);
        nans += Double.isNaN(expected) ? 1 : 0;
        assertEquals(expected, doubles[pattern], "pattern " + Integer.toHexString(pattern));
        assertEquals((float) expected, floats[pattern], "pattern " + Integer.toHexString(pattern));
      }
      assertEquals(2 * ((1 << fractionBits) - 1), nans);
    }
  }

  @Test
  void should_decode_every_value_of_F16() {
    checkSixteenBits("F16", 5, 10);
  }

  @Test
  void should_decode_every_value_of_BF16() {
    checkSixteenBits("BF16", 8, 7);
  }

  @Test
  void should_round_to_nearest_even_when_a_long_is_wider_than_the_result() {
    int count = 200_000;
    ByteBuffer data = ByteBuffer.allocate(count * 8).order(ByteOrder.LITTLE_ENDIAN);
    Random random = new Random(1);
    long[] values = new long[count];
    for (int i = 0; i < count; i++) {
      // Near ties: few bits, then a long run of zeros or ones, then the end.
      long value = random.nextLong() >>> random.nextInt(64);
      long tail = (1L << random.nextInt(60)) + random.nextInt(3) - 1;
      values[i] = random.nextBoolean() ? value : (value & ~0xffffffffffL) + tail;
      data.putLong(values[i]);
    }
    try (SafetensorsFile unsigned = open("U64", count, data.duplicate());
        SafetensorsFile signed = open("I64", count, data)) {
      float[] unsignedFloats = unsigned.floats("x");
      double[] unsignedDoubles = unsigned.doubles("x");
      float[] signedFloats = signed.floats("x");
      double[] signedDoubles = signed.doubles("x");
      int negative = 0;
      for (int i = 0; i < count; i++) {
        negative += values[i] < 0 ? 1 : 0;
        BigDecimal exact = new BigDecimal(new BigInteger(Long.toUnsignedString(values[i])));
        assertEquals(exact.floatValue(), unsignedFloats[i]);
        assertEquals(exact.doubleValue(), unsignedDoubles[i]);
        assertEquals(BigDecimal.valueOf(values[i]).floatValue(), signedFloats[i]);
        assertEquals(BigDecimal.valueOf(values[i]).doubleValue(), signedDoubles[i]);
      }
      assertTrue(negative > 1000, "values beyond a long: " + negative);
    }
  }

  @Test
  void should_decode_in_pieces_when_a_tensor_is_larger_than_one() {
    int count = (1 << 20) + 12_345;
    ByteBuffer data = ByteBuffer.allocate(count * 4).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < count; i++) {
      data.putInt(i - 7);
    }
    try (SafetensorsFile file = open("I32", count, data)) {
      float[] floats = file.floats("x");
      long[] longs = file.longs("x");
      for (int i = 0; i < count; i++) {
        assertEquals((float) (i - 7), floats[i]);
        assertEquals(i - 7, longs[i]);
      }
    }
  }
}
