package vitrine.bench.workers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file of little-endian float32, to be compared with another engine's. */
final class Output implements AutoCloseable {
  private static final int PIECE = 1 << 16;

  private final FileChannel channel;
  private final ByteBuffer piece =
      ByteBuffer.allocateDirect(PIECE * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
  private long count;

  Output(Path file) {
    try {
      channel =
          FileChannel.open(
              file,
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE,
              StandardOpenOption.TRUNCATE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void add(float... values) {
    add(FloatBuffer.wrap(values));
  }

  void add(FloatBuffer values) {
    while (values.hasRemaining()) {
      int length = Math.min(PIECE, values.remaining());
      piece.clear();
      piece.asFloatBuffer().put(values.slice(values.position(), length));
      piece.limit(length * Float.BYTES);
      values.position(values.position() + length);
      try {
        while (piece.hasRemaining()) {
          channel.write(piece);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      count += length;
    }
  }

  long count() {
    return count;
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
