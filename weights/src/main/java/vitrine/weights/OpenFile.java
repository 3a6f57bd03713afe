package vitrine.weights;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import vitrine.weights.WeightsException.Kind;

/**
 * A regular file that is expected to stay as it was when it was opened, and read by position.
 *
 * <p>After every read the file's size and time of change are held against those at the start, so
 * that numbers of two versions are never mixed in silence. A file that another has been renamed
 * onto is still the old one here, and fine.
 */
final class OpenFile implements ReadableFile {
  /** How much is moved at once; a buffer holds less than 2^31 bytes. */
  private static final int PIECE = 1 << 26;

  private static final int SCRATCH = 1 << 20;

  private final Path path;
  private final FileChannel channel;
  private final BasicFileAttributes opened;
  private final long size;

  private OpenFile(Path path, FileChannel channel, BasicFileAttributes opened, long size) {
    this.path = path;
    this.channel = channel;
    this.opened = opened;
    this.size = size;
  }

  static OpenFile open(Path path) {
    String operand = Quote.of(path);
    try {
      BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
      if (!attributes.isRegularFile()) {
        throw Header.bad(
            Kind.NOT_A_FILE,
            operand,
            attributes.isDirectory() ? "this is a directory" : "this is a pipe or a device",
            "a file",
            "Give the .safetensors file itself.");
      }
      FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
      return new OpenFile(path, channel, attributes, channel.size());
    } catch (NoSuchFileException e) {
      throw missing(path, e);
    } catch (IOException e) {
      throw failed(operand, e);
    }
  }

  @Override
  public String operand() {
    return Quote.of(path);
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public void read(long position, MemorySegment to) {
    try {
      boolean direct = to.isNative() || to.heapBase().filter(byte[].class::isInstance).isPresent();
      if (direct) {
        for (long done = 0; done < to.byteSize(); done += PIECE) {
          MemorySegment piece = to.asSlice(done, Math.min(PIECE, to.byteSize() - done));
          fill(position + done, piece.asByteBuffer());
        }
      } else {
        readThroughScratch(position, to);
      }
      checkUnchanged();
    } catch (ClosedByInterruptException e) {
      throw failed(operand(), e);
    } catch (ClosedChannelException e) {
      throw new IllegalStateException("read safetensors: " + operand() + ": the file is closed", e);
    } catch (IOException e) {
      throw failed(operand(), e);
    }
  }

  private void readThroughScratch(long position, MemorySegment to) throws IOException {
    byte[] scratch = new byte[(int) Math.min(SCRATCH, to.byteSize())];
    for (long done = 0; done < to.byteSize(); done += scratch.length) {
      int count = (int) Math.min(scratch.length, to.byteSize() - done);
      fill(position + done, ByteBuffer.wrap(scratch, 0, count));
      MemorySegment.copy(MemorySegment.ofArray(scratch), 0, to, done, count);
    }
  }

  private void fill(long position, ByteBuffer buffer) throws IOException {
    long at = position;
    while (buffer.hasRemaining()) {
      int count = channel.read(buffer, at);
      if (count < 0) {
        throw changed("it ends at byte %d, before byte %d".formatted(channel.size(), at));
      }
      at += count;
    }
  }

  private void checkUnchanged() throws IOException {
    long now = channel.size();
    if (now != size) {
      throw changed("it had %d bytes when it was opened and has %d".formatted(size, now));
    }
    BasicFileAttributes attributes;
    try {
      attributes = Files.readAttributes(path, BasicFileAttributes.class);
    } catch (NoSuchFileException e) {
      return; // Deleted: what is open stays readable, and nobody else can change it.
    }
    boolean same = Objects.equals(attributes.fileKey(), opened.fileKey());
    if (same && !attributes.lastModifiedTime().equals(opened.lastModifiedTime())) {
      throw changed("it was written to after it had been opened");
    }
  }

  private WeightsException changed(String actual) {
    return Header.bad(
        Kind.FILE_CHANGED,
        operand(),
        "the file changed while in use: " + actual,
        "it to stay as it was",
        "Let whatever writes it finish, then start again.");
  }

  static WeightsException missing(Path path, NoSuchFileException e) {
    return new WeightsException(
        Kind.NOT_FOUND,
        "read safetensors: %s: %s; expected a safetensors file. Check the path."
            .formatted(
                Quote.of(path),
                Files.isSymbolicLink(path) ? "a link to what is not there" : "no such file"),
        e);
  }

  static WeightsException failed(String operand, IOException e) {
    return new WeightsException(
        Kind.READ_FAILED,
        "read safetensors: %s: %s; expected a readable file. Check its permissions and the disk."
            .formatted(operand, Quote.reason(e)),
        e);
  }

  @Override
  public MemorySegment map(long begin, long bytes, Arena arena) {
    try {
      checkUnchanged();
      return channel.map(MapMode.READ_ONLY, begin, bytes, arena);
    } catch (ClosedChannelException e) {
      throw new IllegalStateException("map safetensors: " + operand() + ": the file is closed", e);
    } catch (IOException e) {
      throw failed(operand(), e);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw failed(operand(), e);
    }
  }
}
