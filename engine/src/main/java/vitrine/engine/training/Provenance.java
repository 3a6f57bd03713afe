package vitrine.engine.training;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import vitrine.engine.InputException;
import vitrine.engine.data.Examples;
import vitrine.engine.hooks.Dropout;
import vitrine.engine.models.Model;

/**
 * What a training was begun with, in words that two of them can be compared by: a checkpoint is
 * gone on with only by the same.
 *
 * @param entries such as {@code recipe learning_rate} to {@code 5.0E-4}
 * @param backend whose arithmetic it is, with the width of its vectors; another gives other bits
 */
record Provenance(SequencedMap<String, String> entries, String backend) {
  private static final JsonMapper JSON = new JsonMapper();

  /** What may be another one in a training that goes on: no bit of its weights depends on it. */
  private static final List<String> FREE = List.of("checkpoint_every", "loss_limit", "saving");

  static Provenance of(Model model, Recipe recipe, TrainingData data) {
    SequencedMap<String, String> entries = new LinkedHashMap<>();
    ObjectNode written = RecipeJson.write(recipe);
    written.remove(FREE);
    for (Map.Entry<String, JsonNode> each : written.properties()) {
      entries.put("recipe: " + each.getKey(), each.getValue().toString());
    }
    add(entries, "training data", data.train());
    Examples validation = data.validation();
    if (validation != null) {
      add(entries, "validation data", validation);
    }
    entries.put("model: family", model.architecture().family());
    entries.put("model: task", model.architecture().head().label());
    entries.put("model: numbers", String.valueOf(model.facts().parameters()));
    Dropout rates = recipe.rates(model.dropout());
    entries.put(
        "model: dropout",
        "%s embedding, %s attention, %s residual, %s head"
            .formatted(rates.embedding(), rates.attention(), rates.residual(), rates.head()));
    for (Map.Entry<String, JsonNode> each : JSON.readTree(model.facts().config()).properties()) {
      entries.put("model config: " + each.getKey(), each.getValue().toString());
    }
    return new Provenance(entries, model.arithmetic());
  }

  private static void add(Map<String, String> entries, String name, Examples examples) {
    entries.put(name + ": examples", String.valueOf(examples.size()));
    entries.put(name + ": hash", examples.fingerprint());
  }

  ObjectNode toJson() {
    ObjectNode root = JSON.createObjectNode();
    root.put("backend", backend);
    ObjectNode list = root.putObject("entries");
    entries.forEach(list::put);
    return root;
  }

  static Provenance fromJson(JsonNode root) {
    SequencedMap<String, String> entries = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> each : root.path("entries").properties()) {
      entries.put(each.getKey(), each.getValue().asString());
    }
    return new Provenance(entries, root.path("backend").asString());
  }

  /**
   * Refuses to go on with something else.
   *
   * @param begun of the checkpoint
   */
  void requireSame(Provenance begun) {
    SequencedMap<String, String> all = new LinkedHashMap<>(begun.entries);
    all.putAll(entries);
    for (String key : all.keySet()) {
      String now = entries.getOrDefault(key, "none");
      String before = begun.entries.getOrDefault(key, "none");
      if (!now.equals(before)) {
        throw new InputException(
            "resume: "
                + key
                + ": "
                + now
                + "; expected "
                + before
                + ", as the training was begun. Resume with what it was begun with, or begin a new"
                + " one in another directory.");
      }
    }
  }
}
