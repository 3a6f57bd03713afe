package vitrine.engine.training;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import vitrine.engine.InputException;
import vitrine.engine.hooks.Saving;

/**
 * A {@link Recipe} as a flat JSON object:
 *
 * <pre>
 * {"objective":"next","steps":1000,"batch":8,"accumulation":1,"length":128,
 *  "learning_rate":5e-4,"beta1":0.9,"beta2":0.999,"eps":1e-8,"weight_decay":0.01,"clip":1.0,
 *  "schedule":"cosine","warmup_fraction":0.05,"final_fraction":0.1,"dropout":null,
 *  "evaluate_every":500,"checkpoint_every":500,"patience":null,"measure":"loss","keep":"last",
 *  "loss_limit":10,"saving":"keep","seed":0}</pre>
 *
 * <p>In the stead of {@code steps} there may be {@code epochs}, of {@code warmup_fraction} {@code
 * warmup_steps}.
 */
final class RecipeJson {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final JsonNode root;
  private final Set<String> known = new LinkedHashSet<>();

  private RecipeJson(JsonNode root) {
    this.root = root;
  }

  static ObjectNode write(Recipe recipe) {
    ObjectNode root = JSON.createObjectNode();
    root.put("objective", recipe.objective().label());
    switch (recipe.extent()) {
      case Extent.Steps steps -> root.put("steps", steps.steps());
      case Extent.Epochs epochs -> root.put("epochs", epochs.epochs());
    }
    root.put("batch", recipe.batching().batch());
    root.put("accumulation", recipe.batching().accumulation());
    root.put("length", recipe.batching().length());
    AdamSettings adam = recipe.optimizer();
    root.put("learning_rate", adam.learningRate());
    root.put("beta1", adam.beta1());
    root.put("beta2", adam.beta2());
    root.put("eps", adam.eps());
    root.put("weight_decay", adam.weightDecay());
    root.put("clip", adam.clip());
    root.put("schedule", recipe.schedule().shape().label());
    switch (recipe.schedule().warmup()) {
      case Schedule.Warmup.Steps steps -> root.put("warmup_steps", steps.steps());
      case Schedule.Warmup.Fraction share -> root.put("warmup_fraction", share.fraction());
    }
    root.put("final_fraction", recipe.schedule().finalFraction());
    root.put("dropout", recipe.dropout());
    Watch watch = recipe.watch();
    root.put("evaluate_every", watch.evaluateEvery());
    root.put("checkpoint_every", watch.checkpointEvery());
    root.put("patience", watch.patience());
    root.put("measure", watch.measure().label());
    root.put("keep", watch.keep().label());
    root.put("loss_limit", watch.lossLimit());
    root.put("saving", Recipe.label(recipe.saving()));
    root.put("seed", recipe.seed());
    return root;
  }

  static Recipe read(String json) {
    JsonNode root;
    try {
      root = JSON.readTree(json);
    } catch (JacksonException e) {
      throw new InputException(
          "recipe: JSON: "
              + e.getOriginalMessage().lines().findFirst().orElse("")
              + "; expected a recipe such as {\"objective\":\"next\",\"steps\":1000}.",
          e);
    }
    if (!root.isObject()) {
      throw new InputException("recipe: not a JSON object; expected one.");
    }
    return new RecipeJson(root).recipe();
  }

  private Recipe recipe() {
    Objective objective = word("objective", Objective.values(), Objective::label, Objective.NEXT);
    Recipe usual = objective == Objective.LABELS ? Recipe.forLabels() : Recipe.forText(objective);
    Recipe recipe =
        new Recipe(
            objective,
            extent(usual.extent()),
            new Batching(
                whole("batch", usual.batching().batch()),
                whole("accumulation", usual.batching().accumulation()),
                perhaps("length", usual.batching().length())),
            adam(usual.optimizer()),
            schedule(usual.schedule()),
            number("dropout", null),
            watch(usual.watch()),
            word("saving", Saving.values(), Recipe::label, usual.saving()),
            seed());
    for (Map.Entry<String, JsonNode> each : root.properties()) {
      if (!known.contains(each.getKey())) {
        throw new InputException(
            "recipe: "
                + each.getKey()
                + ": no such key; expected one of "
                + String.join(", ", known)
                + ".");
      }
    }
    return recipe;
  }

  private Extent extent(Extent usual) {
    JsonNode steps = find("steps");
    JsonNode epochs = find("epochs");
    if (steps != null && epochs != null) {
      throw new InputException("recipe: steps and epochs; expected one of the two.");
    }
    if (steps != null) {
      return Extent.steps(whole("steps", 0));
    }
    return epochs == null ? usual : Extent.epochs(number("epochs", 0));
  }

  private AdamSettings adam(AdamSettings usual) {
    return new AdamSettings(
        number("learning_rate", usual.learningRate()),
        number("beta1", usual.beta1()),
        number("beta2", usual.beta2()),
        number("eps", usual.eps()),
        number("weight_decay", usual.weightDecay()),
        orNone("clip", usual.clip()));
  }

  private Schedule schedule(Schedule usual) {
    Schedule.Shape shape =
        word("schedule", Schedule.Shape.values(), Schedule.Shape::label, usual.shape());
    JsonNode steps = find("warmup_steps");
    JsonNode share = find("warmup_fraction");
    if (steps != null && share != null) {
      throw new InputException(
          "recipe: warmup_steps and warmup_fraction; expected one of the two.");
    }
    Schedule.Warmup warmup = usual.warmup();
    if (steps != null) {
      warmup = new Schedule.Warmup.Steps(whole("warmup_steps", 0));
    } else if (share != null) {
      warmup = new Schedule.Warmup.Fraction(number("warmup_fraction", 0));
    }
    return new Schedule(shape, warmup, number("final_fraction", usual.finalFraction()));
  }

  private Watch watch(Watch usual) {
    return new Watch(
        perhaps("evaluate_every", usual.evaluateEvery()),
        perhaps("checkpoint_every", usual.checkpointEvery()),
        perhaps("patience", usual.patience()),
        word("measure", Measure.values(), Measure::label, usual.measure()),
        word("keep", Watch.Keep.values(), Watch.Keep::label, usual.keep()),
        orNone("loss_limit", usual.lossLimit()));
  }

  private long seed() {
    JsonNode node = find("seed");
    if (node == null) {
      return 0;
    }
    if (!node.isIntegralNumber() || !node.canConvertToLong()) {
      throw wrong("seed", node, "a whole number of 64 bits");
    }
    return node.longValue();
  }

  /** A key's value; null where it is left out or null. */
  private @Nullable JsonNode find(String key) {
    known.add(key);
    JsonNode node = root.get(key);
    return node == null || node.isNull() ? null : node;
  }

  private int whole(String key, int absent) {
    JsonNode node = find(key);
    return node == null ? absent : whole(key, node);
  }

  private static int whole(String key, JsonNode node) {
    if (!node.isIntegralNumber() || !node.canConvertToInt()) {
      throw wrong(key, node, "a whole number");
    }
    return node.intValue();
  }

  /** A whole number or null; what the key says where it is there, even if that is null. */
  private @Nullable Integer perhaps(String key, @Nullable Integer absent) {
    JsonNode node = find(key);
    if (node != null) {
      return whole(key, node);
    }
    return root.has(key) ? null : absent;
  }

  /** A number or null; what the key says where it is there, even if that is null. */
  private @Nullable Double orNone(String key, @Nullable Double absent) {
    Double found = number(key, null);
    return root.has(key) ? found : absent;
  }

  private double number(String key, double absent) {
    Double found = number(key, null);
    return found == null ? absent : found;
  }

  private @Nullable Double number(String key, @Nullable Double absent) {
    JsonNode node = find(key);
    if (node == null) {
      return absent;
    }
    if (!node.isNumber()) {
      throw wrong(key, node, "a number");
    }
    return node.doubleValue();
  }

  private <E> E word(String key, E[] all, Function<E, String> label, E absent) {
    JsonNode node = find(key);
    if (node == null) {
      return absent;
    }
    List<E> those = Arrays.asList(all);
    return those.stream()
        .filter(each -> node.isString() && label.apply(each).equals(node.stringValue()))
        .findFirst()
        .orElseThrow(() ->
            wrong(
                key,
                node,
                "one of " + those.stream().map(label).collect(Collectors.joining(", "))));
  }

  private static InputException wrong(String key, JsonNode found, String expected) {
    return new InputException("recipe: " + key + ": " + found + "; expected " + expected + ".");
  }
}
