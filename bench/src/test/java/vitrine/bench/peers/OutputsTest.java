package vitrine.bench.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OutputsTest {
  @TempDir Path folder = Path.of("");

  @Test
  void should_be_a_share_of_the_largest_element_when_outputs_differ() throws IOException {
    assertEquals(0.05, Outputs.error(file("a", 1, -10, 3), file("b", 1, -10, 3.5f)));
    assertEquals(0, Outputs.error(file("a", 1, 2), file("b", 1, 2)));
  }

  /** Nothing that is wrong may look as if it agreed. */
  @Test
  void should_be_infinite_when_not_comparable() throws IOException {
    double infinite = Double.POSITIVE_INFINITY;
    assertEquals(infinite, Outputs.error(file("a", 1, 2), file("b", 1)));
    assertEquals(infinite, Outputs.error(file("a"), file("b")));
    assertEquals(infinite, Outputs.error(file("a", 1, 2), file("b", 1, Float.NaN)));
    assertEquals(infinite, Outputs.error(file("a", Float.NaN), file("b", 1)));
  }

  private Path file(String name, float... values) throws IOException {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return Files.write(folder.resolve(name), bytes.array());
  }
}
