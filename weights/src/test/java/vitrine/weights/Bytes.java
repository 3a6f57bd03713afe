package vitrine.weights;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Makes files byte by byte, so that they can be wrong in every way. */
final class Bytes {
  private Bytes() {}

  /** A safetensors file: the header's length, the header, so many bytes of data (0, 1, 2 ...). */
  static byte[] file(String header, int dataBytes) {
    return file(header.getBytes(StandardCharsets.UTF_8), dataBytes);
  }

  static byte[] file(byte[] header, int dataBytes) {
    ByteBuffer buffer =
        ByteBuffer.allocate(8 + header.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
    buffer.putLong(header.length).put(header);
    for (int at = 0; at < dataBytes; at++) {
      buffer.put((byte) at);
    }
    return buffer.array();
  }

  /** One tensor's entry, as in a header. */
  static String entry(String name, String dtype, String shape, long begin, long end) {
    return "\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
        .formatted(name, dtype, shape, begin, end);
  }

  /** A file of one tensor whose data is given. */
  static byte[] tensor(String dtype, int elements, byte[] data) {
    String header = "{" + entry("x", dtype, "[" + elements + "]", 0, data.length) + "}";
    byte[] file = file(header, data.length);
    System.arraycopy(data, 0, file, file.length - data.length, data.length);
    return file;
  }

  static Path write(Path path, byte[] content) {
    try {
      return Files.write(path, content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
