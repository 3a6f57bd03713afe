package vitrine.weights;

import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.FileSystems;
import java.nio.file.Path;

/** The bytes of a file, read by position; from several threads at once, if they like. */
interface ReadableFile extends AutoCloseable {
  /**
   * Opens a file. One of another file system than the machine's own, such as an entry of a jar, has
   * no positions to read from: it is held in memory whole.
   */
  static ReadableFile open(Path path) {
    return path.getFileSystem().equals(FileSystems.getDefault())
        ? OpenFile.open(path)
        : HeldFile.open(path);
  }

  /** What errors call it. */
  String operand();

  Path path();

  /** The size when the file was opened. */
  long size();

  /** Fills a segment with the bytes from a position on. */
  void read(long position, MemorySegment to);

  /** A view of bytes, valid as long as the arena or this is open; the size is checked once, now. */
  MemorySegment map(long begin, long bytes, Arena arena);

  /** The bytes from {@code begin} to {@code end} (excluded). */
  default InputStream stream(long begin, long end) {
    return new InputStream() {
      private long position = begin;

      @Override
      public int read() {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
      }

      @Override
      public int read(byte[] to, int offset, int length) {
        if (position == end) {
          return -1;
        }
        int count = (int) Math.min(length, end - position);
        ReadableFile.this.read(position, MemorySegment.ofArray(to).asSlice(offset, count));
        position += count;
        return count;
      }
    };
  }

  @Override
  void close();
}
