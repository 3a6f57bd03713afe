package vitrine.interp.card;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import vitrine.engine.InputException;
import vitrine.engine.io.TextFile;
import vitrine.interp.io.Json;

/**
 * What a training left behind in its directory.
 *
 * @param recipe the settings, as {@code recipe.json} has them
 * @param steps that were made
 * @param tokens that went through the model
 * @param seconds that it took, pauses left out
 * @param evaluations on the validation data, in order
 */
public record Training(
    JsonNode recipe, int steps, long tokens, double seconds, List<Evaluated> evaluations) {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String RECIPE = "recipe.json";
  private static final String METRICS = "metrics.jsonl";

  /**
   * One evaluation.
   *
   * @param loss in nats a token
   */
  public record Evaluated(int step, double loss) {}

  public Training {
    evaluations = List.copyOf(evaluations);
  }

  /**
   * Reads the directory of a {@code vitrine train}.
   *
   * @throws InputException when there is no recipe or no line of a step
   */
  public static Training read(Path directory) {
    for (String name : List.of(RECIPE, METRICS)) {
      if (!Files.exists(directory.resolve(name))) {
        throw new InputException(
            "card: --training %s: no %s; expected the directory that vitrine train made."
                .formatted(directory, name));
      }
    }
    Path metrics = directory.resolve(METRICS);
    Tally tally = new Tally();
    TextFile.forEachLine(
        "card",
        metrics,
        line -> {
          if (!line.isBlank()) {
            tally.add(json(metrics, line));
          }
        });
    if (tally.steps == 0) {
      throw new InputException(
          "card: --training %s: no step in %s; expected at least one."
              .formatted(directory, METRICS));
    }
    Path recipe = directory.resolve(RECIPE);
    return new Training(
        json(recipe, TextFile.read("card", recipe)),
        tally.steps,
        tally.tokens,
        tally.seconds,
        tally.evaluations);
  }

  /** What the lines add up to. */
  private static final class Tally {
    private final List<Evaluated> evaluations = new ArrayList<>();
    private int steps;
    private long tokens;
    private double seconds;

    void add(JsonNode line) {
      int step = line.path("step").asInt(0);
      switch (line.path("event").asString("")) {
        case "step" -> {
          steps = step;
          tokens += line.path("tokens").asLong(0);
          seconds = line.path("seconds").asDouble(0);
        }
        case "evaluation" -> evaluations.add(new Evaluated(step, line.path("loss").asDouble()));
        default -> {
          // Checkpoints and the end say nothing that a card tells.
        }
      }
    }
  }

  private static JsonNode json(Path file, String text) {
    try {
      return JSON.readTree(text);
    } catch (JacksonException e) {
      throw new InputException(
          "card: %s: no JSON (%s); expected what vitrine train wrote."
              .formatted(file, e.getOriginalMessage()),
          e);
    }
  }

  ObjectNode json() {
    ObjectNode node = Json.object().put("steps", steps).put("tokens", tokens);
    node.set("seconds", Json.number(seconds));
    node.set("recipe", recipe);
    return node;
  }
}
