package vitrine.app.training;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import vitrine.app.terminal.Json;
import vitrine.app.terminal.NearestName;
import vitrine.app.terminal.OneLine;
import vitrine.engine.InputException;
import vitrine.engine.io.TextFile;
import vitrine.engine.training.Objective;
import vitrine.engine.training.Recipe;

/**
 * What a training is asked to do: keys with values, of which some are the command's own, such as
 * its data, and the others make the {@link Recipe}. They come from a file and from options, and are
 * written beside the result, so that the same file repeats it.
 */
public final class Settings {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private static final String COMMAND = "command";

  /** Keys of which one replaces the other. */
  private static final Map<String, String> RIVALS =
      Map.of(
          "steps", "epochs",
          "epochs", "steps",
          "warmup_steps", "warmup_fraction",
          "warmup_fraction", "warmup_steps");

  private final String command;
  private final List<String> own;
  private final ObjectNode values;

  private Settings(String command, List<String> own, ObjectNode values) {
    this.command = command;
    this.own = own;
    this.values = values;
  }

  /**
   * No settings yet.
   *
   * @param command whose they are
   * @param own its keys that are not the recipe's
   */
  public static Settings none(String command, Collection<String> own) {
    return new Settings(command, List.copyOf(own), Json.object());
  }

  /**
   * These with those of a file in their stead.
   *
   * @throws InputException when it is not such a file, naming the key
   */
  public Settings read(Path file) {
    JsonNode root;
    try {
      root = JSON.readTree(TextFile.read(file));
    } catch (JacksonException e) {
      throw wrong(
          file,
          "not valid JSON: " + OneLine.operand(e.getOriginalMessage()),
          "one object of settings, such as {\"steps\":1000}");
    }
    if (!root.isObject()) {
      throw wrong(file, "not a JSON object", "one of settings, such as {\"steps\":1000}");
    }
    ObjectNode read = (ObjectNode) root;
    JsonNode of = read.remove(COMMAND);
    if (of != null && !of.equals(read.stringNode(command))) {
      throw wrong(
          file,
          "command: " + OneLine.operand(of.toString()),
          "settings of " + command + ". Call the command that they are for");
    }
    Set<String> known = known();
    for (String key : read.propertyNames()) {
      if (!known.contains(key)) {
        throw wrong(
            file,
            OneLine.operand(key) + ": no such key",
            NearestName.of(key, known)
                .map(name -> name + " perhaps")
                .orElse("one of " + String.join(", ", known)));
      }
    }
    return with(read);
  }

  private Set<String> known() {
    Set<String> known = new LinkedHashSet<>(own);
    for (JsonNode recipe :
        List.of(json(Recipe.forText(Objective.NEXT)), json(Recipe.forLabels()))) {
      known.addAll(recipe.propertyNames());
    }
    known.addAll(RIVALS.keySet().stream().sorted().toList());
    known.remove("objective");
    return known;
  }

  private static InputException wrong(Path file, String actual, String expected) {
    return new InputException(
        "config: " + OneLine.operand(file.toString()) + ": " + actual + "; expected " + expected);
  }

  /** These, with others in the stead of those of the same names. */
  public Settings with(ObjectNode others) {
    ObjectNode merged = values.deepCopy();
    for (Map.Entry<String, JsonNode> each : others.properties()) {
      String rival = RIVALS.get(each.getKey());
      if (rival != null && !others.has(rival)) {
        merged.remove(rival);
      }
      merged.set(each.getKey(), each.getValue());
    }
    return new Settings(command, own, merged);
  }

  /** Whether a key has a value. */
  public boolean has(String key) {
    return find(key) != null;
  }

  private @Nullable JsonNode find(String key) {
    JsonNode node = values.get(key);
    return node == null || node.isNull() ? null : node;
  }

  /** A text; null where there is none. */
  public @Nullable String text(String key) {
    JsonNode node = find(key);
    if (node != null && !(node.isString() && !node.stringValue().isBlank())) {
      throw wrong(key, node, "a text");
    }
    return node == null ? null : node.stringValue();
  }

  /** A text that is one of these; the first of them where there is none. */
  public String word(String key, List<String> all) {
    String word = text(key);
    if (word != null && !all.contains(word)) {
      throw wrong(key, word, "one of " + String.join(", ", all));
    }
    return word == null ? all.getFirst() : word;
  }

  /** A path; null where there is none. */
  public @Nullable Path path(String key) {
    String text = text(key);
    return text == null ? null : path(key, text);
  }

  private static Path path(String key, String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw wrong(key, text, "a path");
    }
  }

  /** Paths; none where there are none. A single text is one path. */
  public List<Path> paths(String key) {
    return texts(key).stream().map(each -> path(key, each)).toList();
  }

  /** Texts; none where there are none. */
  public List<String> texts(String key) {
    JsonNode node = find(key);
    if (node == null) {
      return List.of();
    }
    if (node.isString()) {
      return List.of(node.stringValue());
    }
    List<String> texts = new ArrayList<>();
    for (JsonNode each : node) {
      if (!each.isString()) {
        throw wrong(key, node, "a list of texts");
      }
      texts.add(each.stringValue());
    }
    if (!node.isArray() || texts.isEmpty()) {
      throw wrong(key, node, "a list of texts");
    }
    return texts;
  }

  /** A whole number of at least 1; null where there is none. */
  public @Nullable Integer count(String key) {
    JsonNode node = find(key);
    if (node != null
        && !(node.isIntegralNumber() && node.canConvertToInt() && node.intValue() >= 1)) {
      throw wrong(key, node, "a whole number of at least 1");
    }
    return node == null ? null : node.intValue();
  }

  /** A number more than 0 and less than 1; null where there is none. */
  public @Nullable Double share(String key) {
    JsonNode node = find(key);
    if (node != null && !(node.isNumber() && node.doubleValue() > 0 && node.doubleValue() < 1)) {
      throw wrong(key, node, "a number more than 0 and less than 1");
    }
    return node == null ? null : node.doubleValue();
  }

  /** Whether a key is true. */
  public boolean flag(String key) {
    JsonNode node = find(key);
    if (node != null && !node.isBoolean()) {
      throw wrong(key, node, "true or false");
    }
    return node != null && node.booleanValue();
  }

  private static InputException wrong(String key, Object found, String expected) {
    return new InputException(
        "config: " + key + ": " + OneLine.operand(found.toString()) + "; expected " + expected);
  }

  /**
   * The recipe; what is left out is as it is usual for the objective.
   *
   * @throws InputException naming the key that is wrong
   */
  public Recipe recipe(Objective objective) {
    ObjectNode recipe = values.deepCopy();
    recipe.remove(own);
    return Recipe.fromJson(recipe.put("objective", objective.label()).toString());
  }

  private static ObjectNode json(Recipe recipe) {
    return (ObjectNode) JSON.readTree(recipe.toJson());
  }

  /** All of it as a file that {@link #read} reads. */
  public String toJson(Recipe recipe) {
    ObjectNode root = Json.object().put(COMMAND, command);
    for (String key : own) {
      JsonNode value = find(key);
      if (value != null) {
        root.set(key, value);
      }
    }
    root.setAll(json(recipe));
    root.remove("objective");
    return Json.pretty(root) + "\n";
  }
}
