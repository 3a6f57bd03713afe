package vitrine.engine.hooks;

import java.util.HashSet;
import java.util.Set;
import vitrine.engine.InputException;

/** Which losses a head has, and in which range. */
final class LossRules {
  private LossRules() {}

  static void validate(Loss loss, Architecture model) {
    switch (loss) {
      case Loss.Next _ -> need(loss, model, model.head() == Head.LANGUAGE, "lm");
      case Loss.Labels _ -> need(loss, model, model.head() != Head.NONE, "any other than encode");
      case Loss.MaskedTokens masked -> {
        need(
            loss,
            model,
            model.head() == Head.MASKED || model.head() == Head.PRETRAINING,
            "mlm or pretraining");
        masked.expected().forEach(each -> inRange(loss, "token", each.token(), model.vocabulary()));
      }
      case Loss.Label label -> {
        int classes = classes(loss, model);
        if (classes == 1) {
          throw new InputException(
              "loss: " + loss + ": the head has one output, a value; expected value:X.");
        }
        inRange(loss, "class", label.label(), classes);
      }
      case Loss.Value _ -> {
        int classes = classes(loss, model);
        if (classes != 1) {
          throw new InputException(
              "loss: " + loss + ": the head has " + classes + " classes; expected label:K.");
        }
      }
      case Loss.Logit logit -> token(loss, model, logit.token());
      case Loss.LogProbability logprob -> token(loss, model, logprob.token());
      case Loss.Difference difference -> {
        token(loss, model, difference.token());
        token(loss, model, difference.minus());
      }
      case Loss.ClassLogit logit -> inRange(loss, "class", logit.label(), classes(loss, model));
      case Loss.ClassDifference difference -> {
        int classes = classes(loss, model);
        inRange(loss, "class", difference.label(), classes);
        inRange(loss, "class", difference.minus(), classes);
      }
      case Loss.Start _, Loss.End _, Loss.StartLogit _, Loss.EndLogit _ ->
          need(loss, model, model.head() == Head.QUESTION, "qa");
    }
  }

  static void check(Loss loss, int length) {
    switch (loss) {
      case Loss.Next _ -> {
        if (length < 2) {
          throw new InputException(
              "loss: next: a text of " + length + " tokens predicts nothing; expected 2 or more.");
        }
      }
      case Loss.Labels _ -> {}
      case Loss.MaskedTokens masked -> {
        Set<Integer> seen = new HashSet<>();
        for (Loss.Expected each : masked.expected()) {
          if (!seen.add(position(loss, each.position(), length))) {
            throw new InputException(
                "loss: " + loss + ": position " + each.position() + " twice; expected each once.");
          }
        }
      }
      case Loss.Label _ -> {}
      case Loss.Value _ -> {}
      case Loss.Logit logit -> position(loss, logit.position(), length);
      case Loss.LogProbability logprob -> position(loss, logprob.position(), length);
      case Loss.Difference difference -> position(loss, difference.position(), length);
      case Loss.ClassLogit _, Loss.ClassDifference _ -> {}
      case Loss.Start start -> position(loss, start.position(), length);
      case Loss.End end -> position(loss, end.position(), length);
      case Loss.StartLogit start -> position(loss, start.position(), length);
      case Loss.EndLogit end -> position(loss, end.position(), length);
    }
  }

  private static int position(Loss loss, int position, int length) {
    return Indices.of(position).resolve(length, "loss: " + loss + ": position")[0];
  }

  /** A token of the logits' last axis; for a token classifier that is a class. */
  private static void token(Loss loss, Architecture model, int id) {
    boolean byToken = model.head().scoresVocabulary() || model.head() == Head.TOKENS;
    need(loss, model, byToken, "lm, mlm, pretraining or tokens");
    int length =
        model.head() == Head.TOKENS
            ? model.length(Tap.LOGITS, Axis.CLASS)
            : model.length(Tap.LOGITS, Axis.TOKEN);
    inRange(loss, model.head() == Head.TOKENS ? "class" : "token", id, length);
  }

  /** The classes of the one output of the whole text. */
  private static int classes(Loss loss, Architecture model) {
    return switch (model.head()) {
      case SEQUENCE, NEXT_SENTENCE -> model.length(Tap.LOGITS, Axis.CLASS);
      case PRETRAINING -> model.length(Tap.LOGITS_NSP, Axis.CLASS);
      case NONE, LANGUAGE, MASKED, TOKENS, QUESTION ->
          throw wrongHead(loss, model, "sequence, nsp or pretraining");
    };
  }

  private static void inRange(Loss loss, String what, int id, int length) {
    if (id < 0 || id >= length) {
      throw new InputException(
          "loss: "
              + loss
              + ": "
              + what
              + " "
              + id
              + ": out of range; expected 0 to "
              + (length - 1)
              + ".");
    }
  }

  private static void need(Loss loss, Architecture model, boolean has, String heads) {
    if (!has) {
      throw wrongHead(loss, model, heads);
    }
  }

  private static InputException wrongHead(Loss loss, Architecture model, String heads) {
    return new InputException(
        "loss: "
            + loss
            + ": the model's head is '"
            + model.head().label()
            + "'; expected "
            + heads
            + ". Choose another loss or --task.");
  }
}
