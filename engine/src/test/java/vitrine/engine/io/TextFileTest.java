package vitrine.engine.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vitrine.engine.InputException;

final class TextFileTest {
  @TempDir private Path directory;

  private Path file(String name, byte... bytes) {
    try {
      return Files.write(directory.resolve(name), bytes);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] packed(byte... bytes) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return out.toByteArray();
  }

  private static List<String> lines(Path file) {
    List<String> lines = new ArrayList<>();
    TextFile.forEachLine(file, lines::add);
    return lines;
  }

  /** Both ways of reading refuse, with the same words. */
  private static void refused(Path file, String... fragments) {
    String whole = message(() -> TextFile.read(file));
    assertEquals(whole, message(() -> lines(file)));
    assertTrue(whole.startsWith("text: " + file + ": "), whole);
    assertTrue(whole.contains("; expected "), whole);
    for (String fragment : fragments) {
      assertTrue(whole.contains(fragment), fragment + " in: " + whole);
    }
  }

  private static String message(Runnable reading) {
    return String.valueOf(assertThrows(InputException.class, reading::run).getMessage());
  }

  @Test
  void should_give_the_text_as_it_is_when_plain_or_packed_whatever_the_name() {
    String text = "\ufeffa\r\nÄ\ufffd 中🙂\u0000\n\n end";
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    for (Path file :
        List.of(file("plain.gz", bytes), file("packed.txt", packed(bytes)), twoMembers(bytes))) {
      assertEquals(text, TextFile.read(file));
      assertEquals(List.of("\ufeffa\r\n", "Ä\ufffd 中🙂\u0000\n", "\n", " end"), lines(file));
    }
  }

  /** As {@code cat a.gz b.gz} makes it; cut inside a character. */
  private Path twoMembers(byte... bytes) {
    byte[] first = packed(Arrays.copyOf(bytes, 7));
    byte[] second = packed(Arrays.copyOfRange(bytes, 7, bytes.length));
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return file("two.gz", both);
  }

  @Test
  void should_give_every_line_when_chunks_end_inside_lines_and_characters() {
    StringBuilder text = new StringBuilder();
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 3000; i++) {
      String line = "é中🙂".repeat(i % 40) + "x".repeat(i % 7) + "\n";
      expected.add(line);
      text.append(line);
    }
    String longLine = "🙂".repeat(100_000);
    expected.add(longLine);
    text.append(longLine);
    Path file = file("long", text.toString().getBytes(StandardCharsets.UTF_8));
    assertEquals(expected, lines(file));
    assertEquals(text.toString(), TextFile.read(file));
  }

  @Test
  void should_name_the_first_bad_byte_when_it_is_not_utf_8() {
    byte[] text = "abc é".getBytes(StandardCharsets.ISO_8859_1);
    refused(file("latin1", text), "not UTF-8 at byte 4;");
    refused(file("latin1.gz", packed(text)), "not UTF-8 at byte 4 of what it unpacks to");
    refused(file("cut", (byte) 'a', (byte) 0xf0, (byte) 0x9f), "not UTF-8 at byte 1;");
    refused(file("surrogate", (byte) 0xed, (byte) 0xa0, (byte) 0x80), "not UTF-8 at byte 0;");
    refused(file("overlong", (byte) 'a', (byte) 0xc0, (byte) 0x80), "not UTF-8 at byte 1;");
    refused(file("utf-16", (byte) 0xff, (byte) 0xfe, (byte) 'a', (byte) 0), "at byte 0;");
    byte[] far = "\ufffdline\n".repeat(50_000).getBytes(StandardCharsets.UTF_8);
    far[300_000] = (byte) 0xff;
    refused(file("far", far), "not UTF-8 at byte 300000;");
  }

  @Test
  void should_refuse_when_there_is_nothing_to_read() {
    refused(file("empty"), ": empty;");
    refused(file("empty.gz", packed()), ": empty;");
    refused(directory.resolve("none"), "no such file");
    refused(directory, "a directory");
  }

  @Test
  void should_refuse_when_the_gzip_is_broken() {
    byte[] whole = packed("some text, some text".getBytes(StandardCharsets.UTF_8));
    refused(file("short", Arrays.copyOf(whole, whole.length - 9)), "gzip that ends early");
    refused(file("head", Arrays.copyOf(whole, 2)), "gzip that ends early");
    byte[] changed = whole.clone();
    changed[whole.length - 6] ^= 1;
    refused(file("changed", changed), "broken gzip");
  }
}
