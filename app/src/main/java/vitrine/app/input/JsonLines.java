package vitrine.app.input;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import vitrine.app.terminal.NearestName;
import vitrine.app.terminal.OneLine;
import vitrine.engine.InputException;

/**
 * Strict JSON lines: UTF-8, one object a line, line feed or carriage return and line feed between
 * them. A byte order mark at the start and blank lines at the end are passed over; a blank line
 * before the last object is an error, since what is printed for line n must be about line n.
 */
final class JsonLines {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private static final char BYTE_ORDER_MARK = '\uFEFF';

  private JsonLines() {}

  /** Makes something of one object. */
  interface Line<T> {
    /**
     * What the object says.
     *
     * @param where its line, for errors
     */
    T of(String where, ObjectNode object);
  }

  /**
   * Reads a file whose objects have no fields but these.
   *
   * @param file a file, or {@code -} for standard input
   * @param stdin standard input
   * @param fields that an object may have
   * @return at least one, in order
   * @throws InputException at the first bad line, naming it
   */
  static <T> List<T> read(Path file, InputStream stdin, List<String> fields, Line<T> line)
      throws IOException {
    if (file.toString().equals("-")) {
      return lines("standard input", stdin, fields, line);
    }
    if (Files.isDirectory(file)) {
      throw new InputException(
          "input: "
              + OneLine.operand(file.toString())
              + ": a directory; expected a JSONL file. Name the file");
    }
    try (InputStream in = Files.newInputStream(file)) {
      return lines(file.toString(), in, fields, line);
    }
  }

  private static <T> List<T> lines(String name, InputStream in, List<String> fields, Line<T> line)
      throws IOException {
    List<T> lines = new ArrayList<>();
    List<ObjectNode> objects = read(name, in);
    for (int i = 0; i < objects.size(); i++) {
      String where = where(name, i + 1);
      requireKnown(where, objects.get(i), fields);
      lines.add(line.of(where, objects.get(i)));
    }
    return lines;
  }

  private static void requireKnown(String where, ObjectNode object, List<String> fields) {
    for (String field : object.propertyNames()) {
      if (!fields.contains(field)) {
        String expected =
            NearestName.of(field, fields)
                .map(name -> name + " perhaps")
                .orElse("only " + String.join(", ", fields));
        throw error(where, "field " + OneLine.operand(field) + ": unknown", expected);
      }
    }
  }

  /** The error that a line is not as it should be. */
  static InputException error(String where, String actual, String expected) {
    return new InputException(
        "input: " + where + ": " + actual + "; expected " + expected + ". Mend the line");
  }

  /**
   * Reads everything.
   *
   * @param name what errors call the source
   * @return at least one object; index i is line i+1
   * @throws InputException at the first line that is not one JSON object, or when there is none
   */
  static List<ObjectNode> read(String name, InputStream in) throws IOException {
    List<ObjectNode> objects = new ArrayList<>();
    int number = 0;
    int firstBlank = 0;
    InputStream buffered = new BufferedInputStream(in, 1 << 16);
    for (byte[] line = next(buffered); line != null; line = next(buffered)) {
      number++;
      String where = where(name, number);
      String text = decode(where, line);
      if (number == 1 && !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK) {
        text = text.substring(1);
      }
      if (text.isBlank()) {
        firstBlank = firstBlank == 0 ? number : firstBlank;
        continue;
      }
      if (firstBlank != 0) {
        throw new InputException(
            "input: "
                + where(name, firstBlank)
                + ": blank; expected one JSON object a line. Remove the line");
      }
      objects.add(parse(where, text));
    }
    if (objects.isEmpty()) {
      throw new InputException(
          "input: "
              + OneLine.operand(name)
              + ": empty; expected one JSON object a line. Write at least one");
    }
    return objects;
  }

  /** Names a line in an error. */
  static String where(String name, int number) {
    return OneLine.operand(name) + " line " + number;
  }

  /** The bytes up to the next line feed, without it; null at the end. */
  private static byte @Nullable [] next(InputStream in) throws IOException {
    int b = in.read();
    if (b < 0) {
      return null;
    }
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    while (b >= 0 && b != '\n') {
      line.write(b);
      b = in.read();
    }
    return line.toByteArray();
  }

  private static String decode(String where, byte[] line) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(line)).toString();
    } catch (CharacterCodingException e) {
      throw new InputException(
          "input: " + where + ": not UTF-8; expected UTF-8. Convert the file, as with iconv", e);
    }
  }

  /** Jackson's reason without what it says to programmers. */
  private static String reason(JacksonException e) {
    if (e instanceof MismatchedInputException) {
      return "something follows the JSON object";
    }
    String message = String.valueOf(e.getOriginalMessage()).replaceFirst(" \\(for .*", "");
    return "not JSON: " + OneLine.operand(message);
  }

  private static ObjectNode parse(String where, String text) {
    JsonNode node;
    try {
      node = MAPPER.readTree(text);
    } catch (JacksonException e) {
      throw new InputException(
          "input: " + where + ": " + reason(e) + "; expected one JSON object a line. Mend the line",
          e);
    }
    if (node instanceof ObjectNode object) {
      return object;
    }
    throw new InputException(
        "input: "
            + where
            + ": "
            + node.getNodeType().name().toLowerCase(java.util.Locale.ROOT)
            + " "
            + OneLine.operand(text.strip())
            + "; expected a JSON object like {\"text\":\"...\"}. Mend the line");
  }
}
