package vitrine.interp.patching;

import java.util.List;
import tools.jackson.databind.node.ObjectNode;
import vitrine.engine.InputException;
import vitrine.engine.hooks.Example;
import vitrine.engine.hooks.Inputs;
import vitrine.interp.io.Json;
import vitrine.interp.metrics.Metric;

/**
 * Two prompts of equal length, and what is measured of either.
 *
 * @param where it was given, for errors
 * @param clean the prompt
 * @param corrupted of as many tokens
 * @param cleanTokens one spelling a token
 * @param corruptedTokens likewise
 * @param metric of the logits of either
 */
public record PromptPair(
    String where,
    Example clean,
    Example corrupted,
    List<String> cleanTokens,
    List<String> corruptedTokens,
    Metric metric) {
  /**
   * @throws InputException when the prompts are not equally long
   */
  public PromptPair {
    cleanTokens = List.copyOf(cleanTokens);
    corruptedTokens = List.copyOf(corruptedTokens);
    if (clean.ids().length != corrupted.ids().length) {
      throw new InputException(
          "patch: %s: %d tokens clean, %d corrupted; expected as many of both, since positions are exchanged. Reword one"
              .formatted(where, clean.ids().length, corrupted.ids().length));
    }
    if (cleanTokens.size() != clean.ids().length
        || corruptedTokens.size() != corrupted.ids().length) {
      throw new IllegalArgumentException("patch: " + where + ": expected one spelling a token");
    }
  }

  /** T. */
  int length() {
    return clean.ids().length;
  }

  /** One of the two as a batch of one. */
  Inputs inputs(Direction.Run which) {
    return Inputs.of(
        switch (which) {
          case CLEAN -> clean;
          case CORRUPTED -> corrupted;
        });
  }

  /** The token at a position; both where they differ. */
  String token(int position) {
    String one = cleanTokens.get(position);
    String other = corruptedTokens.get(position);
    return one.equals(other) ? one : one + "|" + other;
  }

  ObjectNode json() {
    ObjectNode pair = Json.object();
    pair.set("clean", text(clean, cleanTokens));
    pair.set("corrupted", text(corrupted, corruptedTokens));
    pair.put("metric", metric.toString());
    return pair;
  }

  private static ObjectNode text(Example example, List<String> tokens) {
    ObjectNode text = Json.object();
    text.set("ids", Json.array(example.ids()));
    text.set("tokens", Json.strings(tokens));
    return text;
  }
}
