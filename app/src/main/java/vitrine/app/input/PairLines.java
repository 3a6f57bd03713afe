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
 * Reads the lines {@code {"clean","corrupted","answer","wrong"}}: prompts as texts or lists of ids,
 * answers as texts of one token or ids.
 */
public final class PairLines {
  private static final List<String> FIELDS = List.of("clean", "corrupted", "answer", "wrong");

  private PairLines() {}

  /**
   * Reads a JSONL file.
   *
   * @param file a file, or {@code -} for standard input
   * @param stdin standard input
   * @return at least one pair, in order
   * @throws InputException at the first bad line, naming it
   */
  public static List<PairLine> read(Path file, InputStream stdin) throws IOException {
    return JsonLines.read(file, stdin, FIELDS, PairLines::line);
  }

  private static PairLine line(String where, ObjectNode object) {
    return new PairLine(
        where,
        prompt(where, object, "clean"),
        prompt(where, object, "corrupted"),
        answer(where, object, "answer"),
        answer(where, object, "wrong"));
  }

  private static PairLine.Prompt prompt(String where, ObjectNode object, String field) {
    JsonNode value = object.get(field);
    if (value == null) {
      throw JsonLines.error(where, "no field " + field, "a clean and a corrupted prompt");
    }
    if (value.isString()) {
      return new PairLine.Words(value.stringValue());
    }
    if (!value.isArray() || value.isEmpty()) {
      throw JsonLines.error(
          where,
          "field " + field + ": " + OneLine.operand(value.toString()),
          "a text or a list of ids");
    }
    int[] ids = new int[value.size()];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = id(where, field, value.get(i));
    }
    return new PairLine.Tokens(ids);
  }

  private static PairLine.@Nullable Answer answer(String where, ObjectNode object, String field) {
    JsonNode value = object.get(field);
    if (value == null) {
      return null;
    }
    return value.isString()
        ? new PairLine.Word(value.stringValue())
        : new PairLine.Id(id(where, field, value));
  }

  private static int id(String where, String field, JsonNode value) {
    if (!value.isIntegralNumber() || !value.canConvertToInt()) {
      throw JsonLines.error(
          where,
          "field " + field + ": " + OneLine.operand(value.toString()),
          "a text, or whole numbers of 32 bits");
    }
    return value.intValue();
  }
}
