package vitrine.app.input;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import vitrine.app.terminal.OneLine;
import vitrine.engine.InputException;

/**
 * Reads the lines {@code {"text","pair","labels"}} and {@code {"ids","type_ids","mask","labels"}}.
 */
public final class InputLines {
  private static final List<String> FIELDS =
      List.of("text", "pair", "ids", "type_ids", "mask", "labels");

  private InputLines() {}

  /**
   * Reads a JSONL file.
   *
   * @param file a file, or {@code -} for standard input
   * @param stdin standard input
   * @return at least one line, in order
   * @throws InputException at the first bad line, naming it
   */
  public static List<InputLine> read(Path file, InputStream stdin) throws IOException {
    return JsonLines.read(file, stdin, FIELDS, InputLines::line);
  }

  private static InputLine line(String where, ObjectNode object) {
    JsonNode labels = object.get("labels");
    if (object.has("text") == object.has("ids")) {
      String actual =
          object.has("ids") ? "both \"text\" and \"ids\"" : "neither \"text\" nor \"ids\"";
      throw JsonLines.error(where, actual, "one of them");
    }
    if (object.has("text")) {
      refuse(where, object, "type_ids", "mask");
      String pair = object.has("pair") ? string(where, object, "pair") : null;
      return new InputLine.Words(where, string(where, object, "text"), pair, labels);
    }
    refuse(where, object, "pair");
    int[] ids = integers(where, object, "ids");
    if (ids.length == 0) {
      throw JsonLines.error(where, "field ids: empty", "at least one id");
    }
    return new InputLine.Tokens(
        where, ids, perToken(where, object, "type_ids", ids), mask(where, object, ids), labels);
  }

  private static void refuse(String where, ObjectNode object, String... fields) {
    for (String field : fields) {
      if (object.has(field)) {
        String with = object.has("text") ? "\"text\"" : "\"ids\"";
        throw JsonLines.error(where, "field " + field + ": given with " + with, "it left out");
      }
    }
  }

  private static String string(String where, ObjectNode object, String field) {
    JsonNode value = object.get(field);
    if (!value.isString()) {
      throw JsonLines.error(where, "field " + field + ": " + shown(value), "a string");
    }
    return value.stringValue();
  }

  private static int[] integers(String where, ObjectNode object, String field) {
    JsonNode value = object.get(field);
    if (!value.isArray()) {
      throw JsonLines.error(
          where, "field " + field + ": " + shown(value), "a list of whole numbers");
    }
    int[] numbers = new int[value.size()];
    for (int i = 0; i < numbers.length; i++) {
      JsonNode element = value.get(i);
      if (!element.isIntegralNumber() || !element.canConvertToInt()) {
        throw JsonLines.error(
            where,
            "field " + field + ": element " + i + " is " + shown(element),
            "a whole number of 32 bits");
      }
      numbers[i] = element.intValue();
    }
    return numbers;
  }

  private static int @Nullable [] perToken(
      String where, ObjectNode object, String field, int[] ids) {
    if (!object.has(field)) {
      return null;
    }
    int[] numbers = integers(where, object, field);
    if (numbers.length != ids.length) {
      throw JsonLines.error(
          where,
          "field " + field + ": " + numbers.length + " elements",
          "as many as ids: " + ids.length);
    }
    return numbers;
  }

  private static int @Nullable [] mask(String where, ObjectNode object, int[] ids) {
    int[] mask = perToken(where, object, "mask", ids);
    if (mask == null) {
      return null;
    }
    boolean any = false;
    for (int flag : mask) {
      if (flag != 0 && flag != 1) {
        throw JsonLines.error(where, "field mask: " + flag, "0 or 1");
      }
      any |= flag == 1;
    }
    if (!any) {
      throw JsonLines.error(where, "field mask: no 1", "at least one real token");
    }
    return mask;
  }

  private static String shown(JsonNode value) {
    return OneLine.operand(value.toString());
  }
}
