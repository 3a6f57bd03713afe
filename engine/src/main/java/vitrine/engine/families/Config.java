package vitrine.engine.families;

import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import vitrine.engine.InputException;
import vitrine.kernels.Activation;

/** A config.json, read with errors that name the key. */
final class Config {
  private final JsonNode json;
  private final String where;

  /**
   * @param where what errors call the file
   */
  Config(JsonNode json, String where) {
    this.json = json;
    this.where = where;
  }

  private Optional<JsonNode> find(String... keys) {
    return Arrays.stream(keys)
        .map(json::get)
        .filter(node -> node != null && !node.isNull())
        .findFirst();
  }

  InputException wrong(String key, Object found, String expected) {
    return new InputException(
        "config: " + where + ": " + key + " is " + found + "; expected " + expected + ".");
  }

  /**
   * A whole number of at least 1.
   *
   * @param absent the family's own default, for a config that leaves the key out or null
   * @param keys synonyms, of which the first that is there counts
   */
  int size(int absent, String... keys) {
    return find(keys).map(node -> positive(node, keys[0])).orElse(absent);
  }

  private int positive(JsonNode node, String key) {
    if (!node.isIntegralNumber() || !node.canConvertToInt() || node.intValue() < 1) {
      throw wrong(key, node, "a whole number of at least 1");
    }
    return node.intValue();
  }

  /**
   * The row of the token table that PyTorch's {@code nn.Embedding} would be given as its {@code
   * padding_idx}: {@code pad_token_id}, where a negative one counts from the end. None for null,
   * and for an id without a row, which no look-up can name.
   *
   * @param absent the family's own default, for a config that leaves the key out
   * @param rows how many the table has
   */
  Set<Integer> paddingRows(int absent, int rows) {
    JsonNode node = json.get("pad_token_id");
    if (node != null && node.isNull()) {
      return Set.of();
    }
    if (node != null && !(node.isIntegralNumber() && node.canConvertToInt())) {
      throw wrong("pad_token_id", node, "a whole number or null");
    }
    int id = node == null ? absent : node.intValue();
    int row = id < 0 ? id + rows : id;
    return row >= 0 && row < rows ? Set.of(row) : Set.of();
  }

  float epsilon(String key, double absent) {
    Optional<JsonNode> node = find(key);
    if (node.isEmpty()) {
      return (float) absent;
    }
    double value = node.get().isNumber() ? node.get().doubleValue() : Double.NaN;
    if (!(value >= 0 && value < 1)) {
      throw wrong(key, node.get(), "a number in [0, 1)");
    }
    return (float) value;
  }

  /** A probability of dropping, such as {@code attn_pdrop}. */
  float rate(String key, double absent) {
    Optional<JsonNode> node = find(key);
    if (node.isEmpty()) {
      return (float) absent;
    }
    if (!node.get().isNumber()) {
      throw wrong(key, node.get(), "a probability");
    }
    double rate = node.get().doubleValue();
    if (!(rate >= 0 && rate < 1)) {
      throw wrong(key, node.get(), "0 or more and less than 1");
    }
    return (float) rate;
  }

  /** A true/false key. */
  Flag flag(String key, Flag absent) {
    Optional<JsonNode> node = find(key);
    if (node.isEmpty()) {
      return absent;
    }
    if (!node.get().isBoolean()) {
      throw wrong(key, node.get(), "true or false");
    }
    return node.get().booleanValue() ? Flag.ON : Flag.OFF;
  }

  /** A switch of a config. */
  enum Flag {
    ON,
    OFF
  }

  Optional<String> text(String key) {
    return find(key)
        .map(node -> {
          if (!node.isString()) {
            throw wrong(key, node, "a string");
          }
          return node.stringValue();
        });
  }

  /** A feature of the family that this engine does not have: refused rather than ignored. */
  void refuse(String key, String reason) {
    if (flag(key, Flag.OFF) == Flag.ON) {
      throw wrong(key, "true", "false: " + reason);
    }
  }

  /**
   * The number of classes of a head: {@code num_labels}, else the length of {@code id2label}; empty
   * when neither is there.
   */
  Optional<Integer> labels() {
    if (find("num_labels").isPresent()) {
      return Optional.of(size(1, "num_labels"));
    }
    return find("id2label")
        .map(node -> {
          if (!node.isObject() || node.isEmpty()) {
            throw wrong("id2label", node, "an object of at least one class");
          }
          return node.size();
        });
  }

  /** The activation function under the name that Hugging Face configs use. */
  Activation activation(String key, String absent) {
    String name = text(key).orElse(absent);
    return switch (name) {
      case "gelu" -> Activation.GELU;
      case "gelu_new", "gelu_pytorch_tanh", "gelu_fast" -> Activation.GELU_TANH;
      case "quick_gelu" -> Activation.QUICK_GELU;
      case "relu" -> Activation.RELU;
      case "silu", "swish" -> Activation.SILU;
      case "tanh" -> Activation.TANH;
      default ->
          throw wrong(
              key,
              '"' + name + '"',
              "one of gelu, gelu_new, gelu_fast, gelu_pytorch_tanh, quick_gelu, relu, silu, tanh");
    };
  }

  /** Head width; refuses heads that do not divide the model's width. */
  int headWidth(String widthKey, int width, String headsKey, int heads) {
    if (width % heads != 0) {
      throw new InputException(
          "config: "
              + where
              + ": "
              + widthKey
              + " is "
              + width
              + ", which "
              + headsKey
              + " = "
              + heads
              + " does not divide; expected a multiple of it.");
    }
    return width / heads;
  }

  /** The architectures list, for errors and the default task. */
  Optional<String> architecture() {
    Optional<JsonNode> list = find("architectures");
    if (list.isPresent() && !list.get().isArray()) {
      throw wrong("architectures", list.get(), "a list of names");
    }
    return list.filter(node -> !node.isEmpty())
        .map(node -> {
          if (!node.get(0).isString()) {
            throw wrong("architectures", node, "a list of names");
          }
          return node.get(0).stringValue();
        });
  }

  String where() {
    return where;
  }
}
