package vitrine.bench.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The examples of protobuf.dev/programming-guides/encoding. */
final class ProtoMessageTest {
  @Test
  void should_be_the_bytes_of_the_guide_when_written() {
    assertEquals("089601", hex(new ProtoMessage().integer(1, 150)));
    assertEquals("120774657374696e67", hex(new ProtoMessage().text(2, "testing")));
    assertEquals(
        "1a03089601", hex(new ProtoMessage().message(3, new ProtoMessage().integer(1, 150))));
    assertEquals("08feffffffffffffffff01", hex(new ProtoMessage().integer(1, -2)));
    assertEquals("0d0000803f", hex(new ProtoMessage().real(1, 1)));
  }

  private static String hex(ProtoMessage message) {
    return HexFormat.of().formatHex(message.toBytes());
  }
}
