package vitrine.bench.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** Compares files of float32. */
final class Outputs {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private Outputs() {}

  /**
   * The largest difference, as a share of the largest element of the reference.
   *
   * @return infinity where sizes differ or a number is not finite
   */
  static double error(Path reference, Path other) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment a = map(reference, arena);
      MemorySegment b = map(other, arena);
      if (a.byteSize() != b.byteSize() || a.byteSize() == 0) {
        return Double.POSITIVE_INFINITY;
      }
      double largest = 0;
      double difference = 0;
      for (long i = 0; i < a.byteSize() / Float.BYTES; i++) {
        float x = a.getAtIndex(FLOAT, i);
        float y = b.getAtIndex(FLOAT, i);
        if (!Float.isFinite(x) || !Float.isFinite(y)) {
          return Double.POSITIVE_INFINITY;
        }
        largest = Math.max(largest, Math.abs(x));
        difference = Math.max(difference, Math.abs((double) x - y));
      }
      return difference / largest;
    }
  }

  private static MemorySegment map(Path file, Arena arena) {
    try (FileChannel channel = FileChannel.open(file)) {
      return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
