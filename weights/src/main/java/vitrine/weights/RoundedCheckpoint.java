package vitrine.weights;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import vitrine.weights.WeightsException.Kind;

/**
 * A checkpoint whose floats are in another type: each is rounded to the nearest number of that
 * type, ties to even. Tensors of integers stay as they are.
 */
final class RoundedCheckpoint implements Checkpoint {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Checkpoint source;
  private final DType dtype;

  /** A tensor is read piece by piece: its numbers stay until another's are asked for. */
  private volatile @Nullable Tensor last;

  /** A tensor's bytes in the new type. */
  private record Tensor(String name, MemorySegment bytes) {}

  /**
   * @param dtype F16, BF16 or F32
   */
  RoundedCheckpoint(Checkpoint source, DType dtype) {
    if (dtype != DType.F16 && dtype != DType.BF16 && dtype != DType.F32) {
      throw new IllegalArgumentException(
          "round: to "
              + dtype
              + "; expected "
              + DType.F16
              + ", "
              + DType.BF16
              + " or "
              + DType.F32);
    }
    this.source = source;
    this.dtype = dtype;
  }

  private boolean rounds(TensorInfo tensor) {
    return tensor.dtype().kind() == DType.Kind.FLOAT && tensor.dtype() != dtype;
  }

  @Override
  public Set<String> names() {
    return source.names();
  }

  /** With the offsets that the tensor would have in a file of its own. */
  @Override
  public TensorInfo info(String name) {
    TensorInfo tensor = source.info(name);
    return rounds(tensor)
        ? new TensorInfo(name, dtype, tensor.shape(), 0, TensorInfo.byteSize(dtype, tensor.shape()))
        : tensor;
  }

  @Override
  public Map<String, String> metadata() {
    return source.metadata();
  }

  @Override
  public void readBytes(String name, long offset, MemorySegment to) {
    TensorInfo tensor = source.info(name);
    if (!rounds(tensor)) {
      source.readBytes(name, offset, to);
      return;
    }
    Objects.checkFromIndexSize(offset, to.byteSize(), info(name).bytes());
    Tensor now = last;
    if (now == null || !now.name().equals(name)) {
      now = new Tensor(name, rounded(name));
      last = now;
    }
    MemorySegment.copy(now.bytes(), offset, to, 0, to.byteSize());
  }

  private MemorySegment rounded(String name) {
    // What goes to float32 first would be rounded twice, which is not always to the nearest.
    double[] exact =
        source.info(name).dtype() == DType.F64 && dtype != DType.F32 ? source.doubles(name) : null;
    float[] values = exact == null ? source.floats(name) : new float[exact.length];
    MemorySegment bytes =
        MemorySegment.ofArray(new byte[Math.multiplyExact(values.length, dtype.bits() / 8)]);
    for (int i = 0; i < values.length; i++) {
      float value = exact == null ? values[i] : toOdd(exact[i]);
      switch (dtype) {
        case F16 ->
            bytes.setAtIndex(SHORT, i, checked(name, i, value, Float.floatToFloat16(value)));
        case BF16 -> bytes.setAtIndex(SHORT, i, toBfloat16(value));
        default -> bytes.setAtIndex(FLOAT, i, value);
      }
    }
    return bytes.asReadOnly();
  }

  /**
   * The float32 that rounds to any shorter type as the double itself does: towards zero, with the
   * last bit set where something was lost (Boldo and Melquiond 2008).
   */
  private static float toOdd(double value) {
    float nearest = (float) value;
    if (nearest == value || Double.isNaN(value)) {
      return nearest;
    }
    float inward = Math.abs((double) nearest) > Math.abs(value) ? towardsZero(nearest) : nearest;
    return Float.intBitsToFloat(Float.floatToRawIntBits(inward) | 1);
  }

  private static float towardsZero(float value) {
    return value > 0 ? Math.nextDown(value) : Math.nextUp(value);
  }

  /** The upper half, rounded; a NaN stays one. */
  static short toBfloat16(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      return (short) ((bits >>> 16) | 0x40);
    }
    return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
  }

  private static short checked(String name, int index, float value, short half) {
    if (Float.isFinite(value) && Float.isInfinite(Float.float16ToFloat(half))) {
      throw new WeightsException(
          Kind.NO_CONVERSION,
          "round tensor: %s: element %d is %s; expected at most 65504, the largest F16. Choose BF16, which reaches as far as F32."
              .formatted(Quote.of(name), index, value));
    }
    return half;
  }

  /** Leaves the source open, which is somebody else's. */
  @Override
  public void close() {
    last = null;
  }
}
