package vitrine.app.training;

import java.nio.file.Path;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import vitrine.app.terminal.NearestName;
import vitrine.app.terminal.OneLine;
import vitrine.engine.InputException;
import vitrine.engine.io.TextFile;

/** A file of settings: one JSON object, with the names of options or of {@code recipe.json}. */
final class SettingsFile {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private static final String EXAMPLE = "one object of settings, such as {\"steps\":1000}";

  /** What the parser says of one character that is out of place. */
  private static final Pattern CHARACTER =
      Pattern.compile("Unexpected character \\('(.+?)' \\(code.*");

  private final Path path;

  private SettingsFile(Path path) {
    this.path = path;
  }

  /**
   * What is in a file, under the names that {@code recipe.json} has.
   *
   * @param command which it must be for, where it says that
   * @param known the names that there are
   * @throws InputException when it is not such a file, naming the key
   */
  static ObjectNode read(Path path, String command, Set<String> known) {
    SettingsFile file = new SettingsFile(path);
    ObjectNode read = file.parse();
    JsonNode of = read.remove(Settings.COMMAND);
    if (of != null && !of.equals(read.stringNode(command))) {
      throw file.wrong(
          "command: " + OneLine.operand(of.toString()),
          "settings of " + command + ". Call the command that they are for");
    }
    file.translate(read);
    for (String key : read.propertyNames()) {
      if (!known.contains(key)) {
        throw file.wrong(
            OneLine.operand(key) + ": no such key",
            NearestName.of(key, known)
                .map(name -> name + " perhaps")
                .orElse("one of " + String.join(", ", known)));
      }
    }
    return read;
  }

  private ObjectNode parse() {
    String text = TextFile.read("config", path);
    JsonNode root;
    try {
      root = JSON.readTree(text.startsWith("\ufeff") ? text.substring(1) : text);
    } catch (JacksonException e) {
      throw wrong("not valid JSON" + at(e.getLocation()) + ": " + clause(e), EXAMPLE);
    }
    if (!(root instanceof ObjectNode object)) {
      throw wrong("not a JSON object", EXAMPLE);
    }
    return object;
  }

  private static String at(@Nullable TokenStreamLocation location) {
    return location == null || location.getLineNr() < 1
        ? ""
        : " at line " + location.getLineNr() + ", column " + location.getColumnNr();
  }

  /** What the parser says, without what only its authors understand. */
  private static String clause(JacksonException e) {
    String message = String.valueOf(e.getOriginalMessage());
    Matcher character = CHARACTER.matcher(message.lines().findFirst().orElse(""));
    if (character.matches()) {
      return OneLine.operand(character.group(1)) + " is out of place";
    }
    if (message.startsWith("Trailing token")) {
      return "something follows the object";
    }
    if (message.startsWith("Unexpected end-of-input")) {
      return "it ends early";
    }
    return OneLine.operand(message.split("[:\\n]", 2)[0]);
  }

  /** Options whose settings have other names may stand under their own. */
  private void translate(ObjectNode read) {
    move(read, "accumulate", "accumulation", read.get("accumulate"));
    JsonNode warmup = read.get("warmup");
    if (warmup != null) {
      boolean steps = warmup.isIntegralNumber() && warmup.canConvertToInt();
      boolean share = warmup.isNumber() && warmup.doubleValue() > 0 && warmup.doubleValue() < 1;
      if (!steps && !share) {
        throw wrong(
            "warmup: " + OneLine.operand(warmup.toString()),
            "a share below 1, or a whole number of steps");
      }
      move(read, "warmup", steps ? "warmup_steps" : "warmup_fraction", warmup);
    }
    JsonNode recompute = read.get("recompute");
    if (recompute != null) {
      if (!recompute.isBoolean()) {
        throw wrong("recompute: " + OneLine.operand(recompute.toString()), "true or false");
      }
      move(
          read,
          "recompute",
          "saving",
          read.stringNode(recompute.booleanValue() ? "recompute" : "keep"));
    }
  }

  private void move(ObjectNode read, String option, String key, @Nullable JsonNode value) {
    if (value == null) {
      return;
    }
    if (read.has(key)) {
      throw wrong(option + " and " + key + ": both given", "one of the two");
    }
    read.remove(option);
    read.set(key, value);
  }

  private InputException wrong(String actual, String expected) {
    return wrong(path, actual, expected);
  }

  static InputException wrong(Path file, String actual, String expected) {
    return new InputException(
        "config: " + OneLine.operand(file.toString()) + ": " + actual + "; expected " + expected);
  }
}
