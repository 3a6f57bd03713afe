package vitrine.interp.card;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import vitrine.engine.models.Model;
import vitrine.engine.models.ModelFiles;
import vitrine.interp.heads.HeadsResult;
import vitrine.interp.io.Json;
import vitrine.interp.minimalpairs.MinimalPairsResult;

/**
 * A model card.
 *
 * @param about what nothing can measure
 * @param weights what is in the model
 * @param training what it came from; null where that is not at hand
 * @param predictions of the tokens of texts it has not seen
 * @param baseline what another model makes of the same tokens; null for none
 * @param pairs minimal pairs; null for none
 * @param copying of repeated random tokens; null for a model that sees both ways
 * @param heads where heads look in repeated random tokens
 * @param command that wrote the card
 */
public record ModelCard(
    About about,
    Weights weights,
    @Nullable Training training,
    Predictions predictions,
    @Nullable JsonNode baseline,
    @Nullable MinimalPairsResult pairs,
    @Nullable Copying copying,
    HeadsResult heads,
    String command) {

  /**
   * The size of a model.
   *
   * @param family as in {@code gpt2}
   * @param dtypes of its tensors, as in {@code F16}
   * @param bytes of their data in the file
   * @param hash of the checkpoint
   */
  public record Weights(
      String family,
      int layers,
      int width,
      int heads,
      int positions,
      int vocabulary,
      long parameters,
      String dtypes,
      long bytes,
      String hash) {
    /** What a loaded model has. */
    public static Weights of(ModelFiles files, Model model) {
      var architecture = model.architecture();
      var checkpoint = files.checkpoint();
      return new Weights(
          architecture.family(),
          architecture.layers(),
          architecture.dModel(),
          architecture.heads(),
          architecture.positions(),
          architecture.vocabulary(),
          model.facts().parameters(),
          String.join(
              ", ",
              checkpoint.names().stream()
                  .map(name -> checkpoint.info(name).dtype().name())
                  .distinct()
                  .sorted()
                  .toList()),
          checkpoint.bytes(),
          checkpoint.hash());
    }

    ObjectNode json() {
      return Json.object()
          .put("family", family)
          .put("layers", layers)
          .put("width", width)
          .put("heads", heads)
          .put("positions", positions)
          .put("vocabulary", vocabulary)
          .put("parameters", parameters)
          .put("dtypes", dtypes)
          .put("bytes", bytes)
          .put("hash", hash);
    }
  }

  /** All figures. */
  public ObjectNode document() {
    ObjectNode document = Json.object().put("name", about.name());
    document.set("weights", weights.json());
    if (training != null) {
      document.set("training", training.json());
    }
    document.set("predictions", predictions.json());
    if (baseline != null) {
      document.set("baseline", baseline);
    }
    if (pairs != null) {
      ObjectNode minimal = document.putObject("minimal_pairs");
      minimal.set("mean", Json.interval(pairs.mean()));
      ArrayNode paradigms = minimal.putArray("paradigms");
      pairs
          .judged()
          .forEach(each ->
              paradigms
                  .addObject()
                  .put("name", each.paradigm().name())
                  .set("accuracy", Json.interval(each.accuracy())));
    }
    if (copying != null) {
      document.set("copying", copying.json());
    }
    document.set("heads", heads.more().path("named"));
    document.put("command", command);
    return document;
  }

  /** The card for people. */
  public String markdown() {
    return new CardText(this).markdown();
  }
}
