package vitrine.weights;

import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * One safetensors file, open for reading.
 *
 * <p>Opening reads the header and checks it completely against the file's size; of the data nothing
 * is touched until it is asked for, and then only what is asked for.
 *
 * <p>The readers of {@link Checkpoint} use positional reads, not a mapping: a file that shrinks or
 * is written to while it is open is then a {@link WeightsException}, where a mapping would hand the
 * JVM a fault. {@link #map} is there for those who know that their file stays as it is.
 */
public final class SafetensorsFile implements Checkpoint {
  private final ReadableFile file;
  private final Header header;
  private final long dataStart;
  private final Arena maps = Arena.ofShared();

  private SafetensorsFile(ReadableFile file, Header header, long dataStart) {
    this.file = file;
    this.header = header;
    this.dataStart = dataStart;
  }

  /**
   * Opens a file and checks its header.
   *
   * @throws WeightsException when it is no valid safetensors file; the kind says what is wrong
   */
  public static SafetensorsFile open(Path path) {
    ReadableFile file = ReadableFile.open(path);
    boolean valid = false;
    try {
      long dataStart = Preamble.LENGTH_BYTES + Preamble.headerBytes(file);
      InputStream json = file.stream(Preamble.LENGTH_BYTES, dataStart);
      Header header = HeaderParser.parse(file.operand(), json, file.size() - dataStart);
      valid = true;
      return new SafetensorsFile(file, header, dataStart);
    } finally {
      if (!valid) {
        file.close();
      }
    }
  }

  public Path path() {
    return file.path();
  }

  /** The file's size when it was opened, header included. */
  public long fileBytes() {
    return file.size();
  }

  @Override
  public Map<String, String> metadata() {
    return header.metadata();
  }

  /** All tensors, in the order of their bytes. */
  public List<TensorInfo> tensors() {
    return List.copyOf(header.tensors().values());
  }

  @Override
  public Set<String> names() {
    return Collections.unmodifiableSet(header.tensors().keySet());
  }

  @Override
  public TensorInfo info(String name) {
    TensorInfo tensor = header.tensors().get(name);
    if (tensor == null) {
      throw Missing.tensor(name, file.operand(), names());
    }
    return tensor;
  }

  @Override
  public void readBytes(String name, long offset, MemorySegment to) {
    TensorInfo tensor = info(name);
    Objects.checkFromIndexSize(offset, to.byteSize(), tensor.bytes());
    file.read(dataStart + tensor.begin() + offset, to);
  }

  /**
   * A view of a tensor's bytes in the file itself, mapped into memory: little-endian, read-only,
   * aligned only as the file happens to be, valid until {@link #close()}.
   *
   * <p>The file's size is checked now. If the file shrinks afterwards, touching what is gone is an
   * {@link InternalError} from plain accesses and copies, and the end of the JVM from a load of the
   * Vector API (both seen on JDK 25); so this is for files that nobody changes. The other readers
   * have no such hazard.
   */
  public MemorySegment map(String name) {
    TensorInfo tensor = info(name);
    return file.map(dataStart + tensor.begin(), tensor.bytes(), maps);
  }

  @Override
  public void close() {
    if (maps.scope().isAlive()) {
      maps.close();
    }
    file.close();
  }
}
