package vitrine.bench.onnx;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import vitrine.weights.Checkpoint;

/**
 * The weights of a graph in one file, in the layouts that the operators want. Entries are declared
 * first, in order; {@link #write} then makes their numbers one after the other.
 */
final class WeightFile {
  /** Beside the model; the model names it. */
  static final String NAME = "weights.bin";

  /** A page, so that the file can be mapped. */
  private static final long ALIGNMENT = 4096;

  private final Checkpoint from;
  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private long end;

  /** Where a weight lies and how it is made. */
  record Entry(List<Long> shape, long offset, long bytes, Supplier<float[]> numbers) {}

  WeightFile(Checkpoint from) {
    this.from = from;
  }

  /** A tensor as it is. */
  void same(String name) {
    put(name, from.info(name).shape(), () -> read(name));
  }

  /** A matrix turned over: PyTorch's linear layers are (out,in), MatMul wants (in,out). */
  void turned(String name) {
    joined(name, List.of(name));
  }

  /** Matrices turned over and put side by side, (in, n * out). */
  void joined(String name, List<String> parts) {
    List<Long> shape = from.info(parts.getFirst()).shape();
    int out = Math.toIntExact(shape.get(0));
    int in = Math.toIntExact(shape.get(1));
    put(name, List.of((long) in, (long) out * parts.size()), () -> join(parts, in, out));
  }

  private float[] join(List<String> parts, int in, int out) {
    float[] joined = new float[in * out * parts.size()];
    for (int part = 0; part < parts.size(); part++) {
      float[] values = read(parts.get(part));
      for (int row = 0; row < in; row++) {
        for (int column = 0; column < out; column++) {
          joined[(row * parts.size() + part) * out + column] = values[column * in + row];
        }
      }
    }
    return joined;
  }

  /** Vectors one after the other. */
  void appended(String name, List<String> parts) {
    int length = Math.toIntExact(from.info(parts.getFirst()).elements());
    put(
        name,
        List.of((long) length * parts.size()),
        () -> {
          float[] all = new float[length * parts.size()];
          for (int part = 0; part < parts.size(); part++) {
            System.arraycopy(read(parts.get(part)), 0, all, part * length, length);
          }
          return all;
        });
  }

  private void put(String name, List<Long> shape, Supplier<float[]> numbers) {
    long bytes = Float.BYTES * shape.stream().reduce(1L, (a, b) -> a * b);
    entries.put(name, new Entry(shape, end, bytes, numbers));
    end = (end + bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  private float[] read(String name) {
    float[] values = new float[Math.toIntExact(from.info(name).elements())];
    from.readBytes(name, 0, MemorySegment.ofArray(values));
    return values;
  }

  Entry entry(String name) {
    Entry entry = entries.get(name);
    if (entry == null) {
      throw new IllegalArgumentException("onnx: " + name + ": no such weight");
    }
    return entry;
  }

  void write(OutputStream to) throws IOException {
    BufferedOutputStream out = new BufferedOutputStream(to, 1 << 20);
    long position = 0;
    for (Entry entry : entries.values()) {
      for (; position < entry.offset(); position++) {
        out.write(0);
      }
      float[] values = entry.numbers().get();
      ByteBuffer bytes =
          ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      bytes.asFloatBuffer().put(values);
      out.write(bytes.array());
      position += entry.bytes();
    }
    out.flush();
  }
}
