package vitrine.engine.text;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import vitrine.engine.InputException;

/** A value of a JSON file that knows where it stands, so that what is wrong with it can be said. */
record JsonView(String where, JsonNode node) {
  private static final long MAX_BYTES = 1L << 28;

  private static final JsonMapper STRICT =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /**
   * The object a file holds.
   *
   * @throws InputException when it cannot be read, is not strict JSON, or is no object
   */
  static JsonView read(Path file) {
    String name = String.valueOf(file.getFileName());
    JsonNode node;
    try {
      node = STRICT.readTree(bytes(file));
    } catch (JacksonException e) {
      throw new InputException(
          "tokenizer: %s: %s; expected strict JSON. Fetch the file again."
              .formatted(name, oneLine(e)),
          e);
    }
    JsonView view = new JsonView(name, node);
    if (!node.isObject()) {
      throw view.expected("an object");
    }
    return view;
  }

  /** A file's bytes, when there are not unreasonably many. */
  static byte[] bytes(Path file) {
    try {
      long size = Files.size(file);
      if (size > MAX_BYTES) {
        throw new InputException(
            "tokenizer: %s: %d bytes; expected at most %d. Give a tokenizer's file."
                .formatted(file.getFileName(), size, MAX_BYTES));
      }
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new InputException(
          "tokenizer: %s: %s; expected a readable file. Check its rights."
              .formatted(file, e.getClass().getSimpleName()),
          e);
    }
  }

  private static String oneLine(JacksonException e) {
    String message = e.getOriginalMessage();
    String first = message == null ? "not JSON" : message.lines().findFirst().orElse("not JSON");
    String brief = first.length() > 160 ? first.substring(0, 160) + "…" : first;
    return e.getLocation() == null || e.getLocation().getLineNr() < 0
        ? brief
        : "line %d: %s".formatted(e.getLocation().getLineNr(), brief);
  }

  /** The error that this value is not what it should be. */
  InputException expected(String what) {
    String actual = node.toString();
    String brief = actual.length() > 80 ? actual.substring(0, 80) + "…" : actual;
    return new InputException("tokenizer: %s: %s; expected %s.".formatted(where, brief, what));
  }

  /** Whether the key is there, even as null. */
  boolean has(String key) {
    return node.has(key);
  }

  /** A member that is there and not null, or null. */
  @Nullable JsonView get(String key) {
    JsonNode member = node.get(key);
    return member == null || member.isNull() ? null : new JsonView(where + ": " + key, member);
  }

  /** A member that must be there. */
  JsonView require(String key) {
    JsonView member = get(key);
    if (member == null) {
      throw new InputException("tokenizer: %s: no key \"%s\"; expected one.".formatted(where, key));
    }
    return member;
  }

  String text() {
    if (!node.isString()) {
      throw expected("a string");
    }
    return node.stringValue();
  }

  int integer() {
    if (!node.isIntegralNumber() || !node.canConvertToInt() || node.intValue() < 0) {
      throw expected("an integer from 0 to 2147483647");
    }
    return node.intValue();
  }

  boolean flag() {
    if (!node.isBoolean()) {
      throw expected("true or false");
    }
    return node.booleanValue();
  }

  /** A string member, or null when it is absent or null. */
  @Nullable String text(String key) {
    JsonView member = get(key);
    return member == null ? null : member.text();
  }

  int integer(String key, int otherwise) {
    JsonView member = get(key);
    return member == null ? otherwise : member.integer();
  }

  boolean flag(String key, boolean otherwise) {
    JsonView member = get(key);
    return member == null ? otherwise : member.flag();
  }

  /** The values of an array. */
  List<JsonView> list() {
    if (!node.isArray()) {
      throw expected("a list");
    }
    List<JsonView> list = new ArrayList<>(node.size());
    for (JsonNode element : node) {
      list.add(new JsonView(where, element));
    }
    return list;
  }

  /** The members of an object, in the file's order. */
  Map<String, JsonView> members() {
    if (!node.isObject()) {
      throw expected("an object");
    }
    Map<String, JsonView> members = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> member : node.properties()) {
      members.put(member.getKey(), new JsonView(where, member.getValue()));
    }
    return members;
  }

  /** The {@code "type"} of a component. */
  String type() {
    if (!node.isObject()) {
      throw expected("an object with a type");
    }
    return require("type").text();
  }
}
