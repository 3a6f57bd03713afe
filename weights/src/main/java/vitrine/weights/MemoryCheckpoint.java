package vitrine.weights;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Tensors made in memory, as a checkpoint. */
final class MemoryCheckpoint implements Checkpoint {
  private final Map<String, TensorInfo> infos = new LinkedHashMap<>();
  private final Map<String, MemorySegment> data = new LinkedHashMap<>();

  MemoryCheckpoint(Map<String, FloatTensor> tensors) {
    long position = 0;
    for (Map.Entry<String, FloatTensor> entry : tensors.entrySet()) {
      FloatTensor tensor = entry.getValue();
      MemorySegment bytes = littleEndian(tensor.values());
      long end = position + bytes.byteSize();
      infos.put(
          entry.getKey(), new TensorInfo(entry.getKey(), DType.F32, tensor.shape(), position, end));
      data.put(entry.getKey(), bytes);
      position = end;
    }
  }

  private static MemorySegment littleEndian(float[] values) {
    MemorySegment segment = MemorySegment.ofArray(values);
    if (ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN) {
      return segment.asReadOnly();
    }
    MemorySegment swapped = MemorySegment.ofArray(new float[values.length]);
    MemorySegment.copy(
        segment,
        ValueLayout.JAVA_FLOAT,
        0,
        swapped,
        ValueLayout.JAVA_FLOAT.withOrder(ByteOrder.LITTLE_ENDIAN),
        0,
        values.length);
    return swapped;
  }

  @Override
  public Set<String> names() {
    return Collections.unmodifiableSet(infos.keySet());
  }

  @Override
  public TensorInfo info(String name) {
    TensorInfo tensor = infos.get(name);
    if (tensor == null) {
      throw Missing.tensor(name, "the checkpoint in memory", names());
    }
    return tensor;
  }

  @Override
  public Map<String, String> metadata() {
    return Map.of();
  }

  @Override
  public void readBytes(String name, long offset, MemorySegment to) {
    TensorInfo tensor = info(name);
    Objects.checkFromIndexSize(offset, to.byteSize(), tensor.bytes());
    MemorySegment bytes = Objects.requireNonNull(data.get(name));
    MemorySegment.copy(bytes, offset, to, 0, to.byteSize());
  }

  /** Nothing to give back. */
  @Override
  public void close() {}
}
