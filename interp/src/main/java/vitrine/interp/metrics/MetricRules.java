package vitrine.interp.metrics;

import vitrine.engine.InputException;
import vitrine.engine.hooks.Architecture;
import vitrine.engine.hooks.Axis;
import vitrine.engine.hooks.Head;
import vitrine.engine.hooks.Loss;
import vitrine.engine.hooks.Tap;

/** Which metrics a head has, and in which range. */
public final class MetricRules {
  private MetricRules() {}

  static void validate(Metric metric, Architecture model) {
    switch (metric) {
      case Metric.OfLoss of -> loss(of, model).validate(model);
      case Metric.OfToken of -> {
        inRange(of, of.token(), model);
        if (of instanceof Metric.Difference difference) {
          inRange(of, difference.minus(), model);
        }
      }
      case Metric.Divergence _ -> {
        var _ = width(metric, model);
      }
      case Metric.Agreement agreement -> agreement(agreement, model);
    }
  }

  /** The loss that is meant: what the head is trained with, where none is given. */
  public static Loss loss(Metric.OfLoss of, Architecture model) {
    Loss given = of.loss();
    if (given != null) {
      return given;
    }
    return model.head() == Head.LANGUAGE ? Loss.next() : Loss.labels();
  }

  /** Whether a loss is of a value rather than of classes or tokens. */
  static boolean isSquaredError(Metric.OfLoss of, Architecture model) {
    return switch (loss(of, model)) {
      case Loss.Value _ -> true;
      case Loss.Labels _ -> model.head() == Head.SEQUENCE && classes(model) == 1;
      case Loss.Next _,
          Loss.MaskedTokens _,
          Loss.Label _,
          Loss.Logit _,
          Loss.LogProbability _,
          Loss.Difference _,
          Loss.ClassLogit _,
          Loss.ClassDifference _,
          Loss.Start _,
          Loss.End _,
          Loss.StartLogit _,
          Loss.EndLogit _ ->
          false;
    };
  }

  /** How many numbers a row of the logits has. */
  static int width(Metric metric, Architecture model) {
    return switch (model.head()) {
      case LANGUAGE, MASKED, PRETRAINING -> model.vocabulary();
      case TOKENS, SEQUENCE, NEXT_SENTENCE -> classes(model);
      case NONE, QUESTION ->
          throw wrongHead(metric, model, "lm, mlm, pretraining, tokens, sequence or nsp");
    };
  }

  /** Whether the logits are of a whole text. */
  static boolean perText(Architecture model) {
    return model
        .output(Tap.LOGITS)
        .map(output -> !output.axes().contains(Axis.POSITION))
        .orElse(false);
  }

  static int classes(Architecture model) {
    return model.output(Tap.LOGITS).orElseThrow().classes();
  }

  private static void inRange(Metric metric, int token, Architecture model) {
    int width = width(metric, model);
    if (token < 0 || token >= width) {
      String what = model.head().scoresVocabulary() ? "token" : "class";
      throw new InputException(
          "metric: %s: %s %d: out of range; expected 0 to %d."
              .formatted(metric, what, token, width - 1));
    }
  }

  private static void agreement(Metric.Agreement agreement, Architecture model) {
    boolean one = model.head() == Head.SEQUENCE && classes(model) == 1;
    boolean fits =
        switch (model.head()) {
          case SEQUENCE, NEXT_SENTENCE -> agreement.score().ofClasses() != one;
          case TOKENS -> agreement.score().ofClasses();
          case NONE, LANGUAGE, MASKED, PRETRAINING, QUESTION ->
              throw wrongHead(agreement, model, "sequence, tokens or nsp, with labels");
        };
    if (!fits) {
      throw new InputException(
          "metric: %s: the model gives %s; expected %s."
              .formatted(
                  agreement,
                  one ? "one value" : classes(model) + " classes",
                  one ? "pearson or spearman" : "accuracy, f1 or matthews"));
    }
  }

  private static InputException wrongHead(Metric metric, Architecture model, String heads) {
    return new InputException(
        "metric: %s: the model's head is '%s'; expected %s. Choose another metric or --task."
            .formatted(metric, model.head().label(), heads));
  }
}
