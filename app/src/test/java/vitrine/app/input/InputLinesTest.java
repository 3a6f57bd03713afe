package vitrine.app.input;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import vitrine.engine.InputException;

final class InputLinesTest {
  @TempDir Path dir;

  private static List<InputLine> read(byte[] bytes) throws IOException {
    return InputLines.read(Path.of("-"), new ByteArrayInputStream(bytes));
  }

  private static List<InputLine> read(String text) throws IOException {
    return read(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void should_read_words_when_the_lines_have_text() throws IOException {
    List<InputLine> lines =
        read("{\"text\":\"a\\u2028b\u2028c\"}\n{\"text\":\"\",\"pair\":\"d\",\"labels\":1}");
    InputLine.Words first = assertInstanceOf(InputLine.Words.class, lines.get(0));
    InputLine.Words second = assertInstanceOf(InputLine.Words.class, lines.get(1));
    assertEquals("a\u2028b\u2028c", first.text());
    assertNull(first.pair());
    assertEquals("", second.text());
    assertEquals("d", second.pair());
    assertEquals(1, assertNotNullAnd(second.labels()).intValue());
  }

  private static <T> T assertNotNullAnd(@org.jspecify.annotations.Nullable T value) {
    assertNotNull(value);
    return value;
  }

  @Test
  void should_read_tokens_when_the_lines_have_ids() throws IOException {
    InputLine.Tokens line =
        assertInstanceOf(
            InputLine.Tokens.class,
            read("{\"ids\":[1,2],\"type_ids\":[0,1],\"mask\":[1,0]}").getFirst());
    assertArrayEquals(new int[] {1, 2}, line.ids());
    assertArrayEquals(new int[] {0, 1}, line.typeIds());
    assertArrayEquals(new int[] {1, 0}, line.mask());
    assertNull(line.labels());
  }

  @Test
  void should_pass_over_a_mark_carriage_returns_and_blank_ends() throws IOException {
    assertEquals(2, read("\uFEFF{\"text\":\"a\"}\r\n{\"text\":\"b\"}\r\n\r\n  \n").size());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"text\":\"a\"                    | line 1: ",
        "{\"text\":\"a\"} x                 | line 1: not JSON",
        "{\"text\":\"a\"} {\"text\":\"b\"}  | line 1: something follows",
        "{\"text\":\"a\",\"text\":\"b\"}    | line 1: not JSON: Duplicate",
        "{'text':'a'}                       | line 1: ",
        "\"text\"                           | line 1: string",
        "[1]                                | line 1: array",
        "null                               | line 1: null",
        "{}                                 | neither \"text\" nor \"ids\"",
        "{\"text\":\"a\",\"ids\":[1]}       | both \"text\" and \"ids\"",
        "{\"txet\":\"a\"}                   | field txet: unknown; expected text perhaps",
        "{\"text\":\"a\",\"zzzzz\":1}       | field zzzzz: unknown; expected only text, pair",
        "{\"text\":1}                       | field text: 1; expected a string",
        "{\"text\":null}                    | field text: null; expected a string",
        "{\"text\":\"a\",\"pair\":[]}       | field pair: []; expected a string",
        "{\"text\":\"a\",\"mask\":[1]}      | field mask: given with \"text\"",
        "{\"ids\":[1],\"pair\":\"a\"}       | field pair: given with \"ids\"",
        "{\"ids\":[]}                       | field ids: empty",
        "{\"ids\":1}                        | field ids: 1; expected a list",
        "{\"ids\":[1.5]}                    | element 0 is 1.5",
        "{\"ids\":[1,\"2\"]}                | element 1 is \"2\"",
        "{\"ids\":[99999999999]}            | element 0 is 99999999999",
        "{\"ids\":[1,2],\"type_ids\":[0]}   | field type_ids: 1 elements; expected as many as ids: 2",
        "{\"ids\":[1],\"mask\":[2]}         | field mask: 2; expected 0 or 1",
        "{\"ids\":[1],\"mask\":[0]}         | field mask: no 1",
        "{\"text\":\"\u0001\"}              | line 1: ",
      })
  void should_name_the_line_and_the_field_when_a_line_is_bad(String line, String fragment) {
    assertFails(line, fragment);
    String second = fragment.replace("line 1:", "line 2:");
    assertFails("{\"text\":\"fine\"}\r\n" + line + "\n{\"text\":\"fine\"}", second);
  }

  private static void assertFails(String input, String fragment) {
    InputException e = assertThrows(InputException.class, () -> read(input));
    String message = String.valueOf(e.getMessage());
    assertTrue(message.contains(fragment.strip()), message);
    assertTrue(message.contains("; expected "), message);
    assertFalse(message.contains("\n"), message);
  }

  @Test
  void should_refuse_when_a_blank_line_stands_between_objects() {
    assertFails("{\"text\":\"a\"}\n\n{\"text\":\"b\"}\n", "line 2: blank");
  }

  @Test
  void should_refuse_when_there_is_no_line() {
    assertFails("", "empty; expected one JSON object a line");
    assertFails("\n\n", "empty");
  }

  @Test
  void should_refuse_when_a_line_is_not_utf8() {
    byte[] latin1 = "{\"text\":\"a\"}\n{\"text\":\"\u00e9\"}".getBytes(StandardCharsets.ISO_8859_1);
    InputException e = assertThrows(InputException.class, () -> read(latin1));
    assertTrue(String.valueOf(e.getMessage()).contains("line 2: not UTF-8"), e.getMessage());
  }

  @Test
  void should_refuse_when_nesting_is_hostile() {
    assertFails("[".repeat(100_000), "line 1: ");
    assertFails("{\"text\":".repeat(100_000), "line 1: ");
  }

  @Test
  void should_read_a_file_and_refuse_a_directory() throws IOException {
    Path file = Files.writeString(dir.resolve("in.jsonl"), "{\"text\":\"a\"}");
    assertEquals(1, InputLines.read(file, new ByteArrayInputStream(new byte[0])).size());
    assertThrows(
        InputException.class, () -> InputLines.read(dir, new ByteArrayInputStream(new byte[0])));
  }
}
