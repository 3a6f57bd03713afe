package vitrine.interp.io;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;
import vitrine.interp.stats.Interval;

/**
 * The JSON that results and commands are written in. Documents are built whole before the first
 * byte goes out, so that a failure leaves nothing half-written.
 */
public final class Json {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private Json() {}

  public static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  public static ArrayNode array() {
    return JsonNodeFactory.instance.arrayNode();
  }

  public static ArrayNode array(int... values) {
    ArrayNode array = array();
    for (int value : values) {
      array.add(value);
    }
    return array;
  }

  public static ArrayNode strings(Iterable<String> values) {
    ArrayNode array = array();
    values.forEach(array::add);
    return array;
  }

  /**
   * The shortest decimal that reads back as the same float; JSON has no infinity and no NaN: null.
   */
  public static JsonNode number(float value) {
    return Float.isFinite(value)
        ? JsonNodeFactory.instance.numberNode(value)
        : JsonNodeFactory.instance.nullNode();
  }

  /** The shortest decimal that reads back as the same double; null for infinity and NaN. */
  public static JsonNode number(double value) {
    return Double.isFinite(value)
        ? JsonNodeFactory.instance.numberNode(value)
        : JsonNodeFactory.instance.nullNode();
  }

  /**
   * {@code {"estimate":..,"low":..,"high":..,"level":..,"n":..}}; null for ends that are unknown.
   */
  public static ObjectNode interval(Interval interval) {
    ObjectNode node = object();
    node.set("estimate", number(interval.estimate()));
    node.set("low", number(interval.low()));
    node.set("high", number(interval.high()));
    return node.put("level", interval.level()).put("n", interval.n());
  }

  /** The document of a text that is JSON for certain, such as a plan's own. */
  public static JsonNode parsed(String json) {
    return MAPPER.readTree(json);
  }

  /** The document on one line. */
  public static String line(JsonNode document) {
    return escapeLoneSurrogates(MAPPER.writeValueAsString(document));
  }

  /** The document for people to read. */
  public static String pretty(JsonNode document) {
    return escapeLoneSurrogates(
        MAPPER.writer().with(SerializationFeature.INDENT_OUTPUT).writeValueAsString(document));
  }

  /**
   * Half a surrogate pair has no UTF-8. It can stand only inside a JSON string, where its escape
   * means the same, so that the document keeps what the input had.
   */
  private static String escapeLoneSurrogates(String json) {
    StringBuilder safe = null;
    for (int i = 0; i < json.length(); i++) {
      char c = json.charAt(i);
      boolean pair =
          Character.isHighSurrogate(c)
              && i + 1 < json.length()
              && Character.isLowSurrogate(json.charAt(i + 1));
      if (pair) {
        if (safe != null) {
          safe.append(c).append(json.charAt(i + 1));
        }
        i++;
      } else if (Character.isSurrogate(c)) {
        if (safe == null) {
          safe = new StringBuilder(json.length() + 16).append(json, 0, i);
        }
        safe.append(String.format("\\u%04x", (int) c));
      } else if (safe != null) {
        safe.append(c);
      }
    }
    return safe == null ? json : safe.toString();
  }
}
