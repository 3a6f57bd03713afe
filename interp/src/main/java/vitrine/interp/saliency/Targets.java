package vitrine.interp.saliency;

import tools.jackson.databind.node.ObjectNode;
import vitrine.engine.hooks.Loss;
import vitrine.interp.io.Json;

/** How targets and accounts are written. */
final class Targets {
  private Targets() {}

  static ObjectNode json(Target target, double value) {
    ObjectNode node = Json.object().put("text", target.toString());
    switch (target) {
      case Target.OfLogits(String name, _) -> node.put("kind", "function").put("name", name);
      case Target.OfLoss(Loss loss) -> {
        switch (loss) {
          case Loss.Logit(int position, int token) ->
              node.put("kind", "logit").put("position", position).put("id", token);
          case Loss.LogProbability(int position, int token) ->
              node.put("kind", "logprob").put("position", position).put("id", token);
          case Loss.Difference(int position, int token, int minus) ->
              node.put("kind", "diff")
                  .put("position", position)
                  .put("id", token)
                  .put("minus", minus);
          case Loss.ClassLogit(int label) -> node.put("kind", "class").put("class", label);
          case Loss.ClassDifference(int label, int minus) ->
              node.put("kind", "classdiff").put("class", label).put("minus", minus);
          case Loss.StartLogit(int position) ->
              node.put("kind", "startlogit").put("position", position);
          case Loss.EndLogit(int position) ->
              node.put("kind", "endlogit").put("position", position);
          case Loss.Next _,
              Loss.Labels _,
              Loss.MaskedTokens _,
              Loss.Label _,
              Loss.Value _,
              Loss.Start _,
              Loss.End _ -> {} // no targets
        }
      }
    }
    node.set("value", Json.number(value));
    return node;
  }

  static ObjectNode json(Scored.Account account) {
    ObjectNode node = Json.object();
    switch (account) {
      case Scored.Completeness(double baseline, int steps, double gap, Scored.Reached reached) -> {
        node.put("steps", steps);
        node.set("baseline_value", Json.number(baseline));
        node.set("gap", Json.number(gap));
        if (reached != Scored.Reached.NOT_ASKED) {
          node.put("within_tolerance", reached == Scored.Reached.YES);
        }
      }
      case Scored.Conservation(var others, double gap) -> {
        ObjectNode shares = node.putObject("other_shares");
        others.forEach((name, share) -> shares.set(name, Json.number(share)));
        node.set("gap", Json.number(gap));
      }
    }
    return node;
  }
}
