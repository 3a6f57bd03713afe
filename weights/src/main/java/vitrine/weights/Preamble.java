package vitrine.weights;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;
import vitrine.weights.WeightsException.Kind;

/**
 * The start of a file: eight bytes of length, little-endian, and the brace that opens the header.
 */
final class Preamble {
  static final int LENGTH_BYTES = 8;

  private Preamble() {}

  /**
   * The header's length. A file that cannot be safetensors is held against what is often given by
   * mistake, so that the message can say what it is.
   */
  static long headerBytes(ReadableFile file) {
    byte[] start = new byte[(int) Math.min(Impostor.LOOK, file.size())];
    file.read(0, MemorySegment.ofArray(start));
    WeightsException wrong = check(file, start);
    if (wrong == null) {
      return length(start);
    }
    Impostor impostor = Impostor.recognize(start);
    throw impostor == null
        ? wrong
        : Header.bad(
            impostor.kind(),
            file.operand(),
            "this is " + impostor.what(),
            "a safetensors file",
            impostor.remedy());
  }

  private static @Nullable WeightsException check(ReadableFile file, byte[] start) {
    String again = "Is this a safetensors file, and whole? Download or copy it again.";
    if (start.length == 0) {
      return Header.bad(Kind.EMPTY_FILE, file.operand(), "the file is empty", "a header", again);
    }
    if (start.length < LENGTH_BYTES) {
      return Header.bad(
          Kind.HEADER_BEYOND_FILE,
          file.operand(),
          "the file has %d bytes".formatted(start.length),
          "at least 8, which say how long the header is",
          again);
    }
    long length = length(start);
    if (Long.compareUnsigned(length, Header.MAX_BYTES) > 0) {
      return Header.bad(
          Kind.HEADER_TOO_LARGE,
          file.operand(),
          "its first 8 bytes say that the header has %s bytes"
              .formatted(Long.toUnsignedString(length)),
          "at most 100000000",
          again);
    }
    if (length > file.size() - LENGTH_BYTES) {
      return Header.bad(
          Kind.HEADER_BEYOND_FILE,
          file.operand(),
          "the header should have %d bytes, only %d follow"
              .formatted(length, file.size() - LENGTH_BYTES),
          "the header inside the file",
          again);
    }
    if (length == 0 || start[LENGTH_BYTES] != '{') {
      return Header.bad(
          Kind.HEADER_START,
          file.operand(),
          length == 0 ? "the header has no bytes" : "the header does not begin with {",
          "a JSON object",
          again);
    }
    return null;
  }

  private static long length(byte[] start) {
    return ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN).getLong();
  }
}
