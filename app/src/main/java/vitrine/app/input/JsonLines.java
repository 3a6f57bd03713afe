package vitrine.app.input;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
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
