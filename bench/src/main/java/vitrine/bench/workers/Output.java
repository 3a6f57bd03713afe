package vitrine.bench.workers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import vitrine.kernels.Tensor;

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

  /** In pieces, so that what is compared adds nothing to the peak of memory that is measured. */
  void add(Tensor values) {
    float[] some = new float[(int) Math.min(PIECE, values.shape().size())];
    for (long at = 0; at < values.shape().size(); at += some.length) {
      int length = (int) Math.min(some.length, values.shape().size() - at);
      values.download(at, some, 0, length);
      add(FloatBuffer.wrap(some, 0, length));
    }
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
