package vitrine.interp;

import java.util.LinkedHashMap;
import java.util.SequencedMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import vitrine.engine.hooks.Plan;
import vitrine.engine.models.Model;
import vitrine.engine.models.ModelFiles;
import vitrine.interp.io.Json;

/**
 * What numbers came from, so that anybody can make them again.
 *
 * @param model directory or bundled name
 * @param hash of its checkpoint
 * @param version of the engine
 * @param backend that computed
 * @param arithmetic the backend with what its bits depend on
 * @param weights what matrices were kept as
 * @param task the model's head
 * @param seed of everything random
 * @param plan what was read, edited and differentiated, as {@code run --plan} takes it
 */
public record Provenance(
    String model,
    String hash,
    String version,
    String backend,
    String arithmetic,
    String weights,
    String task,
    long seed,
    JsonNode plan) {
  /**
   * Of a run by one plan.
   *
   * @param version of the program that asks
   */
  public static Provenance of(ModelFiles source, Model model, String version, Plan plan) {
    return new Provenance(
        source.name(),
        source.checkpoint().hash(),
        version,
        model.kernels().name(),
        model.arithmetic(),
        model.facts().precision().label(),
        model.architecture().head().label(),
        plan.seed(),
        Json.parsed(plan.toJson()));
  }

  /** Puts {@code model}, {@code engine}, {@code seed} and {@code plan} into a document. */
  public void addTo(ObjectNode document) {
    document.putObject("model").put("path", model).put("hash", hash);
    document
        .putObject("engine")
        .put("version", version)
        .put("backend", backend)
        .put("arithmetic", arithmetic)
        .put("weights", weights)
        .put("task", task);
    document.put("seed", seed);
    document.set("plan", plan);
  }

  /** The same for people. */
  public SequencedMap<String, String> facts() {
    SequencedMap<String, String> facts = new LinkedHashMap<>();
    facts.put("model", model);
    facts.put("its hash", hash);
    facts.put("engine", "vitrine " + version + " on " + arithmetic + ", weights " + weights);
    facts.put("task", task);
    facts.put("seed", Long.toString(seed));
    facts.put("plan", Json.line(plan));
    return facts;
  }
}
