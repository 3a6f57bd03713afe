package vitrine.engine.hooks;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import vitrine.engine.InputException;

/**
 * A {@link Plan} as JSON, in the texts the command line takes:
 *
 * <pre>
 * {"read":["blocks.*.attn.z"],"edit":["blocks.0.attn.z[head=5]=zero"],"gradient":["embed","params"],
 * "loss":"next","seed":0,"repeatable":true}</pre>
 *
 * <p>Whatever is empty is left out, but seed and repeatable.
 */
final class PlanJson {
  private static final String PARAMETERS = "params";
  private static final int DEEPEST = 10;
  private static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(DEEPEST).build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private PlanJson() {}

  static String write(Plan plan) {
    ObjectNode root = JSON.createObjectNode();
    texts(root, "read", plan.reads());
    texts(root, "edit", plan.edits());
    List<Object> gradients = new ArrayList<>(plan.gradients());
    if (plan.wantsParameterGradients()) {
      gradients.add(PARAMETERS);
    }
    texts(root, "gradient", gradients);
    plan.loss().ifPresent(loss -> root.put("loss", loss.toString()));
    root.put("seed", plan.seed());
    root.put("repeatable", plan.isRepeatable());
    return root.toString();
  }

  private static void texts(ObjectNode root, String key, List<?> values) {
    if (!values.isEmpty()) {
      ArrayNode array = root.putArray(key);
      values.forEach(value -> array.add(value.toString()));
    }
  }

  static Plan read(String json) {
    JsonNode root;
    try {
      root = JSON.readTree(json);
    } catch (JacksonException bad) {
      throw new InputException(
          "plan: JSON: "
              + Text.quote(bad.getOriginalMessage())
              + "; expected a plan as run.json has.",
          bad);
    }
    if (!root.isObject()) {
      throw wrong("plan", "not an object", "{\"read\":[…],\"edit\":[…],…}");
    }
    JsonNode repeatable = root.path("repeatable");
    if (!repeatable.isMissingNode() && !repeatable.isBoolean()) {
      throw wrong("repeatable", "not a boolean", "true or false");
    }
    if (repeatable.isBoolean() && !repeatable.booleanValue()) {
      throw wrong(
          "repeatable",
          "false: it has an edit that is a program's function",
          "edits that text can say");
    }
    Plan plan = Plan.empty();
    for (Map.Entry<String, JsonNode> each : root.properties()) {
      plan = with(plan, each.getKey(), each.getValue());
    }
    return plan;
  }

  private static Plan with(Plan plan, String key, JsonNode value) {
    Plan changed = plan;
    switch (key) {
      case "read" -> {
        for (String site : texts(key, value)) {
          changed = changed.read(Site.parse(site));
        }
      }
      case "edit" -> {
        for (String text : texts(key, value)) {
          Plan.EditOf step = Plan.EditOf.parse(text);
          changed = changed.edit(step.site(), step.edit());
        }
      }
      case "gradient" -> {
        for (String site : texts(key, value)) {
          changed =
              site.equals(PARAMETERS)
                  ? changed.gradientOfParameters()
                  : changed.gradient(Site.parse(site));
        }
      }
      case "loss" -> changed = changed.loss(Loss.parse(text(key, value)));
      case "seed" -> {
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
          throw wrong(key, Text.quote(value.toString()), "a whole number of 64 bits");
        }
        changed = changed.seed(value.longValue());
      }
      case "repeatable" -> {}
      default ->
          throw wrong(
              Text.quote(key), "no such key", "read, edit, gradient, loss, seed or repeatable");
    }
    return changed;
  }

  private static List<String> texts(String key, JsonNode value) {
    if (!value.isArray()) {
      throw wrong(key, Text.quote(value.toString()), "a list of texts");
    }
    List<String> texts = new ArrayList<>();
    for (JsonNode each : value) {
      texts.add(text(key, each));
    }
    return texts;
  }

  private static String text(String key, JsonNode value) {
    if (!value.isString()) {
      throw wrong(key, Text.quote(value.toString()), "a text");
    }
    return value.stringValue();
  }

  private static InputException wrong(String operand, String actual, String expected) {
    return new InputException(
        "plan: JSON: " + operand + ": " + actual + "; expected " + expected + ".");
  }
}
