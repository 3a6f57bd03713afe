package vitrine.weights;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonWriteFeature;
import vitrine.weights.WeightsException.Kind;

/**
 * Writes a safetensors file. The same tensors and metadata give the same bytes, and those of the
 * reference implementation: larger elements first, then by name; the header padded with spaces to a
 * multiple of 8. (Metadata is sorted here; the reference leaves its order to chance.)
 *
 * <p>Data is referred to, not copied, until {@link #write} has written it. A malformed request (a
 * name twice, a size that does not fit its shape) is an {@link IllegalArgumentException}.
 */
public final class SafetensorsWriter {
  private static final int PIECE = 1 << 20;
  private static final int ALIGNMENT = 8;

  private static final Comparator<String> BY_BYTES =
      (a, b) ->
          Arrays.compareUnsigned(
              a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .disable(JsonWriteFeature.ESCAPE_FORWARD_SLASHES)
          .disable(JsonWriteFeature.WRITE_HEX_UPPER_CASE)
          .build();

  /** Copies bytes of a tensor from an offset on, as many as the segment has. */
  private interface Source {
    void read(long offset, MemorySegment to);
  }

  private record Entry(TensorInfo tensor, Source source) {}

  private final Map<String, String> metadata = new TreeMap<>(BY_BYTES);
  private final Map<String, Entry> entries = new LinkedHashMap<>();

  /** Adds a free string, such as {@code format} = {@code pt}, which transformers looks for. */
  public SafetensorsWriter metadata(String key, String value) {
    metadata.put(unicode(key), unicode(value));
    return this;
  }

  /**
   * Adds every tensor and all metadata of a checkpoint, which must stay open until the file is
   * written.
   */
  public SafetensorsWriter addAll(Checkpoint checkpoint) {
    checkpoint.metadata().forEach(this::metadata);
    for (String name : checkpoint.names()) {
      TensorInfo info = checkpoint.info(name);
      add(
          name,
          info.dtype(),
          info.shape(),
          info.bytes(),
          (offset, to) -> checkpoint.readBytes(name, offset, to));
    }
    return this;
  }

  /**
   * Adds a float32 tensor.
   *
   * @param values row-major
   * @param shape the lengths of the axes, outermost first; none for a scalar
   */
  public SafetensorsWriter add(String name, float[] values, long... shape) {
    Checkpoint one = Checkpoints.inMemory(Map.of(name, FloatTensor.of(values, shape)));
    return addAll(one);
  }

  /**
   * Adds a float32 tensor that is asked for when its turn comes to be written, and let go
   * afterwards: so many large ones need the memory of one.
   *
   * @param values gives the same row-major numbers every time
   * @param shape the lengths of the axes, outermost first; none for a scalar
   */
  public SafetensorsWriter add(String name, Supplier<float[]> values, long... shape) {
    List<Long> axes = Arrays.stream(shape).boxed().toList();
    long bytes = TensorInfo.byteSize(DType.F32, axes);
    return add(name, DType.F32, axes, bytes, new Awaited(name, values, bytes, shape));
  }

  /** Numbers that are made when their first bytes are read, and forgotten after the last. */
  private static final class Awaited implements Source {
    private final String name;
    private final Supplier<float[]> values;
    private final long bytes;
    private final long[] shape;
    private @Nullable Checkpoint made;

    Awaited(String name, Supplier<float[]> values, long bytes, long... shape) {
      this.name = name;
      this.values = values;
      this.bytes = bytes;
      this.shape = shape;
    }

    @Override
    public void read(long offset, MemorySegment to) {
      Checkpoint now = made;
      if (now == null) {
        now = Checkpoints.inMemory(Map.of(name, FloatTensor.of(values.get(), shape)));
        made = now;
      }
      now.readBytes(name, offset, to);
      if (offset + to.byteSize() == bytes) {
        made = null;
      }
    }
  }

  /**
   * Adds a tensor of any type.
   *
   * @param data the bytes as the format has them: row-major, little-endian
   * @param shape the lengths of the axes, outermost first; none for a scalar
   */
  public SafetensorsWriter add(String name, DType dtype, MemorySegment data, long... shape) {
    return add(
        name,
        dtype,
        Arrays.stream(shape).boxed().toList(),
        data.byteSize(),
        (offset, to) -> MemorySegment.copy(data, offset, to, 0, to.byteSize()));
  }

  private SafetensorsWriter add(
      String name, DType dtype, List<Long> shape, long bytes, Source source) {
    if (name.equals(HeaderParser.METADATA)) {
      throw new IllegalArgumentException("safetensors: a tensor cannot be named " + name);
    }
    if (shape.stream().anyMatch(axis -> axis < 0) || TensorInfo.byteSize(dtype, shape) != bytes) {
      throw new IllegalArgumentException(
          "safetensors: tensor %s: %d bytes for %s of shape %s"
              .formatted(Quote.of(name), bytes, dtype, shape));
    }
    TensorInfo tensor = new TensorInfo(unicode(name), dtype, shape, 0, bytes);
    if (entries.putIfAbsent(name, new Entry(tensor, source)) != null) {
      throw new IllegalArgumentException("safetensors: two tensors named " + Quote.of(name));
    }
    return this;
  }

  private static String unicode(String text) {
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      throw new IllegalArgumentException("safetensors: not Unicode text: " + Quote.of(text));
    }
    return text;
  }

  /**
   * Writes the file, entirely or not at all.
   *
   * @throws WeightsException when the file cannot be written; then what was there before is still
   *     there
   */
  public void write(Path path) {
    List<Entry> ordered = new ArrayList<>(entries.values());
    ordered.sort(
        Comparator.comparing((Entry entry) -> entry.tensor().dtype())
            .reversed()
            .thenComparing(entry -> entry.tensor().name(), BY_BYTES));
    byte[] header = header(ordered);
    if (header.length > Header.MAX_BYTES) {
      throw new WeightsException(
          Kind.HEADER_TOO_LARGE,
          "write safetensors: %s: a header of %d bytes; expected at most %d. Write several files."
              .formatted(Quote.of(path), header.length, Header.MAX_BYTES));
    }
    long data = ordered.stream().mapToLong(entry -> entry.tensor().bytes()).sum();
    AtomicFile.requireRoom(path, Preamble.LENGTH_BYTES + header.length + data);
    AtomicFile.write(
        path,
        out -> {
          byte[] length = new byte[Preamble.LENGTH_BYTES];
          ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length);
          out.write(length);
          out.write(header);
          byte[] piece = new byte[(int) Math.min(PIECE, data)];
          for (Entry entry : ordered) {
            copy(entry, piece, out);
          }
        });
  }

  private static void copy(Entry entry, byte[] piece, OutputStream out) throws IOException {
    long bytes = entry.tensor().bytes();
    for (long done = 0; done < bytes; done += piece.length) {
      int count = (int) Math.min(piece.length, bytes - done);
      entry.source().read(done, MemorySegment.ofArray(piece).asSlice(0, count));
      out.write(piece, 0, count);
    }
  }

  private byte[] header(List<Entry> ordered) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), out)) {
      json.writeStartObject();
      if (!metadata.isEmpty()) {
        json.writeName(HeaderParser.METADATA).writeStartObject();
        metadata.forEach(json::writeStringProperty);
        json.writeEndObject();
      }
      long position = 0;
      for (Entry entry : ordered) {
        TensorInfo tensor = entry.tensor();
        json.writeName(tensor.name()).writeStartObject();
        json.writeStringProperty("dtype", tensor.dtype().name());
        json.writeName("shape");
        writeNumbers(json, tensor.shape());
        json.writeName("data_offsets");
        writeNumbers(json, List.of(position, position + tensor.bytes()));
        json.writeEndObject();
        position += tensor.bytes();
      }
      json.writeEndObject();
    }
    while (out.size() % ALIGNMENT != 0) {
      out.write(' ');
    }
    return out.toByteArray();
  }

  private static void writeNumbers(JsonGenerator json, List<Long> numbers) {
    json.writeStartArray();
    numbers.forEach(json::writeNumber);
    json.writeEndArray();
  }
}
