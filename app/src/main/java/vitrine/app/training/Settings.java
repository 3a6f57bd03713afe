package vitrine.app.training;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import vitrine.app.terminal.OneLine;
import vitrine.app.terminal.UsageException;
import vitrine.engine.InputException;
import vitrine.engine.training.Objective;
import vitrine.engine.training.Recipe;
import vitrine.interp.io.Json;

/**
 * What a training is asked to do: keys with values, of which some are the command's own, such as
 * its data, and the others make the {@link Recipe}. They come from a file and from options, and are
 * written beside the result, so that the same file repeats it. What is wrong with one is said under
 * the name that it has where it was given.
 */
public final class Settings {
  static final String COMMAND = "command";

  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** Keys of which one replaces the other. */
  private static final Map<String, String> RIVALS =
      Map.of(
          "steps", "epochs",
          "epochs", "steps",
          "warmup_steps", "warmup_fraction",
          "warmup_fraction", "warmup_steps",
          "validation", "validation_share",
          "validation_share", "validation");

  /** Options with another name than their key. */
  private static final Map<String, String> OPTIONS =
      Map.of(
          "accumulation", "--accumulate",
          "warmup_steps", "--warmup",
          "warmup_fraction", "--warmup",
          "saving", "--recompute");

  /** Keys whose values are paths, or may be. */
  private static final Set<String> PATHS =
      Set.of("text", "data", "validation", "model", "tokenizer");

  /** As the recipe's own errors begin. */
  private static final Pattern OF_RECIPE = Pattern.compile("recipe: (\\w+)(.*)");

  private final String command;
  private final List<String> own;
  private final ObjectNode values;

  /** The file that a value is from; none of options. */
  private final Map<String, Path> files;

  private Settings(String command, List<String> own, ObjectNode values, Map<String, Path> files) {
    this.command = command;
    this.own = own;
    this.values = values;
    this.files = files;
  }

  /**
   * No settings yet.
   *
   * @param command whose they are
   * @param own its keys that are not the recipe's
   */
  public static Settings none(String command, Collection<String> own) {
    return new Settings(command, List.copyOf(own), Json.object(), Map.of());
  }

  /**
   * These with those of a file in their stead.
   *
   * @throws InputException when it is not such a file, naming the key
   */
  public Settings read(Path file) {
    return with(SettingsFile.read(file, command, known()), file);
  }

  private Set<String> known() {
    Set<String> known = new LinkedHashSet<>(own);
    for (JsonNode recipe :
        List.of(json(Recipe.forText(Objective.NEXT)), json(Recipe.forLabels()))) {
      known.addAll(recipe.propertyNames());
    }
    known.addAll(List.of("steps", "epochs", "warmup_steps", "warmup_fraction"));
    known.remove("objective");
    return known;
  }

  /**
   * These, with options in the stead of values of the same names.
   *
   * @throws UsageException when two of them say the same thing
   */
  public Settings with(ObjectNode options) {
    return with(options, null);
  }

  private Settings with(ObjectNode others, @Nullable Path file) {
    ObjectNode merged = values.deepCopy();
    Map<String, Path> from = new HashMap<>(files);
    for (Map.Entry<String, JsonNode> each : others.properties()) {
      String key = each.getKey();
      String rival = RIVALS.get(key);
      if (rival != null && !each.getValue().isNull()) {
        if (others.hasNonNull(rival)) {
          throw bothGiven(key, rival, file);
        }
        merged.remove(rival);
      }
      merged.set(key, each.getValue());
      if (file == null) {
        from.remove(key);
      } else {
        from.put(key, file);
      }
    }
    return new Settings(command, own, merged, from);
  }

  private RuntimeException bothGiven(String a, String b, @Nullable Path file) {
    return file == null
        ? usage(option(a) + " and " + option(b) + ": both given; expected one of the two")
        : SettingsFile.wrong(file, a + " and " + b + ": both given", "one of the two");
  }

  /** These and what follows from them, so that they mean the same wherever they are read again. */
  public Settings resolved(ObjectNode more) {
    return with(more);
  }

  /** Whether a key has a value. */
  public boolean has(String key) {
    return find(key) != null;
  }

  /** Whether there is something under a key, be it null. */
  public boolean mentions(String key) {
    return values.has(key);
  }

  /** Whether a key's value was given on the command line. */
  public boolean isOption(String key) {
    return has(key) && !files.containsKey(key);
  }

  private @Nullable JsonNode find(String key) {
    JsonNode node = values.get(key);
    return node == null || node.isNull() ? null : node;
  }

  /** A key's value as it stands in a file. */
  public String shown(String key) {
    JsonNode node = find(key);
    return node == null ? "null" : node.isString() ? node.stringValue() : node.toString();
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

  private Path path(String key, String text) {
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

  /** Whole numbers of at least 0; none where there are none. */
  public List<Integer> steps(String key) {
    JsonNode node = find(key);
    if (node == null) {
      return List.of();
    }
    List<Integer> steps = new ArrayList<>();
    for (JsonNode each : node) {
      if (!(each.isIntegralNumber() && each.canConvertToInt() && each.intValue() >= 0)) {
        throw wrong(key, node, "a list of whole numbers of at least 0");
      }
      steps.add(each.intValue());
    }
    if (!node.isArray()) {
      throw wrong(key, node, "a list of whole numbers of at least 0");
    }
    return steps;
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

  /** The error that a key's value is wrong: the option's, or the file's that it is from. */
  public RuntimeException wrong(String key, Object found, String expected) {
    String actual = OneLine.operand(found.toString());
    Path file = files.get(key);
    return file == null
        ? usage(option(key) + ": " + actual + "; expected " + expected)
        : SettingsFile.wrong(file, key + ": " + actual, expected);
  }

  private UsageException usage(String what) {
    return new UsageException(command + ": " + what + ". See: vitrine help " + command);
  }

  private static String option(String key) {
    return OPTIONS.getOrDefault(key, "--" + key.replace('_', '-'));
  }

  /**
   * The recipe; what is left out is as it is usual for the objective.
   *
   * @throws InputException naming the key that is wrong, and its file
   * @throws UsageException naming the option that is wrong
   */
  public Recipe recipe(Objective objective) {
    ObjectNode recipe = values.deepCopy();
    recipe.remove(own);
    try {
      return Recipe.fromJson(recipe.put("objective", objective.label()).toString());
    } catch (InputException e) {
      throw named(e);
    }
  }

  private RuntimeException named(InputException e) {
    Matcher of = OF_RECIPE.matcher(String.valueOf(e.getMessage()));
    if (!of.matches() || !values.has(of.group(1))) {
      return e;
    }
    Path file = files.get(of.group(1));
    String what = of.group(2).replaceFirst("\\.$", "");
    return file == null
        ? usage(option(of.group(1)) + what.replaceFirst(", or null( for none)?$", ""))
        : new InputException(
            "config: " + OneLine.operand(file.toString()) + ": " + of.group(1) + what, e);
  }

  private static ObjectNode json(Recipe recipe) {
    return (ObjectNode) JSON.readTree(recipe.toJson());
  }

  /**
   * All of it as a file that {@link #read} reads, from wherever: paths in it are absolute.
   *
   * @param recipe all that these settings say of it, and what is usual
   */
  public String toJson(Recipe recipe) {
    ObjectNode root = Json.object().put(COMMAND, command);
    for (String key : own) {
      JsonNode value = find(key);
      if (value != null) {
        root.set(key, PATHS.contains(key) ? placed(key, value) : value);
      }
    }
    root.setAll(json(recipe));
    root.remove("objective");
    return Json.pretty(root) + "\n";
  }

  private JsonNode placed(String key, JsonNode value) {
    if (value instanceof ArrayNode list) {
      ArrayNode placed = Json.array();
      list.forEach(each -> placed.add(placed(key, each)));
      return placed;
    }
    Path path = path(key, value.stringValue());
    boolean isName = (key.equals("model") || key.equals("tokenizer")) && !Files.exists(path);
    return isName ? value : Json.object().stringNode(path.toAbsolutePath().toString());
  }
}
