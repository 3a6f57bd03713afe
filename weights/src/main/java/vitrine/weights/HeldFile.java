package vitrine.weights;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * A file that was read whole when it was opened.
 *
 * <p>The JDK's jars and zips do give channels with positions, but by writing the entry to a
 * temporary file beside the jar, where an application often may not write.
 */
final class HeldFile implements ReadableFile {
  private static final int PIECE = 1 << 16;

  private final Path path;
  private final Arena arena;
  private final MemorySegment bytes;

  private HeldFile(Path path, Arena arena, MemorySegment bytes) {
    this.path = path;
    this.arena = arena;
    this.bytes = bytes;
  }

  static HeldFile open(Path path) {
    Arena arena = Arena.ofShared();
    boolean read = false;
    try (InputStream in = Files.newInputStream(path)) {
      MemorySegment bytes = arena.allocate(Files.size(path), Long.BYTES);
      byte[] piece = new byte[PIECE];
      long at = 0;
      for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
        MemorySegment.copy(MemorySegment.ofArray(piece), 0, bytes, at, count);
        at += count;
      }
      read = true;
      return new HeldFile(path, arena, bytes.asReadOnly());
    } catch (NoSuchFileException e) {
      throw OpenFile.missing(path, e);
    } catch (IOException e) {
      throw OpenFile.failed(Quote.of(path), e);
    } finally {
      if (!read) {
        arena.close();
      }
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
    return bytes.byteSize();
  }

  @Override
  public void read(long position, MemorySegment to) {
    MemorySegment.copy(bytes, position, to, 0, to.byteSize());
  }

  @Override
  public MemorySegment map(long begin, long count, Arena arena) {
    return bytes.asSlice(begin, count);
  }

  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
